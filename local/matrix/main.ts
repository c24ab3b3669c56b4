/** `npm run drill:matrix`: exit 0 as promised, 1 a case deviates, 2 could not run. */
import "../quietSdk";
import { exitWith, interruption } from "../commandLine";
import { runMatrix } from "./matrix";
import { readOptions } from "./options";
import { wordsOf } from "./outcome";
import { summaryOf, tableOf } from "./table";

async function main(): Promise<number> {
  const options = readOptions(process.argv);
  const began = performance.now();
  const silent = options.json || options.list;
  const tell = (line: string): void => {
    const seconds = ((performance.now() - began) / 1000).toFixed(1).padStart(7);
    if (!silent) console.log(`${seconds} s  ${line}`);
  };
  const { cases, results } = await runMatrix(options, tell, interruption());
  const realSeconds = (performance.now() - began) / 1000;
  if (options.list) {
    for (const { name, promise } of cases) console.log(`${name}  →  ${wordsOf(promise)}`);
    return 0;
  }
  if (options.json) console.log(JSON.stringify({ realSeconds, results }, undefined, 2));
  else console.log(`\n${tableOf(results)}\n${summaryOf(results, realSeconds)}`);
  return results.every(({ deviations }) => deviations.length === 0) ? 0 : 1;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    exitWith(error, "The matrix could not run.");
  },
);
