/** What one run of the function can do next, between two calls at a time. */
import type { Breach } from "../rules/rule";
import { judgeCommit, judgeGivingUp, judgeRepeat, judgeRequest } from "../rules/worldRules";
import { carryOut, nextRequest, withoutChain, withoutRequest } from "../world/requests";
import type { Records } from "./records";
import { facts, type Round, type Rounds } from "./rounds";
import { type Emit, type Run, type State, withRun } from "./state";
import { learn, leave } from "./truth";

/**
 * A run begins: it loads the record, judges its trigger, looks, decides and saves. Only before a
 * commit can it make a difference what happens between the look and the save.
 */
export function begin(state: State, place: 0 | 1, rounds: Rounds, emit: Emit): void {
  for (const round of rounds.outcomes(state.record, state.world)) {
    const { what, record, requests, facts: bits } = round;
    const { truth } = state.world;
    const more = [...judgeRepeat(truth, bits), ...judgeGivingUp(learn(truth, bits), bits)];
    const breaches = more.length === 0 ? round.breaches : [...round.breaches, ...more];
    if ((bits & facts.commits) !== 0) {
      emit(
        place,
        what,
        withRun(state, place, { decision: { record, facts: bits }, requests }),
        breaches,
      );
    } else {
      emit(place, what, saved(state, place, round), breaches);
    }
  }
}

/** A commit is written by compare-and-set; a run that decided on an older record has lost. */
export function save(state: State, place: 0 | 1, emit: Emit): void {
  const run = state.runs[place];
  if (run?.decision === undefined) return;
  const { record, facts: bits } = run.decision;
  const breaches = judgeCommit(learn(state.world.truth, bits), bits);
  const next = saved(state, place, { record, facts: bits, requests: run.requests }, breaches);
  emit(place, "saves the commit", next, breaches);
}

/** The decision is in the record, or was there already, and its requests follow. */
function saved(
  state: State,
  place: 0 | 1,
  { record, facts: bits, requests }: Pick<Round, "record" | "facts" | "requests">,
  breaches: readonly Breach[] = [],
): State {
  const truth = leave(learn(state.world.truth, bits), bits, breaches);
  const next = { ...state, record, world: { ...state.world, truth } };
  return withRun(record === state.record ? next : overtaken(next, place), place, acting(requests));
}

/** The next request arrives or is lost, or the run dies with all that it had left. */
export function act(state: State, place: 0 | 1, records: Records, emit: Emit): void {
  const run = state.runs[place];
  if (run === undefined) return;
  emit(place, "dies", withRun(state, place, undefined), []);
  const name = run.decision === undefined ? nextRequest(run.requests) : undefined;
  if (name === undefined) return;
  const world = carryOut(state.world, name);
  const named = records.get(state.record);
  const breaches = world === state.world ? [] : judgeRequest(world, name, named);
  const left = acting(withoutRequest(run.requests, name));
  emit(place, `request ${name}`, withRun({ ...state, world }, place, left), breaches);
  const others = acting(withoutChain(run.requests, name));
  emit(place, `request ${name} is lost`, withRun(state, place, others), []);
}

/** Whoever decided on the record that was just replaced looks again, as if it had not begun. */
export function overtaken(state: State, by?: 0 | 1): State {
  const kept = (place: 0 | 1): Run => {
    const run = state.runs[place];
    return place !== by && run?.decision !== undefined ? undefined : run;
  };
  return { ...state, runs: [kept(0), kept(1)] };
}

function acting(requests: number): Run {
  return requests === 0 ? undefined : { decision: undefined, requests };
}
