import type { Breach } from "../rules/rule";
import type { Requests } from "../world/requests";
import { truthCode, truthCodes, visibleCode, visibleCodes, type World } from "../world/world";

/** A run of the function between two of its calls; undefined: none runs. */
export type Run =
  | undefined
  | {
      /** The decision that is to be saved; undefined once it is, and the requests follow. */
      readonly decision: { readonly record: number; readonly facts: number } | undefined;
      readonly requests: Requests;
    };

/** One state of the whole: the world, the stored record and two places for runs. */
export interface State {
  readonly world: World;
  readonly record: number;
  readonly runs: readonly [Run, Run];
}

function runCode(run: Run): string {
  if (run === undefined) return "";
  const { decision, requests } = run;
  return decision === undefined
    ? `${requests}`
    : `${requests}.${decision.record}.${decision.facts}`;
}

/** The canonical text of a state: equal for states with the same future. */
export function keyOf({ world, record, runs }: State): string {
  const first = runCode(runs[0]);
  const second = runCode(runs[1]);
  // Which of the two runs is which makes no difference.
  const both = first < second ? `${first}|${second}` : `${second}|${first}`;
  const number = (record * visibleCodes + visibleCode(world)) * truthCodes + truthCode(world);
  return `${number}|${both}`;
}

/** The state with the run of one place replaced. */
export function withRun(state: State, place: 0 | 1, run: Run): State {
  return { ...state, runs: place === 0 ? [run, state.runs[1]] : [state.runs[0], run] };
}

export function isQuiet({ runs }: State): boolean {
  return runs[0] === undefined && runs[1] === undefined;
}

/** Who moves: one of the two runs, or the environment. */
export type Actor = 0 | 1 | "environment";

/** Takes one transition: who does what, and the state after it. */
export type Emit = (actor: Actor, what: string, next: State, breaches: readonly Breach[]) => void;
