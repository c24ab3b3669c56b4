import Table from "cli-table3";
import type { Exploration, Violation } from "../exploration";
import { type Rule, ruleNames, rules } from "../rules/rule";
import type { Row } from "../trace";

/** No colours: the same text on a terminal, in a file and in a log. */
const plain = { style: { head: [], border: [] }, wordWrap: true };

/** One line for each exploration. @param named explorations by their scenario */
export function explorationTable(named: Readonly<Record<string, Exploration>>): string {
  const table = new Table({
    ...plain,
    head: ["scenario", "states", "transitions", "depth", "rounds to an end", "seconds", ""],
  });
  for (const [name, each] of Object.entries(named)) {
    table.push([
      name,
      readable(each.states),
      readable(each.transitions),
      each.depth,
      `at most ${each.bound}`,
      each.seconds.toFixed(1),
      each.complete ? "all states" : "INCOMPLETE",
    ]);
  }
  return table.toString();
}

/** One line for each rule: held in all states, or broken. */
export function ruleTable(explorations: readonly Exploration[]): string {
  const states = explorations.reduce((sum, each) => sum + each.states, 0);
  const proven = explorations.every(({ complete }) => complete);
  const table = new Table({ ...plain, head: ["rule", "", "found"], colWidths: [6, 60, 34] });
  for (const rule of ruleNames) {
    const shortest = shortestOf(explorations, rule);
    const held = `held in ${proven ? "all " : ""}${readable(states)} states`;
    const found =
      shortest === undefined ? held : `BROKEN after ${shortest.trace.length} transitions`;
    table.push([rule, rules[rule], found]);
  }
  return table.toString();
}

/** The shortest violation of a rule. */
export function shortestOf(
  explorations: readonly Exploration[],
  rule: Rule,
): Violation | undefined {
  return explorations
    .flatMap(({ violations }) => violations.filter((each) => each.rule === rule))
    .sort((a, b) => a.trace.length - b.trace.length)[0];
}

/** The way to a violation, transition by transition; what stays as it was is not repeated. */
export function traceTable({ rule, what, trace }: Violation): string {
  const table = new Table({
    ...plain,
    head: ["", "who", "what", "record", "old region", "new region", "users"],
    colWidths: [5, 7, 38, 17, 20, 24, 7],
  });
  let before: Partial<Row> = {};
  for (const [index, row] of trace.entries()) {
    const changed = (key: keyof Row): string => (before[key] === row[key] ? "" : row[key]);
    const { who } = row;
    const cells = [changed("record"), changed("oldRegion"), changed("newRegion"), changed("users")];
    table.push([index + 1, who, row.what, ...cells]);
    before = row;
  }
  return `${rule} is broken: ${what}\n${table.toString()}`;
}

function readable(count: number): string {
  return count.toLocaleString("en-US");
}
