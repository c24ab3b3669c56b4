import type { AcceptedTrigger, FailoverRecord, Policy, Trigger } from "../model";
import { enter, say, setStep, withHistory, without } from "./decision";
import { acceptUnfenced, refuseAcceptance } from "./unfenced";

/** What an attempt waits for before any round of it has looked at the region. */
const firstLook = "a first look at the old region's health";

/** Older requests change nothing (S5): SNS redelivers to a function for up to 23 days. */
export const triggerMaxAge = 10 * 60_000;

/** The record after a trigger was judged, and why it was taken or not. */
export interface Admission {
  readonly record: FailoverRecord;
  readonly accepted: boolean;
  /** One sentence for the log. */
  readonly because: string;
}

type Request = Exclude<Trigger, { kind: "schedule" }>;

/**
 * Judges a trigger (S5). A request that is stale, repeated, forged, not an alarm or late for the
 * phase leaves everything but the list of seen triggers as it was.
 */
export function admit(
  record: FailoverRecord,
  trigger: Trigger,
  policy: Policy,
  now: number,
): Admission {
  if (trigger.kind === "schedule") {
    return { record, accepted: false, because: "The schedule asks for nothing by itself." };
  }
  const refusal = refuse(record, trigger, policy, now);
  const noted = refusal?.note === false ? record : remember(record, trigger, now);
  if (refusal !== undefined) return { record: noted, accepted: false, because: refusal.because };
  const next = carryOut(noted, trigger, policy, now);
  return { record: next, accepted: true, because: `Accepted ${trigger.kind} ${trigger.id}.` };
}

function carryOut(
  record: FailoverRecord,
  trigger: Request,
  policy: Policy,
  now: number,
): FailoverRecord {
  if (trigger.kind === "alarm") return begin(record, accept(trigger), policy, now);
  switch (trigger.command) {
    case "failover":
      return begin(record, accept(trigger), policy, now);
    case "abort":
      return abort(record, trigger, now);
    case "acceptUnfenced":
      return acceptUnfenced(record, trigger, policy, now);
  }
}

function refuse(
  record: FailoverRecord,
  trigger: Request,
  policy: Policy,
  now: number,
): { because: string; note?: false } | undefined {
  // A forged message must not be able to fill the list of seen triggers either.
  const forged = trigger.kind === "alarm" && refuseAlarm(trigger, policy);
  if (forged) return { because: forged, note: false };
  if (Math.abs(now - trigger.at) > triggerMaxAge) {
    const minutes = Math.round((now - trigger.at) / 60_000);
    return { because: `It is ${minutes} min old; the limit is 10 min.`, note: false };
  }
  if (record.seenTriggers.some(({ id }) => id === trigger.id)) {
    return { because: `${trigger.id} was seen before.`, note: false };
  }
  const late =
    trigger.kind === "alarm" ? refuseInPhase(record) : refuseHuman(record, trigger, policy, now);
  return late === undefined ? undefined : { because: late };
}

function refuseAlarm(
  trigger: Extract<Trigger, { kind: "alarm" }>,
  policy: Policy,
): string | undefined {
  if (!trigger.authentic) return "It is not a message of the expected topic.";
  if (trigger.alarmName !== policy.alarmName) {
    return `Alarm ${trigger.alarmName} is not ${policy.alarmName}.`;
  }
  return trigger.newState === "ALARM" ? undefined : `${trigger.newState} asks for nothing.`;
}

function refuseInPhase(record: FailoverRecord): string | undefined {
  if (record.phase === "standby" || record.phase === "aborted") {
    return record.disarmed === undefined
      ? undefined
      : "An attempt was aborted and the alarm has not cleared since.";
  }
  return `The record is ${record.phase} already.`;
}

