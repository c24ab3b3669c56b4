import { type FailoverRecord, type StepName, stepNames } from "../failover/model";
import { stageOf } from "../failover/reconcile";
import { settleFor } from "../failover/reconcile/resting";
import { acceptanceHolds, isUnfenced } from "../failover/reconcile/unfenced";
import { age, now, policy, tick } from "./time";

const inTicks = (milliseconds: number): number => Math.ceil(milliseconds / tick);

/** Beyond so many ticks a step's age compares like any higher one. */
const stepLimits: Readonly<Partial<Record<StepName, number>>> = {
  confirm: inTicks(policy.confirmLimit),
  traffic: inTicks(Math.max(policy.stepLimit, policy.fenceTimeout)),
};

/** The alarm's message and the config flag are delivered again; every other request is a new one. */
export const rememberedIds = { alarm: "message", config: "flag" } as const;

/** Fields that a stage keeps because a decision in it, or after it, reads them. */
type Kept = Partial<FailoverRecord>;

/**
 * The record as far as any decision reads it: without texts, history, outbox and version, every time
 * as its age in ticks before {@link now}, and nothing that its stage has done with. Records of one
 * form have the same future; docs/decisions/exploration.md says so field by field.
 */
export function formOf(record: FailoverRecord): FailoverRecord {
  const { generation, activeRegion, phase } = record;
  return {
    version: 0,
    generation,
    activeRegion,
    phase,
    since: isSettling(record) ? aged(record.since, inTicks(settleFor)) : now,
    steps: {},
    seenTriggers: record.committedAt === undefined ? seenOf(record) : [],
    outbox: [],
    history: [],
    ...committedAtOf(record),
    ...keptIn[stageOf(record)](record),
  };
}

const keptIn: Readonly<Record<ReturnType<typeof stageOf>, (record: FailoverRecord) => Kept>> = {
  // An attempt that begins forgets all of the one before; until then it is undone.
  resting: (record) => ({
    ...disarmedOf(record),
    ...settledOf(record),
  }),
  confirming: (record) => ({
    ...triggerOf(record),
    ...blockageOf(record),
    ...silenceOf(record),
    ...(record.downSince === undefined
      ? {}
      : { downSince: aged(record.downSince, inTicks(policy.confirmFor)) }),
    steps: pick(record.steps, ["confirm"]),
  }),
  recovering: (record) => ({
    ...(record.committedAt === undefined ? triggerOf(record) : {}),
    ...blockageOf(record),
    ...silenceOf(record),
    ...unreadOf(record),
    steps: pick(record.steps, stepNames),
  }),
  serving: (record) => ({
    ...givingUpOf(record),
    ...settledOf(record),
    steps: pick(record.steps, ["fence", "traffic"]),
  }),
};

/** The same record one tick later. */
export function oneTickLater(record: FailoverRecord): FailoverRecord {
  const older = (at: number): number => at - tick;
  const { downSince, silentSince, unreadSince, disarmed } = record;
  const until = disarmed?.until;
  const steps = Object.entries(record.steps).map(([name, step]) => {
    const { startedAt } = step;
    return [name, startedAt === undefined ? step : { ...step, startedAt: older(startedAt) }];
  });
  return formOf({
    ...record,
    since: older(record.since),
    ...(downSince === undefined ? {} : { downSince: older(downSince) }),
    ...(silentSince === undefined ? {} : { silentSince: older(silentSince) }),
    ...(unreadSince === undefined ? {} : { unreadSince: older(unreadSince) }),
    ...(typeof until === "number" ? { disarmed: { until: older(until) } } : {}),
    steps: Object.fromEntries(steps) as FailoverRecord["steps"],
    seenTriggers: record.seenTriggers.map((seen) => ({ ...seen, at: older(seen.at) })),
  });
}

function aged(at: number, limit: number): number {
  return now - age(at, limit) * tick;
}

function committedAtOf({ committedAt }: FailoverRecord): Kept {
  return committedAt === undefined ? {} : { committedAt: now };
}

function triggerOf({ trigger }: FailoverRecord): Kept {
  if (trigger === undefined) return {};
  const { human, force, planned } = trigger;
  const kept = planned === true ? { planned } : {};
  return { trigger: { kind: "direct", id: "-", at: now, human, force, ...kept } };
}

/** Step and date of a blockage decide on pages alone. */
function blockageOf({ blockage }: FailoverRecord): Kept {
  if (blockage === undefined) return {};
  return { blockage: { step: "confirm", reason: "-", remedy: "-", since: now, pagedAt: now } };
}

/** Once the fence stands it only matters whether the source answers. */
function silenceOf({ silentSince, steps }: FailoverRecord): Kept {
  if (silentSince === undefined) return {};
  const limit = steps.fence?.state === "done" ? 0 : inTicks(policy.fenceTimeout);
  return { silentSince: aged(silentSince, limit) };
}

/** What a person may give up, and has, hangs on the silence of a region that was never seen fenced. */
function givingUpOf(record: FailoverRecord): Kept {
  if (!isUnfenced(record) || record.silentSince === undefined) return {};
  const acceptance = { id: "-", at: now, by: "-", reason: "-" };
  return {
    silentSince: aged(record.silentSince, inTicks(policy.fenceTimeout)),
    ...(acceptanceHolds(record) ? { unfencedAcceptance: acceptance } : {}),
  };
}

/** Only until the commit does it matter for how long a lag could not be read. */
function unreadOf({ unreadSince, committedAt }: FailoverRecord): Kept {
  if (unreadSince === undefined || committedAt !== undefined) return {};
  return { unreadSince: aged(unreadSince, inTicks(policy.stepLimit)) };
}

/** When people were last told of an undoing that takes long decides on pages alone. */
function isSettling({ phase, settledAt }: FailoverRecord): boolean {
  return (phase === "aborted" || phase === "serving") && settledAt === undefined;
}

function settledOf({ settledAt }: FailoverRecord): Kept {
  return settledAt === undefined ? {} : { settledAt: now };
}

function disarmedOf({ disarmed }: FailoverRecord): Kept {
  return disarmed === undefined ? {} : { disarmed: { until: remaining(disarmed.until) } };
}

function pick(steps: FailoverRecord["steps"], names: readonly StepName[]): FailoverRecord["steps"] {
  const forms = names.flatMap((name) => {
    const step = steps[name];
    if (step === undefined || step.state === "waiting") return [];
    const limit = stepLimits[name] ?? inTicks(policy.stepLimit);
    const counts = step.state === "running" && step.startedAt !== undefined;
    // Whether the copies reach beyond the fence is the world's (caughtUp), whenever that was.
    const ended = name === "fence" && step.state === "done" ? { endedAt: now } : {};
    const age = counts ? { startedAt: aged(step.startedAt, limit) } : {};
    return [[name, { state: step.state, ...age, ...ended }]];
  });
  return Object.fromEntries(forms) as FailoverRecord["steps"];
}

function remaining(until: number | "alarmClears"): number | "alarmClears" {
  return until === "alarmClears" ? until : Math.max(now, until);
}

/** A repeat that is older than a tick is refused for its age, whether it was seen or not. */
function seenOf({ seenTriggers }: FailoverRecord): FailoverRecord["seenTriggers"] {
  const alarm = seenTriggers.some(({ id, at }) => id === rememberedIds.alarm && now - at < tick);
  const config = seenTriggers.some(({ id }) => id === rememberedIds.config);
  return [
    ...(alarm ? [{ id: rememberedIds.alarm, at: now }] : []),
    ...(config ? [{ id: rememberedIds.config, at: now, forever: true }] : []),
  ];
}
