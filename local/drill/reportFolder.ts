import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeWritableFolder } from "../writableFolder";
import { renderHtmlReport } from "./htmlReport";
import type { DrillReport } from "./report";

/** The folder that the reports go to. */
export class ReportFolder {
  /** @throws Error with the way out, before the drill and not two minutes later */
  constructor(private readonly folder: string) {
    makeWritableFolder(folder);
  }

  /** Writes `drill-report.html` and `drill-report.json` and returns their paths. */
  write(report: DrillReport): string[] {
    const html = join(this.folder, "drill-report.html");
    const json = join(this.folder, "drill-report.json");
    writeFileSync(json, `${JSON.stringify(report, undefined, 2)}\n`);
    writeFileSync(html, renderHtmlReport(report));
    return [html, json];
  }
}
