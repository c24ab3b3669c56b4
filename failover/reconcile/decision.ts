import {
  type Action,
  type Announcement,
  type Blockage,
  type FailoverRecord,
  type HistoryEntry,
  historyLength,
  type Phase,
  type Step,
  type StepName,
  type StepState,
} from "../model";

/** What one round decided. The record is to be saved before any action is carried out. */
export interface Decision {
  readonly record: FailoverRecord;
  readonly actions: readonly Action[];
  /** When to look again; absent when the next trigger or the schedule is soon enough. */
  readonly wakeAt?: number;
  /** What this round has to tell people; already in the record's outbox. */
  readonly says: readonly Announcement[];
}

/** How often the world is looked at while a failover is under way. */
export const roundInterval = 10_000;

/** How soon it is looked again after something changed; AWS shows an accepted request about then. */
export const shortInterval = 2_000;

/** A page that nobody answered is repeated. */
export const pageInterval = 30 * 60_000;

/** The record without the fields that a new attempt, or the end of one, forgets. */
export function without(
  record: FailoverRecord,
  ...keys: readonly (keyof FailoverRecord)[]
): FailoverRecord {
  if (!keys.some((key) => key in record)) return record;
  const kept = Object.entries(record).filter(
    ([key]) => !keys.includes(key as keyof FailoverRecord),
  );
  return Object.fromEntries(kept) as unknown as FailoverRecord;
}

/** Appends to the history, which is bounded. */
export function withHistory(record: FailoverRecord, entry: HistoryEntry): FailoverRecord {
  return { ...record, history: [...record.history, entry].slice(-historyLength) };
}

export function enter(record: FailoverRecord, phase: Phase, now: number): FailoverRecord {
  return record.phase === phase ? record : { ...record, phase, since: now };
}

/** Moves one step forward; a step's start and end are set once. */
export function setStep(
  record: FailoverRecord,
  name: StepName,
  state: StepState,
  now: number,
  waitsFor?: string,
): FailoverRecord {
  const before = record.steps[name];
  const finished = state === "done" || state === "unconfirmed";
  const step: Step = {
    state,
    ...(state === "waiting" ? {} : { startedAt: before?.startedAt ?? now }),
    ...(finished ? { endedAt: before?.endedAt ?? now } : {}),
    ...(waitsFor !== undefined && state !== "done" ? { waitsFor } : {}),
  };
  return { ...record, steps: { ...record.steps, [name]: step } };
}

export function isDone(record: FailoverRecord, name: StepName): boolean {
  return record.steps[name]?.state === "done";
}

/** Puts a message into the outbox, once per id. */
export function say(record: FailoverRecord, announcement: Announcement): FailoverRecord {
  if (record.outbox.some(({ id }) => id === announcement.id)) return record;
  return { ...record, outbox: [...record.outbox, announcement] };
}

/** Notes the obstacle, pages when it is new and again every {@link pageInterval}. */
export function block(
  record: FailoverRecord,
  { step, reason, remedy }: Pick<Blockage, "step" | "reason" | "remedy">,
  now: number,
): FailoverRecord {
  const before = record.blockage;
  // Numbers in the reason change each round; a page for each would bury the first.
  const known = before?.step === step;
  const since = known ? before.since : now;
  const page = !known || now - before.pagedAt >= pageInterval;
  const blockage: Blockage = { step, reason, remedy, since, pagedAt: page ? now : before.pagedAt };
  const blocked = { ...enter(record, "blocked", now), blockage };
  if (!page) return blocked;
  return say(blocked, {
    id: `blocked-${step}-${now}`,
    severity: "page",
    subject: `the failover is blocked at step ${step}`,
    body:
      `Blocked since ${new Date(since).toISOString()}: ${reason} ` +
      `What to do: ${remedy} It goes on by itself once the obstacle is gone.`,
  });
}

/** Back to the phase in which it was blocked; nothing changes where it was not. */
export function unblock(record: FailoverRecord, phase: Phase, now: number): FailoverRecord {
  return enter(without(record, "blockage"), phase, now);
}

/** The decision for a record that changed from `before`; says what is new in the outbox. */
export function decide(
  before: FailoverRecord,
  record: FailoverRecord,
  actions: readonly Action[],
  wakeAt?: number,
): Decision {
  const known = new Set(before.outbox.map(({ id }) => id));
  return {
    record,
    actions,
    says: record.outbox.filter(({ id }) => !known.has(id)),
    ...(wakeAt === undefined ? {} : { wakeAt }),
  };
}
