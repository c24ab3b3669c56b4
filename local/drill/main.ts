/** `npm run drill`: exit 0 proven, 1 a rule or target missed, 2 could not run. */
import "../quietSdk";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigurationError } from "../../stacks/config";
import { drill } from "./drill";
import { renderHtmlReport } from "./htmlReport";
import { readOptions } from "./options";
import { summarise } from "./summary";
import { createView } from "./view";

async function main(): Promise<number> {
  const options = readOptions(process.argv);
  const interruption = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      interruption.abort();
    });
  }
  const report = await drill(options, createView(options.json), interruption.signal);
  const files = writeReports(options.out, report);
  if (options.json) console.log(JSON.stringify(report, undefined, 2));
  else console.log(summarise(report, files));
  return report.verdict === "proven" ? 0 : 1;
}

function writeReports(folder: string, report: Parameters<typeof renderHtmlReport>[0]): string[] {
  const json = join(folder, "drill-report.json");
  const html = join(folder, "drill-report.html");
  writeFileSync(json, `${JSON.stringify(report, undefined, 2)}\n`);
  writeFileSync(html, renderHtmlReport(report));
  return [html, json];
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const known = error instanceof ConfigurationError || !(error instanceof TypeError);
    const text = error instanceof Error ? (known ? error.message : error.stack) : String(error);
    console.error(`The drill could not run. ${text ?? ""}`);
    process.exitCode = 2;
  },
);
