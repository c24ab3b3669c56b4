import type { LabReport } from "../lab";
import { summaryTable } from "./summaryTable";

/** The end of the terminal's output: table, what was missed, where the files are. */
export function summarise(report: LabReport, files: readonly string[]): string {
  const { judgements, verdict, seconds, seed } = report;
  const missed = judgements.flatMap(({ title, missed: all }) =>
    all.map((one) => `✗ ${title}: ${one}`),
  );
  return [
    summaryTable(judgements),
    ...missed,
    `${verdict === "proven" ? "Proven" : "MISSED"} in ${seconds} s with seed ${seed}. ${files.join(" ")}`,
  ].join("\n");
}
