import type { Model } from "../model";
import { type Actor, keyOf, type State } from "../runs/state";
import type { Found, Search } from "./search";

/** One transition on the way to a state. */
export interface Transition {
  readonly actor: Actor;
  readonly what: string;
  readonly state: State;
}

/**
 * The shortest way to where a breach was found. The search keeps nothing but each state's predecessor;
 * the way is taken once more from the start.
 *
 * @throws Error when the model is not the one of the search
 */
export function pathTo(model: Model, { origins, keys }: Search, { from, to }: Found): Transition[] {
  const indexes: number[] = [];
  for (let index = from; index > 0; index = origins[index] ?? 0) indexes.unshift(index);
  const wanted = indexes.map((index) => keys[index] ?? "");
  if (to !== undefined) wanted.push(to);
  const path: Transition[] = [];
  let state = model.initial;
  for (const [position, key] of wanted.entries()) {
    const last = to !== undefined && position === wanted.length - 1;
    const step = stepTo(model, state, key, last);
    path.push(step);
    state = step.state;
  }
  return path;
}

/** @param broken the transition is the one that breaks a rule, if several lead to the same state */
function stepTo(model: Model, from: State, key: string, broken: boolean): Transition {
  let found: Transition | undefined;
  let breaches = 0;
  model.successors(from, (actor, what, state, { length }) => {
    if (keyOf(state) !== key || (found !== undefined && !(broken && length > breaches))) return;
    found = { actor, what, state };
    breaches = length;
  });
  if (found === undefined) throw new Error(`No transition leads to the state ${key}.`);
  return found;
}
