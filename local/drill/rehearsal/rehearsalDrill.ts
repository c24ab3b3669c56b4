import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readableDuration } from "../../../failover/duration";
import { describeOutcome } from "../../../failover/rehearsal/outcome";
import type { RehearsalOutcome } from "../../../failover/rehearsal/model";
import { chooseEngine } from "../../engine/chooseEngine";
import { LocalAws } from "../../localAws";
import { deployPair, planDeployment, textOutput } from "../deployment";
import type { RegionDrillOptions } from "../options";
import type { DrillView, Tell } from "../stage";
import { fastScale, patience, pause, steady } from "../steadyState";
import { DrillWorld } from "../world";
import { RehearsalWorld, type Untouched } from "./rehearsalWorld";

/** One thing that the drill of the rehearsal proves, or does not. */
export interface RehearsalCheck {
  readonly name: string;
  /** What was found instead; absent where it holds. */
  readonly missed?: string;
}

/** What `npm run drill -- --rehearse` reports. */
export interface RehearsalReport {
  readonly verdict: "proven" | "missed";
  readonly checks: readonly RehearsalCheck[];
  /** Of the undisturbed rehearsal, with its times. */
  readonly outcome: RehearsalOutcome | null;
  /** Modelled milliseconds from the loss of the region until nothing of the interrupted one was left. */
  readonly cleanedAfterLossMs: number | null;
}

/**
 * Rehearses in a local AWS, once undisturbed and once until the region is really lost in its midst:
 * the failover must come to its end as if nothing else had been, and nothing may be left.
 *
 * @throws when it cannot be run at all; what is missed is in the report instead.
 */
export async function rehearsalDrill(
  options: RegionDrillOptions,
  view: DrillView,
  signal: AbortSignal,
): Promise<RehearsalReport> {
  const planned = planDeployment({ ...options, recovery: { rehearsal: {} } });
  const engine = chooseEngine(options.engine);
  const stateDir = mkdtempSync(join(tmpdir(), "rehearsal-"));
  let started: LocalAws | undefined;
  try {
    started = await view.stage("Start the local AWS", (tell) =>
      LocalAws.start({
        emulator: options.emulator,
        // Nothing of what a rehearsal touches is real: its machines and its database are copies.
        dataPlane: "modelled",
        seed: options.seed,
        progress: tell,
      }),
    );
    const local = started;
    local.gateway.clock.setScale(fastScale);
    return await local.whileAlive(signal, async (alive) => {
      const pair = await view.stage("Deploy both regions", (tell) =>
        deployPair(local, engine, planned, stateDir, tell, alive),
      );
      const world = DrillWorld.of(local, pair, planned.settings);
      await view.stage("Wait for the steady state", (tell) => steady(local, world, tell, alive));
      const rehearsals = new RehearsalWorld(local, {
        prefix: planned.settings.prefix,
        region: planned.settings.region,
        tableName: textOutput(pair.dr, "recordTable"),
        replica: textOutput(pair.dr, "databaseIdentifier"),
        homeReplica: textOutput(pair.primary, "homeReplicaFileSystemId"),
      });
      local.gateway.clock.setScale(options.scale ?? 60);
      const quiet = await view.stage("Rehearse the failover", (tell) =>
        undisturbed(local, rehearsals, tell, alive),
      );
      const { activeRegion } = planned.settings;
      const hard = await view.stage(`Rehearse again, and lose ${activeRegion} meanwhile`, (tell) =>
        interrupted(local, world, rehearsals, activeRegion, tell, alive),
      );
      const checks = [...quiet.checks, ...hard.checks];
      return {
        verdict: checks.some(({ missed }) => missed !== undefined) ? "missed" : "proven",
        checks,
        outcome: quiet.outcome ?? null,
        cleanedAfterLossMs: hard.cleanedAfterLossMs,
      } as const;
    });
  } finally {
    await started?.stop();
    rmSync(stateDir, { recursive: true, force: true });
  }
}

