import type { Model } from "../model";
import { nextRequest, carryOut, withoutRequest } from "../world/requests";
import { keyOf, type State } from "../runs/state";
import { settled } from "../world/settling";
import { type Delivery, schedule } from "../world/triggers";
import { oldAnswers } from "../world/world";

/** Where a state comes to when the environment behaves from now on. */
export interface End {
  /** A state that no further round and no tick changes; undefined: there is none, it circles. */
  readonly state: State | undefined;
  /** Rounds of the function, and waits for a limit, until then. */
  readonly rounds: number;
}

/**
 * Follows states to their end in calm: AWS finishes what it was asked for, the schedule starts one
 * run after the other, each succeeds, and a tick passes when a round changes nothing. Ways meet, so
 * that each state is followed for one step only.
 */
export class Calm {
  private readonly ends = new Map<string, End>();

  constructor(private readonly model: Model) {}

  endOf(start: State): End {
    const way: string[] = [];
    const onWay = new Set<string>();
    let state = start;
    let end: End | undefined;
    while (end === undefined) {
      const key = keyOf(state);
      end = this.ends.get(key);
      if (end !== undefined) break;
      if (onWay.has(key)) {
        end = { state: undefined, rounds: 0 };
        break;
      }
      way.push(key);
      onWay.add(key);
      const next = this.next(state);
      if (keyOf(next) === key) {
        end = { state, rounds: 0 };
        this.ends.set(key, end);
        way.pop();
      }
      state = next;
    }
    for (const key of way.reverse()) {
      end = { state: end.state, rounds: end.rounds + 1 };
      this.ends.set(key, end);
    }
    return end;
  }

  /** One delivery in calm: the whole run succeeds. */
  deliver(state: State, delivery: Delivery): State {
    const { model } = this;
    const world = settled(state.world, model.told(state));
    const alarm = oldAnswers(world) ? "OK" : "ALARM";
    const { record, requests } = model.rounds.decide(state.record, world, { delivery, alarm });
    let after = world;
    for (let left = requests; left !== 0;) {
      const name = nextRequest(left);
      if (name === undefined) break;
      after = carryOut(after, name);
      left = withoutRequest(left, name);
    }
    const next = { ...state, record, world: after };
    return model.normal({ ...next, world: settled(after, model.told(next)) });
  }

  private next(state: State): State {
    const after = this.deliver(state, schedule);
    return keyOf(after) === keyOf(state) ? this.model.later(state) : after;
  }
}
