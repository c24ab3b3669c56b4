import Table from "cli-table3";
import { readableDuration } from "../../../failover/duration";
import type { CycleReport } from "./cycleReport";

/** What the cycle prints at its end. */
export function summariseCycle({
  verdict,
  engine,
  checks,
  outages,
  realSeconds,
}: CycleReport): string {
  const table = new Table({
    style: { head: [], border: [] },
    wordWrap: true,
    head: ["", "turn", "what was asked, what was seen"],
    colWidths: [8, 20, 68],
  });
  for (const { turn, statement, held, evidence } of checks) {
    table.push([held ? "ok" : "MISSED", turn, `${statement}\n${evidence}`]);
  }
  const proven = verdict === "proven" ? "PROVEN" : "MISSED";
  return [
    "",
    `${proven}: lost, failed over, adopted, failed back as planned, adopted (engine ${engine}).`,
    "",
    table.toString(),
    "",
    ...outages.map(
      ({ turn, milliseconds }) =>
        `Without service, ${turn}: ${readableDuration(milliseconds)} on the modelled clock`,
    ),
    `${realSeconds.toFixed(0)} s of real time.`,
  ].join("\n");
}
