/**
 * Deciders with one guard taken away, to see that the exploration would notice. Guards are taken away
 * from outside, by what a decision is given or by what is made of it: nothing of this is deployed.
 */
import type { Action, FailoverRecord, Observation, StepName } from "../../failover/model";
import { type Environment, quiet } from "../environment";
import { type Decider, deployed } from "../runs/decider";
import type { Rule } from "../rules/rule";
import { now } from "../time";
import { deliveries, plan, schedule } from "../world/triggers";

/** One guard less, and where its loss shows soonest. */
export interface Sabotage {
  /** The rule that it breaks. */
  readonly rule: Rule;
  readonly what: string;
  readonly environment: Environment;
  readonly decider: Decider;
}

type Reconcile = Decider["reconcile"];

const reconciling = (reconcile: Reconcile): Decider => ({ ...deployed, reconcile });

/** Changes what a round sees. */
const seeing = (change: (observation: Observation) => Observation): Decider =>
  reconciling((record, observation, policy, at) =>
    deployed.reconcile(record, change(observation), policy, at),
  );

function without(record: FailoverRecord, ...keys: (keyof FailoverRecord)[]): FailoverRecord {
  const kept = Object.entries(record).filter(
    ([key]) => !keys.includes(key as keyof FailoverRecord),
  );
  return Object.fromEntries(kept) as unknown as FailoverRecord;
}

const committing: Reconcile = (record, observation, policy, at) => {
  const decision = deployed.reconcile(record, observation, policy, at);
  const { generation, activeRegion } = record;
  return { ...decision, record: { ...decision.record, generation, activeRegion } };
};

const enoughTeams = (observation: Observation): Observation =>
  observation.waitingTeams === undefined
    ? observation
    : { ...observation, waitingTeams: { known: true, value: { teams: 1, healthy: 1 } } };

const noLag = (observation: Observation): Observation => {
  const { replica, home } = observation;
  return {
    ...observation,
    ...(replica?.known
      ? { replica: { known: true, value: { ...replica.value, lagSeconds: 0 } } }
      : {}),
    ...(home?.known ? { home: { known: true, value: { ...home.value, lagSeconds: 0 } } } : {}),
  };
};

const complete = (observation: Observation): Observation => {
  const { replica, home } = observation;
  const syncedUntil = now;
  return {
    ...observation,
    ...(replica?.known
      ? { replica: { known: true, value: { ...replica.value, syncedUntil } } }
      : {}),
    ...(home?.known ? { home: { known: true, value: { ...home.value, syncedUntil } } } : {}),
  };
};

const impatient: Reconcile = (record, observation, policy, at) =>
  deployed.reconcile(record, observation, { ...policy, fenceTimeout: 0 }, at);

const uncommitted = (record: FailoverRecord): FailoverRecord =>
  record.phase === "recovering" || record.phase === "blocked"
    ? without(record, "committedAt")
    : record;

const failingBack: Decider = {
  ...deployed,
  partsNeeded: (record, policy) => deployed.partsNeeded(uncommitted(record), policy),
  reconcile: (record, observation, policy, at) => {
    const { answers } = observation;
    const back = answers?.known === true && answers.value.healthy > 0;
    return deployed.reconcile(back ? uncommitted(record) : record, observation, policy, at);
  },
};

const credulous: Decider = {
  ...deployed,
  admit: (record, trigger, policy, at) =>
    deployed.admit(
      { ...record, seenTriggers: [] },
      trigger.kind === "schedule" ? trigger : { ...trigger, at: now },
      policy,
      at,
    ),
};

const stepOf: Partial<Record<Action["kind"], StepName>> = {
  fenceGroups: "fence",
  raiseCapacity: "capacity",
  promoteReplica: "database",
  freeHome: "home",
  moveTraffic: "traffic",
};

const askingOnce: Reconcile = (record, observation, policy, at) => {
  const decision = deployed.reconcile(record, observation, policy, at);
  const actions = decision.actions.filter(({ kind }) => {
    const step = stepOf[kind];
    return step === undefined || record.steps[step]?.state !== "running";
  });
  return { ...decision, actions };
};

const silent: Reconcile = (record, observation, policy, at) => {
  const decision = deployed.reconcile(record, observation, policy, at);
  if (decision.record.phase !== "blocked") return decision;
  const phase = decision.record.steps.confirm?.state === "done" ? "recovering" : "confirming";
  return { ...decision, record: { ...without(decision.record, "blockage"), phase } };
};

/** One guard of each rule, and that of a planned role change. */
export const sabotages = {
  S1: {
    rule: "S1",
    what: "the commit leaves generation and region as they were",
    environment: { ...quiet, regions: ["illness"] },
    decider: reconciling(committing),
  },
  S2: {
    rule: "S2",
    what: "the new region's teams count as healthy without being asked",
    environment: { ...quiet, regions: ["illness"] },
    decider: seeing(enoughTeams),
  },
  S3: {
    rule: "S3",
    what: "a silent region is not waited for",
    environment: { ...quiet, regions: ["partition"] },
    decider: reconciling(impatient),
  },
  S4: {
    rule: "S4",
    what: "a region that answers again takes the commit back",
    environment: { ...quiet, regions: ["partition"] },
    decider: failingBack,
  },
  S5: {
    rule: "S5",
    what: "age and repetition of a trigger do not count",
    environment: { ...quiet, deliveries },
    decider: credulous,
  },
  S6: {
    rule: "S6",
    what: "an unknown lag counts as none",
    environment: { ...quiet, regions: ["illness"], obstacles: ["lag"] },
    decider: seeing(noLag),
  },
  S7: {
    rule: "S7",
    what: "what was decided once is not asked for again",
    environment: { ...quiet, regions: ["illness"] },
    decider: reconciling(askingOnce),
  },
  S8: {
    rule: "S8",
    what: "an obstacle is not reported",
    environment: { ...quiet, regions: ["illness"], obstacles: ["lag"] },
    decider: reconciling(silent),
  },
  planned: {
    rule: "S6",
    what: "a planned role change does not wait until all that was written has arrived",
    environment: { ...quiet, deliveries: [schedule, plan] },
    decider: seeing(complete),
  },
} as const satisfies Readonly<Record<Rule | "planned", Sabotage>>;
export type SabotageName = keyof typeof sabotages;
