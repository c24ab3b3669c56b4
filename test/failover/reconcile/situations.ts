import {
  type FailoverRecord,
  type GroupState,
  initialRecord,
  type Observation,
  type Policy,
  type ReadFailure,
  type Reading,
} from "../../../failover/model";
import { policyOf } from "../../../failover/plan";
import { homelessPlan, samplePlan } from "../../support/simulatedCloud";

/** The present moment of a decision under test: epoch milliseconds of an ordinary day. */
export const now = Date.UTC(2026, 0, 1, 12);

export const policy: Policy = policyOf(samplePlan);

/** Of a deployment whose machines keep nothing. */
export const homeless: Policy = policyOf(homelessPlan);

export const groupNames: readonly string[] = Object.keys(policy.servingSizes);

export function known<Value>(value: Value): Reading<Value> {
  return { known: true, value };
}

export function unknown(failure: ReadFailure, error = `it was ${failure}`): Reading<never> {
  return { known: false, failure, error };
}

export function recordOf(changes: Partial<FailoverRecord> = {}): FailoverRecord {
  return { ...initialRecord(policy.activeRegion, 1, now - 3_600_000), ...changes };
}

/** A controller's group that serves. */
export function serving(name: string, changes: Partial<GroupState> = {}): GroupState {
  const sizes = { min: 1, max: 1, desired: 1, instances: 1, inService: 1 };
  return { name, ...sizes, launchSuspended: false, ...changes };
}

/** The same as the fence leaves it. */
export function emptied(name: string, changes: Partial<GroupState> = {}): GroupState {
  const sizes = { min: 0, max: 0, desired: 0, instances: 0, inService: 0 };
  return { name, ...sizes, launchSuspended: true, ...changes };
}

export const allServing = groupNames.map((name) => serving(name));
export const allEmptied = groupNames.map((name) => emptied(name));
/** The waiting region's groups on a good day: no instance, and allowed to launch. */
export const allWaiting = groupNames.map((name) => emptied(name, { launchSuspended: false }));

/** All of a lost region with its replicas in order; parts can be seen otherwise. */
export function lossSeen(changes: Partial<Observation> = {}): Observation {
  return {
    alarm: known("ALARM"),
    lastAlive: known(now - 600_000),
    answers: known({ teams: 4, healthy: 0 }),
    targets: unknown("unreachable"),
    activeGroups: unknown("unreachable"),
    waitingGroups: known(allWaiting),
    replica: known({ status: "available", replicates: true, lagSeconds: 5 }),
    home: known({ state: "replicating", lagSeconds: 60 }),
    waitingTeams: known({ teams: 4, healthy: 0 }),
    traffic: known({ waitingOpen: false, activeClosed: false }),
    ...changes,
  };
}

/** A copy that lacks some fields. */
export function lacking<Whole extends object, Key extends keyof Whole>(
  whole: Whole,
  ...keys: readonly Key[]
): Omit<Whole, Key> {
  const kept = Object.entries(whole).filter(([key]) => !keys.includes(key as Key));
  return Object.fromEntries(kept) as Omit<Whole, Key>;
}
