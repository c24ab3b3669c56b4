import { reasonAgainst } from "./admission";
import { cleanUp, isClean } from "./cleanUp";
import {
  type Rehearsal,
  rehearsalHistoryLength,
  type RehearsalObservation,
  type RehearsalOutcome,
  type RehearsalRecord,
  type RehearsalRequest,
} from "./model";
import { outcomeMessage, outcomeOf, problemsOf } from "./outcome";
import { forward, isSettled, learn } from "./progress";
import type { RehearsalPlan } from "./rehearsalPlan";

/** How often the world is looked at while something is there. */
const roundInterval = 10_000;

/** What one round decided. The record is to be saved before any request is sent. */
export interface RehearsalDecision {
  readonly record: RehearsalRecord;
  readonly requests: readonly RehearsalRequest[];
  /** When to look again; absent when the next minute's run is soon enough. */
  readonly wakeAt?: number;
}

/**
 * One round of a rehearsal. It looks at what exists and not at what it did, so it may be interrupted
 * anywhere: what carries a rehearsal's tag and belongs to none that is under way is taken down,
 * whoever left it. Nothing that it can ask for touches users, replication or what a failover uses.
 */
export function rehearse(
  record: RehearsalRecord,
  observation: RehearsalObservation,
  plan: RehearsalPlan,
  now: number,
): RehearsalDecision {
  const { running } = record;
  if (running === undefined) {
    const requests = cleanUp(undefined, observation);
    return { record, requests, ...(requests.length === 0 ? {} : again(now)) };
  }
  const known = running.end === undefined ? learn(running, observation, plan, now) : running;
  const present = ended(known, observation, plan, now);
  if (present.end === undefined) {
    const requests = [...cleanUp(present.id, observation), ...forward(present, observation, plan)];
    return { record: { ...record, running: present }, requests, ...again(now) };
  }
  // Said while its machines are still to be seen; kept until the outcome is written.
  const problems = present.problems ?? problemsOf(present, observation.machines, plan);
  if (running.end !== undefined && isClean(observation)) {
    return {
      record: withOutcome(record, outcomeOf(present, problems, plan, now), plan),
      requests: [],
    };
  }
  return {
    record: { ...record, running: { ...present, problems } },
    requests: cleanUp(undefined, observation),
    ...again(now),
  };
}

function again(now: number): { readonly wakeAt: number } {
  return { wakeAt: now + roundInterval };
}

/** Decides whether it is over. A failover comes first, whatever else could still be learnt. */
function ended(
  rehearsal: Rehearsal,
  observation: RehearsalObservation,
  plan: RehearsalPlan,
  now: number,
): Rehearsal {
  if (rehearsal.end !== undefined) return rehearsal;
  const { failover } = observation;
  // A record that could not be read once says nothing; the next round looks again.
  if (failover.known && reasonAgainst(failover, plan) !== undefined) {
    return { ...rehearsal, end: { at: now, why: "failover" } };
  }
  if (isSettled(rehearsal, observation, plan)) {
    return { ...rehearsal, end: { at: now, why: "complete" } };
  }
  if (now - rehearsal.startedAt >= plan.timeout) {
    return { ...rehearsal, end: { at: now, why: "timeout" } };
  }
  return rehearsal;
}

function withOutcome(
  record: RehearsalRecord,
  outcome: RehearsalOutcome,
  plan: RehearsalPlan,
): RehearsalRecord {
  const { version, since, seen, history, outbox } = record;
  return {
    version,
    since,
    seen,
    history: [...history, outcome].slice(-rehearsalHistoryLength),
    outbox: [...outbox, outcomeMessage(outcome, plan)],
  };
}
