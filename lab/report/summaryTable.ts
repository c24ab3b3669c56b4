import Table from "cli-table3";
import type { Judgement, Summary } from "../judgement";

/** What was measured, reference above ours, as a table for the terminal. */
export function summaryTable(judgements: readonly Judgement[]): string {
  const table = new Table({
    head: [
      "scenario",
      "profile",
      "outage",
      "failed requests",
      "slowest answer",
      "streams silent",
      "address moves",
      "served by afterwards",
    ],
    style: { head: [], border: [], compact: true },
    wordWrap: true,
    colWidths: [24, 15, 9, 28, 10, 10, 9, 30],
  });
  for (const { title, reference, fast, missed } of judgements) {
    const rows = [reference, fast].filter((summary) => summary !== undefined);
    for (const [index, summary] of rows.entries()) {
      const mark = missed.length > 0 ? "✗" : "✓";
      table.push([index === 0 ? `${mark} ${title}` : "", ...cells(summary)]);
    }
  }
  return table.toString();
}

function cells(summary: Summary): string[] {
  const { profile, rounds, failed, failedInAll, slowest, streams, moves, servedBy } = summary;
  const byTeam = Object.entries(failed)
    .filter(([, count]) => count > 0)
    .map(([team, count]) => `${team} ${count}`);
  return [
    rounds === 1 ? profile : `${profile} (${rounds})`,
    outageText(summary),
    byTeam.length === 0 ? "0" : `${failedInAll}: ${byTeam.join(", ")}`,
    seconds(slowest),
    streams === 0 ? "none" : seconds(streams),
    String(moves),
    servedBy.join(" "),
  ];
}

/** An outage for people. */
export function outageText({ outage, ended }: Pick<Summary, "outage" | "ended">): string {
  if (outage === 0) return "none";
  return `${ended ? "" : "> "}${seconds(outage)}`;
}

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(milliseconds < 1_000 ? 2 : 1)} s`;
}
