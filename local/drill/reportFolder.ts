import { accessSync, constants, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { renderHtmlReport } from "./htmlReport";
import type { DrillReport } from "./report";

/** The folder that the reports go to. */
export class ReportFolder {
  /**
   * Makes the folder if it does not exist.
   * @throws Error with the way out, before the drill and not two minutes later
   */
  constructor(private readonly folder: string) {
    try {
      // Recursive only where it must be: in /proc Node's recursive mkdir never returns.
      if (!existsSync(folder)) mkdirSync(folder, { recursive: !existsSync(dirname(folder)) });
      // With the dot, so that a file of that name is refused.
      accessSync(`${folder}/.`, constants.W_OK);
    } catch (error) {
      throw new Error(
        `The reports cannot be written to ${folder} (${(error as Error).message}). ` +
          "Choose another folder: --out FOLDER.",
        { cause: error },
      );
    }
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
