import type { Environment } from "./environment";
import { Model } from "./model";
import { EndRules } from "./rules/endRules";
import type { Rule } from "./rules/rule";
import type { Decider } from "./runs/decider";
import { Calm } from "./search/calm";
import { pathTo } from "./search/path";
import { search, type SearchSettings } from "./search/search";
import { type Row, rowOf } from "./trace";

/** What one exploration came to; plain data, so that a worker can hand it over. */
export interface Exploration {
  readonly states: number;
  readonly transitions: number;
  /** Transitions to the farthest state by its shortest way. */
  readonly depth: number;
  /** True when every reachable state was visited. */
  readonly complete: boolean;
  /** The most rounds in which a state comes to its end once the environment behaves. */
  readonly bound: number;
  /** Blocked ends by what leads a person out; an end can count for both. */
  readonly ways: { readonly repair: number; readonly abort: number };
  readonly seconds: number;
  readonly violations: readonly Violation[];
}

/** A broken rule with the shortest trace to it. */
export interface Violation {
  readonly rule: Rule;
  readonly what: string;
  readonly trace: readonly Row[];
}

/** Explores one environment. @param decider default: what is deployed */
export function explore(
  environment: Environment,
  decider?: Decider,
  settings: Omit<SearchSettings, "inspect"> = {},
): Exploration {
  const startedAt = performance.now();
  const model = new Model(environment, decider);
  const ends = new EndRules(model, new Calm(model));
  const found = search(model, { ...settings, inspect: (state) => ends.judge(state) });
  const violations = [...found.breaches].map(([rule, place]) => ({
    rule,
    what: place.breach.what,
    trace: pathTo(model, found, place).map((transition) => rowOf(model, transition)),
  }));
  const { states, transitions, depth, complete } = found;
  const { bound, ways } = ends;
  const seconds = (performance.now() - startedAt) / 1000;
  return { states, transitions, depth, complete, bound, ways, seconds, violations };
}
