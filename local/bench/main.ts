/** `npm run bench`: exit 0 every bound holds, 1 one is missed, 2 could not run. */
import "../quietSdk";
import { exitWith, interruption } from "../commandLine";
import { compareFailovers } from "./bench";
import { endBound, failoverBounds, programBound } from "./bounds";
import { measureProgram } from "./measureProgram";
import { readOptions } from "./options";
import { boundLines, failoverTable, peerSteps, programTable } from "./tables";

async function main(): Promise<number> {
  const options = readOptions(process.argv);
  const began = performance.now();
  const signal = interruption();
  const tell = (line: string): void => {
    console.log(`${((performance.now() - began) / 1000).toFixed(1).padStart(7)} s  ${line}`);
  };
  const comparisons = await compareFailovers(options, tell, signal);
  const bounds = [
    ...failoverBounds(comparisons.map(({ ours }) => ours)),
    ...comparisons.flatMap(({ ours, peer }) => [endBound("ours", ours), endBound("peer", peer)]),
  ];
  console.log(
    `\nA failover, the active region lost; modelled time. The peer does the same steps one after another.\n${failoverTable(comparisons)}`,
  );
  for (const comparison of comparisons) console.log(peerSteps(comparison));
  if (options.program) {
    tell("the program itself, both stacks");
    const measured = await measureProgram(options.sizes, signal);
    console.log(programTable(measured));
    bounds.push(programBound(measured));
  }
  console.log(`\n${boundLines(bounds)}`);
  return bounds.every(({ held }) => held) ? 0 : 1;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    exitWith(error, "The bench could not run.");
  },
);
