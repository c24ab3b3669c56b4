import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chooseEngine } from "../engine/chooseEngine";
import { LocalAws } from "../localAws";
import {
  created,
  type DeployedPair,
  deployPair,
  planDeployment,
  type PlannedDeployment,
  textOutput,
} from "./deployment";
import { readableDuration } from "../../failover/duration";
import { makeReport } from "./makeReport";
import { type DataPlaces, Measurement } from "./measurement";
import type { RegionDrillOptions } from "./options";
import { paceFor, processStart, usualPace, warDeployPace, warPace } from "./pace";
import type { DrillReport, StageTime } from "./report";
import type { DrillView, Tell } from "./stage";
import { fastScale, patience, pause, steady } from "./steadyState";
import { recordVersions, type Trace } from "./trace";
import { DrillWorld } from "./world";

/**
 * The main job: both regions deployed into a local AWS, the primary lost, the failover watched and
 * held to the rules. Ends everything it started, whatever happens.
 *
 * @throws when it cannot be run at all; a rule that is missed is in the report instead.
 */
export async function drill(
  options: RegionDrillOptions,
  view: DrillView,
  signal: AbortSignal,
): Promise<DrillReport> {
  const planned = planDeployment({ ...options, pair: true });
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
  let measurement: Measurement | undefined;
  try {
    local = await timed("Start the local AWS", (tell) =>
      LocalAws.start({
        emulator: options.emulator,
        dataPlane: options.dataPlane,
        ...(options.war === undefined ? {} : { war: options.war }),
        seed: options.seed,
        progress: tell,
      }),
    );
    const running = local;
    running.gateway.clock.setScale(options.war === undefined ? fastScale : warDeployPace);
    const pair = await running.whileAlive(signal, (alive) =>
      timed("Deploy both regions", (tell) =>
        deployPair(running, engine, planned, stateDir, tell, alive),
      ),
    );
    const { activeRegion, region: waitingRegion } = planned.settings;
    const world = DrillWorld.of(running, pair, planned.settings);
    await running.whileAlive(signal, (alive) =>
      timed("Wait for the steady state", (tell) => steady(running, world, tell, alive)),
    );
    const places = placesOf(pair, activeRegion, waitingRegion);
    const watching = Measurement.letUsersIn(running, planned);
    measurement = watching;
    if (watching) {
      await running.whileAlive(signal, (alive) =>
        timed("Wait until users are served", (tell) => watching.usualDay(places, tell, alive)),
      );
    }
    const pace = paceFor(await processStart());
    const scale = options.scale ?? (options.war === undefined ? pace : Math.min(pace, warPace));
    running.gateway.clock.setScale(scale);
    watching?.observe(places);
    if (watching) await pause(signal, 1_000);
    const lostAt = running.gateway.clock.now();
    const callsBefore = running.gateway.calls.since(0).length;
    await running.whileAlive(signal, (alive) =>
      timed(`Lose ${activeRegion}, wait until ${waitingRegion} serves`, async (tell) => {
        const usual = options.war === undefined ? usualPace : warPace;
        if (scale < usual && options.scale === undefined) {
          tell(`This machine is busy: ${scale} modelled seconds a second instead of ${usual}.`);
        }
        running.gateway.faults.loseRegion(activeRegion);
        watching?.noteLoss();
        await serving(running, world, lostAt, tell, alive);
      }),
    );
    await running.whileAlive(signal, (alive) =>
      timed("Try to break the latch", (tell) =>
        temptBack(running, world, planned.settings, tell, alive),
      ),
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
    const versions = recordVersions(trace);
    const committedAt = versions.find(({ record }) => record.committedAt !== undefined)?.at;
    return makeReport({
      trace,
      planned,
      versions,
      measured: (await watching?.end(committedAt)) ?? null,
      setup: {
        engine: engine.kind,
        emulator: `moto (${options.emulator})`,
        database: realDatabase(running, planned),
        workload: planned.settings.workload,
        edge: planned.settings.edge,
        seed: options.seed,
        timeScale: scale,
        lostRegion: activeRegion,
        servingRegion: waitingRegion,
        resources: { primary: created(pair.primary), dr: created(pair.dr) },
      },
      stages,
      started,
      caller: textOutput(pair.dr, "failoverFunction"),
    });
  } finally {
    await measurement?.stop();
    await local?.stop();
    rmSync(stateDir, { recursive: true, force: true });
  }
}

function placesOf(
  { primary, dr }: DeployedPair,
  lostRegion: string,
  servingRegion: string,
): DataPlaces {
  return {
    lostRegion,
    servingRegion,
    writer: textOutput(primary, "databaseIdentifier"),
    replica: textOutput(dr, "databaseIdentifier"),
    homeReplica: textOutput(primary, "homeReplicaFileSystemId"),
  };
}

/** The servers' version; null where databases are modelled, as all but PostgreSQL are. */
function realDatabase({ dataPlane }: LocalAws, { settings }: PlannedDeployment): string | null {
  return settings.database.engine === "postgres" ? (dataPlane?.databaseVersion ?? null) : null;
}

async function serving(
  local: LocalAws,
  world: DrillWorld,
  lostAt: number,
  tell: Tell,
  signal: AbortSignal,
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
    await pause(signal);
  }
}

/** After serving: the old region comes back, and messages arrive that must not matter (S3 to S5). */
async function temptBack(
  local: LocalAws,
  world: DrillWorld,
  { prefix, activeRegion }: ReturnType<typeof planDeployment>["settings"],
  tell: Tell,
  signal: AbortSignal,
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
    await world.deliver(world.alarmMessage(`${prefix}-${topic}`, now - age * 60_000));
  }
  const began = local.gateway.clock.now();
  const limit = 15 * 60_000;
  while (!world.isFenced() && local.gateway.clock.now() - began < limit) await pause(signal);
  // Long enough for anything that would drift back to have done so.
  while (local.gateway.clock.now() - began < 5 * 60_000) await pause(signal);
}
