import Table from "cli-table3";
import { readableDuration } from "../../failover/duration";
import type { CaseResult } from "./runCase";

/** The table that the matrix prints: a row for each case, its deviations below it. */
export function tableOf(results: readonly CaseResult[]): string {
  const table = new Table({
    head: ["", "case", "outcome", "RTO", "calls", "what the record said"],
    colWidths: [8, 44, 22, 10, 7, 62],
    style: { head: [], border: [] },
    wordWrap: true,
    wrapOnWordBoundary: true,
  });
  for (const { deviations, name, promised, rto, calls, recordSaid } of results) {
    const kept = deviations.length === 0;
    const said = [recordSaid, ...deviations.map((each) => `DEVIATION: ${each}`)].join("\n");
    const time = rto === null ? "–" : readableDuration(rto * 1000);
    table.push([kept ? "ok" : "MISSED", name, promised, time, calls, said]);
  }
  return table.toString();
}

/** One line: how many cases of which matrix were kept. */
export function summaryOf(results: readonly CaseResult[], realSeconds: number): string {
  const counts = (["crash", "fault", "world"] as const).flatMap((matrix) => {
    const own = results.filter((result) => result.matrix === matrix);
    const kept = own.filter(({ deviations }) => deviations.length === 0);
    return own.length === 0 ? [] : [`${matrix} ${kept.length} of ${own.length}`];
  });
  const missed = results.filter(({ deviations }) => deviations.length > 0).length;
  const verdict = missed === 0 ? "ALL AS PROMISED" : `${missed} DEVIATE`;
  return `${verdict}: ${counts.join(", ")} cases as promised, in ${realSeconds.toFixed(0)} s of real time.`;
}
