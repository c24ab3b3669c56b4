import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeWritableFolder } from "../../local/writableFolder";
import type { LabReport } from "../lab";
import { renderLabReport } from "./htmlReport";

/** The folder that the reports go to. */
export class ReportFiles {
  /** @throws Error with the way out, before the lab and not after it */
  constructor(private readonly folder: string) {
    makeWritableFolder(folder);
  }

  /** Writes `lab-report.html` and `lab-report.json` and returns their paths. */
  write(report: LabReport): string[] {
    const html = join(this.folder, "lab-report.html");
    const json = join(this.folder, "lab-report.json");
    writeFileSync(json, `${JSON.stringify(report, undefined, 2)}\n`);
    writeFileSync(html, renderLabReport(report));
    return [html, json];
  }
}
