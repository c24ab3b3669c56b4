/** `npm run explore`: exit 0 every rule held in every state, 1 one was broken, 2 could not run. */
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { inLanes } from "../failover/lanes";
import { exitWith } from "../local/commandLine";
import { type ScenarioName } from "./environment";
import { type Exploration, explore } from "./exploration";
import { exploreLeases } from "./lease/leaseReport";
import { readOptions } from "./options";
import { explorationTable, ruleTable, shortestOf, traceTable } from "./report/tables";
import { ruleNames } from "./rules/rule";
import { type SabotageName, sabotages } from "./sabotage/sabotages";

/** Scenarios at the same time: each needs a core and up to half a gigabyte. */
const threads = 2;

async function main(): Promise<number> {
  const { scenarios, sabotage, lease } = readOptions(process.argv);
  if (lease) return exploreLeases();
  const startedAt = performance.now();
  const explorations =
    sabotage === undefined ? await exploreAll(scenarios) : { [sabotage]: sabotaged(sabotage) };
  const all = Object.values(explorations);
  const violations = ruleNames.flatMap((rule) => shortestOf(all, rule) ?? []);
  const repair = all.reduce((sum, { ways }) => sum + ways.repair, 0);
  const abort = all.reduce((sum, { ways }) => sum + ways.abort, 0);
  for (const violation of violations) console.log(`${traceTable(violation)}\n`);
  console.log(explorationTable(explorations));
  console.log(ruleTable(all));
  if (sabotage === undefined) {
    console.log(
      `Left alone, every state comes to its end within ${Math.max(...all.map(({ bound }) => bound))} rounds. ` +
        `Out of the blocked ends, repair leads ${repair} times and an abort ${abort} times.`,
    );
  }
  console.log(`${((performance.now() - startedAt) / 1000).toFixed(1)} s in all.`);
  return violations.length === 0 && all.every(({ complete }) => complete) ? 0 : 1;
}

async function exploreAll(names: readonly ScenarioName[]): Promise<Record<string, Exploration>> {
  const done = new Map<ScenarioName, Exploration>();
  await inLanes(names, threads, async (name) => {
    done.set(name, await inThread(name));
  });
  return Object.fromEntries(
    names.flatMap((name) => {
      const exploration = done.get(name);
      return exploration === undefined ? [] : [[name, exploration]];
    }),
  );
}

function inThread(name: ScenarioName): Promise<Exploration> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(join(__dirname, "scenarioWorker.ts"), { workerData: name });
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}

function sabotaged(name: SabotageName): Exploration {
  const { rule, what, environment, decider } = sabotages[name];
  console.log(`Sabotage of ${name}: ${what}.\n`);
  return explore(environment, decider, { until: [rule] });
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    exitWith(error, "The exploration could not run.");
  },
);
