import type { LoggedCall } from "../gateway/callLog";
import { alarm, clearFaults } from "./acts";
import { startSchedule } from "./caseParts";
import { type Bench, CaseWorld } from "./caseWorld";
import { deviationsOf } from "./deviations";
import { readEndState } from "./endState";
import type { Act, MatrixCase } from "./matrixCase";
import { differences, type Outcome, servingEnd, wordsOf } from "./outcome";
import { recordSaid, witnessOf } from "./witness";

/** One row of the printed table. */
export interface CaseResult {
  readonly matrix: MatrixCase["matrix"];
  readonly name: string;
  /** What was promised, in a few words. */
  readonly promised: string;
  /** Empty when the promise was kept. */
  readonly deviations: readonly string[];
  /** Modelled seconds from the trouble to `serving`; null if it never came to that. */
  readonly rto: number | null;
  /** API calls of the function until the case was over. */
  readonly calls: number;
  /** The record's way through its phases, and what blocked it. */
  readonly recordSaid: string;
  readonly realSeconds: number;
}

/** What a case gave, and the calls that the function made in it. */
export interface CaseRun {
  readonly result: CaseResult;
  readonly functionCalls: readonly LoggedCall[];
}

/** Modelled milliseconds that any one thing is waited for; what is promised is tighter. */
const patience = 45 * 60_000;

/** How long what must change nothing is given to change something, modelled milliseconds. */
const linger = 150_000;

/** Runs one case in its own world and holds it to its promise. */
export async function runCase(
  bench: Bench,
  one: MatrixCase,
  signal: AbortSignal,
): Promise<CaseRun> {
  const began = performance.now();
  const world = await CaseWorld.prepare(bench, one.world ?? {}, signal);
  try {
    world.markBegin();
    await doAll(one.acts ?? [], world);
    if (one.quiet !== true) await alarm("ALARM")(world);
    await startSchedule(world, bench.packed);
    await follow(world, one, signal);
    const functionCalls = world.functionCalls();
    const seen = await witnessOf(world);
    const result: CaseResult = {
      matrix: one.matrix,
      name: one.name,
      promised: wordsOf(one.promise),
      deviations: deviationsOf(one, seen),
      rto: seen.minutes === undefined ? null : seen.minutes * 60,
      calls: functionCalls.length,
      recordSaid: recordSaid(world),
      realSeconds: (performance.now() - began) / 1000,
    };
    return { result, functionCalls };
  } finally {
    await world.stop();
  }
}

/** Waits for what is promised, mends what blocks, and waits for the end. */
async function follow(world: CaseWorld, one: MatrixCase, signal: AbortSignal): Promise<void> {
  const { promise, mend = [clearFaults], afterwards = [] } = one;
  if (promise.kind === "unchanged") {
    await world.pass(linger, signal);
    await world.reached(() => !world.isRunning(), patience, signal);
    return;
  }
  if (promise.kind !== "serving") {
    await world.reached(() => isHeld(world, promise), patience, signal);
    await doAll(mend, world);
  }
  await world.reached(() => world.record().phase === "serving", patience, signal);
  await doAll(afterwards, world);
  if (afterwards.length > 0) await world.pass(linger, signal);
  await world.reached(() => isSettled(world), patience, signal);
  // Faults that outlast the end would meet the look at it.
  await clearFaults(world);
}

/** True once the failover is held up as promised and, for what blocks, a person was paged. */
function isHeld(world: CaseWorld, promise: Outcome): boolean {
  if (promise.kind === "failing") {
    const failed = world.behaviours.lambda.runtime.invocations.filter(
      ({ functionName, error }) => functionName === world.names.functionName && error !== undefined,
    );
    return failed.length >= 2;
  }
  const record = world.record();
  return record.phase === "blocked" && record.outbox.length === 0;
}

/** Nothing is left to do and no run is under way; the trouble has come by then. */
async function isSettled(world: CaseWorld): Promise<boolean> {
  const record = world.record();
  if (record.phase !== "serving" || record.outbox.length > 0 || world.isRunning()) return false;
  if (record.steps.fence?.state !== "done" || record.steps.traffic?.state !== "done") return false;
  if (world.injected.some(({ met }) => met === 0)) return false;
  return differences(servingEnd, await readEndState(world)).length === 0;
}

async function doAll(acts: readonly Act[], world: CaseWorld): Promise<void> {
  for (const act of acts) await act(world);
}