async function undisturbed(
  local: LocalAws,
  rehearsals: RehearsalWorld,
  tell: Tell,
  signal: AbortSignal,
): Promise<{ checks: RehearsalCheck[]; outcome: RehearsalOutcome | undefined }> {
  await rehearsals.takeSnapshot();
  const before = await rehearsals.untouched();
  const changes = new Set<string>();
  const asked = await rehearsals.ask("drill-1");
  tell(asked.because);
  await until(local, signal, async () => {
    for (const change of differences(before, await rehearsals.untouched())) changes.add(change);
    return rehearsals.record()?.running === undefined;
  });
  const outcome = rehearsals.record()?.history.at(-1);
  if (outcome !== undefined) tell(describeOutcome(outcome));
  const left = await rehearsals.left();
  return {
    outcome,
    checks: [
      check("the rehearsal succeeds", outcome?.result === "success", () =>
        outcome === undefined ? asked.because : describeOutcome(outcome),
      ),
      check("edge, replica and replication stay as they are throughout", changes.size === 0, () =>
        [...changes].join("; "),
      ),
      check("nothing is left of it", left.length === 0, () => left.join(", ")),
    ],
  };
}

/** The region is lost once machines run: the worst moment to come second. */
async function interrupted(
  local: LocalAws,
  world: DrillWorld,
  rehearsals: RehearsalWorld,
  activeRegion: string,
  tell: Tell,
  signal: AbortSignal,
): Promise<{ checks: RehearsalCheck[]; cleanedAfterLossMs: number | null }> {
  tell((await rehearsals.ask("drill-2")).because);
  await until(local, signal, () =>
    Promise.resolve(rehearsals.record()?.running?.machinesAt !== undefined),
  );
  tell(`its machines run; ${activeRegion} is lost`);
  const { clock, faults } = local.gateway;
  faults.loseRegion(activeRegion);
  const lostAt = clock.now();
  let cleanedAt: number | undefined;
  await until(local, signal, async () => {
    if (cleanedAt === undefined && rehearsals.record()?.running === undefined) {
      cleanedAt = clock.now();
      tell(
        `nothing is left of the rehearsal ${readableDuration(cleanedAt - lostAt)} after the loss`,
      );
    }
    await Promise.resolve();
    return cleanedAt !== undefined && world.record()?.record.phase === "serving";
  });
  const outcome = rehearsals.record()?.history.at(-1);
  const left = await rehearsals.left();
  const phase = world.record()?.record.phase;
  return {
    cleanedAfterLossMs: cleanedAt === undefined ? null : cleanedAt - lostAt,
    checks: [
      check("a rehearsal gives way to a failover", outcome?.result === "preempted", () =>
        outcome === undefined ? "no outcome" : describeOutcome(outcome),
      ),
      check("nothing is left of that one either", left.length === 0, () => left.join(", ")),
      check("the failover serves in spite of it", phase === "serving", () => String(phase)),
    ],
  };
}

function differences(before: Untouched, now: Untouched): string[] {
  return (Object.keys(before) as (keyof Untouched)[])
    .filter((key) => before[key] !== now[key])
    .map((key) => `${key}: ${before[key]} became ${now[key]}`);
}

function check(name: string, holds: boolean, found: () => string): RehearsalCheck {
  return holds ? { name } : { name, missed: found() };
}

/** Waits until it is so, or the drill's patience has ended: the checks then say what is missing. */
async function until(
  local: LocalAws,
  signal: AbortSignal,
  isSo: () => Promise<boolean>,
): Promise<void> {
  const { clock } = local.gateway;
  const began = clock.now();
  while (!(await isSo()) && clock.now() - began < patience) await pause(signal, 250);
}

/** The report as lines. */
export function summariseRehearsal(report: RehearsalReport): string {
  const { outcome, cleanedAfterLossMs, checks, verdict } = report;
  return [
    "",
    ...checks.map(({ name, missed }) =>
      missed === undefined ? `  ok      ${name}` : `  MISSED  ${name}: ${missed}`,
    ),
    "",
    ...(outcome === null ? [] : [`Undisturbed: ${describeOutcome(outcome)}`]),
    ...(cleanedAfterLossMs === null
      ? []
      : [`Taken down ${readableDuration(cleanedAfterLossMs)} after the region was lost.`]),
    `The rehearsal is ${verdict === "proven" ? "PROVEN" : "MISSED"}. Times are modelled.`,
  ].join("\n");
}