function refuseHuman(
  record: FailoverRecord,
  trigger: Extract<Trigger, { kind: "config" | "direct" }>,
  policy: Policy,
  now: number,
): string | undefined {
  if (trigger.generation !== record.generation) {
    return `It is meant for generation ${trigger.generation}; this is ${record.generation}.`;
  }
  if (trigger.command === "acceptUnfenced") return refuseAcceptance(record, trigger, policy, now);
  if (trigger.force && (trigger.reason ?? "").trim() === "") {
    return "A forced failover needs a reason: it accepts the loss of data.";
  }
  if (record.phase === "serving") return "The record is serving already.";
  if (trigger.command === "failover") return undefined;
  if (record.phase === "standby" || record.phase === "aborted") return "There is nothing to abort.";
  if (record.committedAt !== undefined) {
    return "The irreversible part was decided; only forward is safe.";
  }
  return undefined;
}

function remember(record: FailoverRecord, trigger: Request, now: number): FailoverRecord {
  // Older entries cannot matter, the age limit refuses their repeats; but a config flag is dated by
  // its arrival, and a provider's upgrade may send it again years later.
  const kept = record.seenTriggers.filter(
    ({ at, forever }) => forever === true || now - at <= 2 * triggerMaxAge,
  );
  const forever = trigger.kind === "config" ? { forever: true } : {};
  return { ...record, seenTriggers: [...kept, { id: trigger.id, at: trigger.at, ...forever }] };
}

function accept(trigger: Request): AcceptedTrigger {
  const { kind, id, at } = trigger;
  if (trigger.kind === "alarm") return { kind, id, at, human: false, force: false };
  const { force, reason } = trigger;
  const planned = trigger.planned === true ? { planned: true as const } : {};
  const why = reason === undefined ? {} : { reason };
  return { kind, id, at, human: true, force, ...planned, ...why };
}

/** Starts an attempt, or lets a person take over the one that is under way. */
export function begin(
  record: FailoverRecord,
  trigger: AcceptedTrigger,
  { stack }: Pick<Policy, "stack">,
  now: number,
): FailoverRecord {
  if (record.phase !== "standby" && record.phase !== "aborted") {
    const force = trigger.force || (record.trigger?.force ?? false);
    return { ...record, trigger: { ...trigger, force } };
  }
  const fresh = without(
    record,
    "downSince",
    "lostAt",
    "silentSince",
    "silentErrors",
    "unreadSince",
    "settledAt",
    "unsettledPagedAt",
    "committedAt",
    "lag",
    "blockage",
    "disarmed",
    "edgeShut",
    "unfencedAcceptance",
  );
  const confirming = { ...enter(fresh, "confirming", now), trigger, steps: {} };
  return say(setStep(confirming, "confirm", "running", now, firstLook), {
    id: `confirming-${trigger.id}`,
    severity: "page",
    subject: `failover asked for by ${trigger.kind}`,
    body:
      `Failover from ${record.activeRegion} asked for (${trigger.kind} ${trigger.id}` +
      `${trigger.reason === undefined ? "" : `: ${trigger.reason}`}). Nothing was touched yet; ` +
      `the request is being confirmed. To stop it: npm run failover -- --stack ${stack} --abort`,
  });
}

/** Ends the attempt. Fence and capacity are undone by the rounds that follow. */
export function abort(
  record: FailoverRecord,
  by: { readonly reason?: string } | "recovered",
  now: number,
): FailoverRecord {
  const human = by !== "recovered";
  const why = human ? `by a person${by.reason ? `: ${by.reason}` : ""}` : "the region is healthy";
  const aborted: FailoverRecord = {
    ...enter(
      without(record, "blockage", "downSince", "silentSince", "silentErrors", "unreadSince"),
      "aborted",
      now,
    ),
    disarmed: { until: human ? "alarmClears" : now + triggerMaxAge },
  };
  const remembered =
    record.trigger === undefined
      ? aborted
      : withHistory(aborted, {
          outcome: "aborted",
          generation: record.generation,
          trigger: record.trigger,
          startedAt: record.trigger.at,
          endedAt: now,
          fenced: record.steps.fence?.state === "done",
        });
  return say(remembered, {
    id: `aborted-${now}`,
    severity: "info",
    subject: "failover aborted",
    body: `The failover was aborted (${why}). ${record.activeRegion} stays the active region.`,
  });
}
