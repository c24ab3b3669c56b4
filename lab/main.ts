/** `npm run lab`: exit 0 proven, 1 a rule or target missed, 2 could not run. */
import { checkWar } from "../local/war/checkedWar";
import { exitWith, interruption } from "../local/commandSyntax";
import { runLab } from "./lab";
import { readLabOptions } from "./options";
import { ReportFiles } from "./report/reportFiles";
import { summarise } from "./report/summary";
import { requireMachine } from "./requirements";
import { furnishRoom, isInRoom, runInRoom } from "./room";

async function main(): Promise<number> {
  const options = readLabOptions(process.argv);
  const files = new ReportFiles(options.out);
  const war = options.war === undefined ? undefined : await checkWar(options.war);
  if (!isInRoom()) {
    requireMachine();
    return runInRoom(interruption());
  }
  await furnishRoom();
  const report = await runLab(options, war, console.log);
  console.log(summarise(report, files.write(report)));
  return report.verdict === "proven" ? 0 : 1;
}

main().then(
  // What still runs is in the room, and ends with it.
  (code) => process.exit(code),
  (error: unknown) => exitWith(error, "The lab could not run."),
);
