import { inLanes } from "../../failover/lanes";
import { startEmulator } from "../emulator/emulator";
import { buildBenches } from "./benches";
import { crashCases, undisturbed } from "./cases/crashCases";
import { faultCases } from "./cases/faultCases";
import { worldCases } from "./cases/worldCases";
import type { Bench } from "./caseWorld";
import type { MatrixCase } from "./matrixCase";
import type { MatrixOptions } from "./options";
import { wordsOf } from "./outcome";
import { type CaseResult, runCase } from "./runCase";
import { clientsOf } from "./site";

/** Where the matrix tells what it does. */
export type Tell = (line: string) => void;

/** What a run of the matrix gave: its cases, and the results of those that were to run. */
export interface MatrixRun {
  readonly cases: readonly MatrixCase[];
  readonly results: readonly CaseResult[];
}

/**
 * Runs an undisturbed failover, makes the cases of it, and runs them, as many at a time as there are
 * lanes, each lane in a pair of regions of its own.
 *
 * @throws when it cannot be run; a case that deviates is in the results instead
 */
export async function runMatrix(
  options: MatrixOptions,
  tell: Tell,
  signal: AbortSignal,
): Promise<MatrixRun> {
  const emulator = await startEmulator({ choice: options.emulator, progress: tell });
  const client = clientsOf(emulator.endpoint, "matrix-site");
  try {
    const count = options.list ? 1 : options.lanes;
    const benches = await buildBenches(emulator.endpoint, client, { ...options, count }, signal);
    const [first] = benches;
    if (first === undefined) throw new Error("No pair of regions could be built.");
    tell("an undisturbed failover, whose calls make the crash matrix");
    const { result, functionCalls } = await runCase(first, undisturbed, signal);
    const cases = [undisturbed, ...crashCases(functionCalls), ...faultCases(), ...worldCases()];
    const { only } = options;
    const chosen = cases.filter(({ name }) => only === undefined || name.includes(only));
    if (chosen.length === 0) throw new Error(`No case is called ${only ?? ""}; see --list.`);
    if (options.list) return { cases: chosen, results: [] };
    const rest = chosen.filter((one) => one !== undisturbed);
    const results = await runCases(benches, rest, tell, signal);
    return {
      cases: chosen,
      results: chosen.includes(undisturbed) ? [result, ...results] : results,
    };
  } finally {
    client.destroy();
    await emulator.stop();
  }
}

async function runCases(
  benches: readonly Bench[],
  cases: readonly MatrixCase[],
  tell: Tell,
  signal: AbortSignal,
): Promise<CaseResult[]> {
  const free = [...benches];
  const results = new Map<MatrixCase, CaseResult>();
  await inLanes(cases, benches.length, async (one) => {
    const bench = free.pop();
    if (bench === undefined) throw new Error("More cases at a time than pairs of regions.");
    const result = await runOrSay(bench, one, signal);
    free.push(bench);
    results.set(one, result);
    const mark =
      result.deviations.length === 0 ? "ok" : `DEVIATES: ${result.deviations.join("; ")}`;
    tell(
      `${results.size}/${cases.length} ${one.name} (${result.realSeconds.toFixed(1)} s): ${mark}`,
    );
  });
  return cases.flatMap((one) => results.get(one) ?? []);
}

/** A case that ends with an error deviates; the others go on. */
async function runOrSay(bench: Bench, one: MatrixCase, signal: AbortSignal): Promise<CaseResult> {
  try {
    return (await runCase(bench, one, signal)).result;
  } catch (error) {
    if (signal.aborted) throw error;
    return {
      matrix: one.matrix,
      name: one.name,
      promised: wordsOf(one.promise),
      deviations: [`It ended with an error: ${String(error)}`],
      rto: null,
      calls: 0,
      recordSaid: "",
      realSeconds: 0,
    };
  }
}
