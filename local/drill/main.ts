/** `npm run drill`: exit 0 proven, 1 a rule or target missed, 2 could not run. */
import "../quietSdk";
import { exitWith, interruption } from "../commandLine";
import { cycle } from "./cycle/cycle";
import { summariseCycle } from "./cycle/cycleSummary";
import { drill } from "./drill";
import { type DrillOptions, readOptions, type RegionDrillOptions } from "./options";
import { rehearsalDrill, summariseRehearsal } from "./rehearsal/rehearsalDrill";
import { ReportFolder } from "./reportFolder";
import { summarise } from "./summary";
import { createView } from "./view";
import { webDrill } from "./web/webDrill";
import { summariseWeb } from "./web/webReport";

async function main(): Promise<number> {
  const given = readOptions(process.argv);
  if (given.workload === "web") return runWeb(given);
  const options = { ...given, workload: given.workload };
  if (options.cycle) return runCycle(options);
  if (options.rehearse) return runRehearsal(options);
  const folder = new ReportFolder(options.out);
  const report = await drill(options, createView(options.json), interruption());
  const files = folder.write(report);
  if (options.json) console.log(JSON.stringify(report, undefined, 2));
  else console.log(summarise(report, files));
  return report.verdict === "proven" ? 0 : 1;
}

async function runCycle(options: RegionDrillOptions): Promise<number> {
  const report = await cycle(options, createView(options.json), interruption());
  if (options.json) console.log(JSON.stringify(report, undefined, 2));
  else console.log(summariseCycle(report));
  return report.verdict === "proven" ? 0 : 1;
}

async function runWeb(options: DrillOptions): Promise<number> {
  const report = await webDrill(options, createView(options.json), interruption());
  console.log(options.json ? JSON.stringify(report, undefined, 2) : summariseWeb(report));
  return report.verdict === "proven" ? 0 : 1;
}

async function runRehearsal(options: RegionDrillOptions): Promise<number> {
  const report = await rehearsalDrill(options, createView(options.json), interruption());
  if (options.json) console.log(JSON.stringify(report, undefined, 2));
  else console.log(summariseRehearsal(report));
  return report.verdict === "proven" ? 0 : 1;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    exitWith(error, "The drill could not run.");
  },
);
