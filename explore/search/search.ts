import type { Model } from "../model";
import type { Breach, Rule } from "../rules/rule";
import { isQuiet, keyOf, type State } from "../runs/state";

/** What a search came to. */
export interface Search {
  readonly states: number;
  readonly transitions: number;
  /** The longest of the shortest ways to a state, in transitions. */
  readonly depth: number;
  /** False when it stopped at a breach or at its limit: nothing is proven then. */
  readonly complete: boolean;
  /** The first, and so the shortest, breach of each rule. */
  readonly breaches: ReadonlyMap<Rule, Found>;
  /** Where the search came from: the index of each state's predecessor. */
  readonly origins: readonly number[];
  /** The key of each state, by its index. */
  readonly keys: readonly string[];
}

/** Where a breach was met: at the transition out of a state, or in the state itself. */
export interface Found {
  readonly breach: Breach;
  readonly from: number;
  /** The key of the state behind the transition; undefined for a breach of the state itself. */
  readonly to: string | undefined;
}

export interface SearchSettings {
  /** The search ends when all of these rules were seen broken; for sabotages. */
  readonly until?: readonly Rule[];
  /** Gives up after so many states. */
  readonly limit?: number;
  /** Looks at each state in which no run is under way; what it returns is a breach of that state. */
  readonly inspect?: (state: State) => readonly Breach[];
}

/** Breadth first to the fixpoint: every state that can be reached, each by a shortest way. */
export function search(model: Model, settings: SearchSettings = {}): Search {
  const { until, limit = Number.POSITIVE_INFINITY, inspect } = settings;
  const keys = [keyOf(model.initial)];
  const known = new Set(keys);
  const origins = [-1];
  const breaches = new Map<Rule, Found>();
  const note = (found: readonly Breach[], from: number, to?: string): void => {
    for (const breach of found) {
      if (!breaches.has(breach.rule)) breaches.set(breach.rule, { breach, from, to });
    }
  };
  const isOver = (): boolean => until?.every((rule) => breaches.has(rule)) ?? false;
  const result = (complete: boolean): Search => {
    return { states: origins.length, transitions, depth, complete, breaches, origins, keys };
  };
  let transitions = 0;
  let depth = 0;
  let level: { readonly index: number; readonly state: State }[] = [
    { index: 0, state: model.initial },
  ];
  while (level.length > 0) {
    const next: typeof level = [];
    for (const { index, state } of level) {
      if (inspect !== undefined && isQuiet(state)) note(inspect(state), index);
      model.successors(state, (_actor, _what, after, found) => {
        transitions += 1;
        const key = keyOf(after);
        if (found.length > 0) note(found, index, key);
        if (known.has(key)) return;
        known.add(key);
        keys.push(key);
        next.push({ index: origins.length, state: after });
        origins.push(index);
      });
      if (isOver() || origins.length >= limit) {
        return result(false);
      }
    }
    if (next.length > 0) depth += 1;
    level = next;
  }
  return result(true);
}
