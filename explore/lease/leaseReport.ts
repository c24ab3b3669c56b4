import Table from "cli-table3";
import { defaultLeaseTiming } from "../../components/jenkins/leaseTiming";
import { figuresOf, shortFigures } from "./figures";
import { leaseSabotages, leaseScenarios } from "./leaseScenarios";
import { exploreLease, type LeaseExploration, type LeaseStep } from "./leaseSearch";

/** No colours: the same text on a terminal, in a file and in a log. */
const plain = { style: { head: [], border: [] }, wordWrap: true };

/** Explores the lease in every scenario and without each guard. @returns the exit code */
export function exploreLeases(): 0 | 1 {
  const deployed = figuresOf(defaultLeaseTiming);
  const explored = Object.entries(leaseScenarios).map(([name, { what, mischief, guards }]) => {
    // With the deployed figures the others have millions of states; the order of the short ones is the same.
    const figures = name === "partition" ? deployed : shortFigures;
    return { name, what, result: exploreLease(figures, mischief, guards) };
  });
  const head = ["lease", "", "states", "transitions", "depth", "serves within", "seconds", ""];
  const scenarios = new Table({ ...plain, head, colWidths: [11, 34] });
  for (const { name, what, result } of explored) scenarios.push([name, what, ...cells(result)]);
  console.log(scenarios.toString());

  const guards = new Table({
    ...plain,
    head: ["taken away", "", "found"],
    colWidths: [16, 56, 34],
  });
  const found = Object.entries(leaseSabotages).map(([name, { what, mischief, guards: left }]) => {
    const { violation } = exploreLease(shortFigures, mischief, left);
    const words =
      violation === undefined ? "NOT FOUND" : `${violation.what} (${violation.trace.length} steps)`;
    guards.push([name, what, words]);
    return violation !== undefined;
  });
  console.log(guards.toString());
  for (const { name, result } of explored) {
    if (result.violation === undefined) continue;
    console.log(`${name}: ${result.violation.what}\n${traceText(result.violation.trace)}`);
  }
  return found.every(Boolean) && explored.every(({ result }) => result.complete) ? 0 : 1;
}

function cells(result: LeaseExploration): (string | number)[] {
  return [
    result.states.toLocaleString("en-US"),
    result.transitions.toLocaleString("en-US"),
    result.depth,
    `${result.bound} s`,
    result.seconds.toFixed(1),
    result.complete ? "one writer" : "BROKEN",
  ];
}

function traceText(trace: readonly LeaseStep[]): string {
  return trace.map(({ who, what }, index) => `${index + 1}. ${who}: ${what}`).join("\n");
}
