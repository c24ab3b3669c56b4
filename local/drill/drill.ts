import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chooseEngine } from "../engine/chooseEngine";
import { LocalAws } from "../localAws";
import { created, type DeployedPair, deployPair, planDeployment, textOutput } from "./deployment";
import { readableDuration } from "./duration";
import { makeReport } from "./makeReport";
import type { DrillOptions } from "./options";
import type { DrillReport, StageTime } from "./report";
import { recordVersions, type Trace } from "./trace";
import { DrillWorld } from "./world";

/** Where a drill tells what it does; one stage at a time. */
export interface DrillView {
  /** Runs a stage under a title; what it returns or throws is passed on. */
  stage<Result>(
    title: string,
    work: (tell: (line: string) => void) => Promise<Result>,
  ): Promise<Result>;
}

/** Modelled seconds per second while nothing is measured: deployment and the first synchronisation. */
const fastScale = 120;

/** Modelled time after which a drill gives up. */
const patience = 60 * 60_000;

/** Real milliseconds between two looks. */
const lookEvery = 100;

/**
 * The main job: both regions deployed into a local AWS, the primary lost, the failover watched and
 * held to the rules. Ends everything it started, whatever happens.
 *
 * @throws when it cannot be run at all; a rule that is missed is in the report instead.
 */
export async function drill(
  options: DrillOptions,
  view: DrillView,
  signal: AbortSignal,
): Promise<DrillReport> {
  const planned = planDeployment(options.teams);
  const engine = chooseEngine(options.engine);
  const started = new Date();
  const stages: StageTime[] = [];
  const timed: DrillView["stage"] = async (title, work) => {
    const began = performance.now();
    const result = await view.stage(title, work);
    stages.push({ name: title, seconds: (performance.now() - began) / 1000 });
    return result;
  };
  const stateDir = mkdtempSync(join(tmpdir(), "drill-"));
  let local: LocalAws | undefined;
  try {
    local = await timed("Start the local AWS", (tell) =>
      LocalAws.start({ emulator: options.emulator, seed: options.seed, progress: tell }),
    );
    const running = local;
    running.gateway.clock.setScale(fastScale);
    const pair = await untilDeath(running, signal, () =>
      timed("Deploy both regions", (tell) =>
        deployPair(
          running,
          engine,
          planned,
          stateDir,
          (stack, line) => {
            tell(`${stack}: ${line}`);
          },
          signal,
        ),
      ),
    );
    const { activeRegion, region: waitingRegion } = planned.settings;
    const world = worldOf(running, pair, planned.settings);
    await untilDeath(running, signal, () =>
      timed("Wait for the steady state", (tell) => steady(running, world, tell)),
    );
    running.gateway.clock.setScale(options.scale);
    const lostAt = running.gateway.clock.now();
    const callsBefore = running.gateway.calls.since(0).length;
    await untilDeath(running, signal, () =>
      timed(`Lose ${activeRegion}, wait until ${waitingRegion} serves`, async (tell) => {
        running.gateway.faults.loseRegion(activeRegion);
        await serving(running, world, lostAt, tell);
      }),
    );
    await untilDeath(running, signal, () =>
      timed("Try to break the latch", (tell) => temptBack(running, world, planned.settings, tell)),
    );
    const trace: Trace = {
      lostAt,
      endedAt: running.gateway.clock.now(),
      lostRegion: activeRegion,
      servingRegion: waitingRegion,
      tableName: textOutput(pair.dr, "recordTable"),
      calls: running.gateway.calls.since(0).slice(callsBefore),
      events: running.gateway.events.all().filter(({ at }) => at >= lostAt),
      latencies: running.gateway.latencies.drawn(),
    };
    return makeReport({
      trace,
      planned,
      versions: recordVersions(trace),
      setup: {
        engine: engine.kind,
        emulator: `moto (${options.emulator})`,
        seed: options.seed,
        timeScale: options.scale,
        lostRegion: activeRegion,
        servingRegion: waitingRegion,
        resources: { primary: created(pair.primary), dr: created(pair.dr) },
      },
      stages,
      started,
      caller: textOutput(pair.dr, "failoverFunction"),
    });
  } finally {
    await local?.stop();
    rmSync(stateDir, { recursive: true, force: true });
  }
}

function worldOf(
  local: LocalAws,
  pair: DeployedPair,
  settings: ReturnType<typeof planDeployment>["settings"],
): DrillWorld {
  const { prefix, activeRegion, region, teams } = settings;
  return new DrillWorld(local, {
    activeRegion,
    waitingRegion: region,
    tableName: textOutput(pair.dr, "recordTable"),
    functionName: textOutput(pair.dr, "failoverFunction"),
    alarmName: textOutput(pair.dr, "regionAlarm"),
    replica: textOutput(pair.dr, "databaseIdentifier"),
    homeReplica: textOutput(pair.primary, "homeReplicaFileSystemId"),
    groups: teams.map(({ name }) => `${prefix}-${name}`),
  });
}

/** Ends the work as soon as the emulator dies or the user interrupts. */
async function untilDeath<Result>(
  local: LocalAws,
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  const interrupted = new Promise<never>((_, reject) => {
    const stop = (): void => {
      reject(new Error("Interrupted."));
    };
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
  });
  const dead = local.died.then((error): never => {
    throw error;
  });
  return Promise.race([work(), dead, interrupted]);
}

async function steady(
  local: LocalAws,
  world: DrillWorld,
  tell: (line: string) => void,
): Promise<void> {
  const { clock } = local.gateway;
  const began = clock.now();
  for (;;) {
    const missing = await world.unsteady();
    if (missing.length === 0) return;
    tell(missing.join("; "));
    if (clock.now() - began > patience) {
      throw new Error(`The pair does not become steady: ${missing.join("; ")}.`);
    }
    await pause();
  }
}

async function serving(
  local: LocalAws,
  world: DrillWorld,
  lostAt: number,
  tell: (line: string) => void,
): Promise<void> {
  let said = "";
  for (;;) {
    const record = world.record()?.record;
    const elapsed = local.gateway.clock.now() - lostAt;
    if (record?.phase === "serving" || elapsed > patience) return;
    const waits = Object.entries(record?.steps ?? {}).flatMap(([name, step]) =>
      step.state === "running" ? [`${name} (${step.waitsFor ?? "running"})`] : [],
    );
    const line = `${record?.phase ?? "no record"}: ${waits.join(", ") || "waiting for the alarm"}`;
    if (line !== said) tell(`${readableDuration(elapsed)}  ${line}`);
    said = line;
    await pause();
  }
}

/** After serving: the old region comes back, and messages arrive that must not matter (S3 to S5). */
async function temptBack(
  local: LocalAws,
  world: DrillWorld,
  { prefix, activeRegion }: ReturnType<typeof planDeployment>["settings"],
  tell: (line: string) => void,
): Promise<void> {
  tell(`${activeRegion} comes back`);
  local.gateway.faults.reviveRegion(activeRegion);
  tell("a stale alarm, a repeat and a forged message arrive");
  const now = local.gateway.clock.now();
  for (const [topic, age] of [
    ["alarms", 0],
    ["alarms", 11],
    ["forged", 0],
  ] as const) {
    await world.invoke(world.alarmMessage(`${prefix}-${topic}`, now - age * 60_000));
  }
  const began = local.gateway.clock.now();
  const limit = 15 * 60_000;
  while (!world.isFenced() && local.gateway.clock.now() - began < limit) await pause();
  // Long enough for anything that would drift back to have done so.
  while (local.gateway.clock.now() - began < 5 * 60_000) await pause();
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, lookEvery));
}
