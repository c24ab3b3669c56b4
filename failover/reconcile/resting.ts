import type { Action, FailoverRecord, GroupState, Observation, Policy, Reading } from "../model";
import { begin } from "./admission";
import {
  decide,
  type Decision,
  isDone,
  pageInterval,
  roundInterval,
  say,
  setStep,
  without,
} from "./decision";
import { fenceActions, judgeFence, noteSilence } from "./fence";
import { belowServing, raise } from "./steps";

/**
 * A run that was frozen between its save and its requests may still carry them out after an abort, or
 * after the attempt that followed it. No Lambda lives longer than 15 minutes, so what it may undo is
 * watched for a little longer than that, and then until all of it was seen as it should be.
 */
export const settleFor = 20 * 60_000;

/** `standby` and `aborted`: an alarm that stands is taken up even when its message was lost. */
export function rest(
  record: FailoverRecord,
  observation: Observation,
  policy: Policy,
  now: number,
): Decision {
  const restoring = record.phase === "aborted" && record.settledAt === undefined;
  const actions = restoring ? undo(record, observation, policy) : [];
  const rearmed = rearm(record, observation, now);
  const armed = restoring ? settle(rearmed, observation, policy, actions, now) : rearmed;
  const alarm = observation.alarm;
  if (armed.disarmed === undefined && alarm?.known && alarm.value === "ALARM") {
    const trigger = { kind: "alarm", at: now, human: false, force: false } as const;
    const started = begin(armed, { ...trigger, id: `${policy.alarmName}@${now}` }, policy, now);
    return decide(record, started, [], now);
  }
  const { standing, holding } = holdEdge(armed, observation);
  const all = [...actions, ...holding];
  return decide(record, standing, all, all.length > 0 ? now + roundInterval : undefined);
}

/**
 * After a role change: gives the waiting region's endpoints their weight back, with the dial at 0. It
 * is looked for until it was seen, however often the request fails.
 */
function holdEdge(
  record: FailoverRecord,
  { traffic }: Observation,
): { readonly standing: FailoverRecord; readonly holding: readonly Action[] } {
  if (record.edgeShut !== true || traffic?.known !== true) return { standing: record, holding: [] };
  return traffic.value.waitingShut === true
    ? { standing: record, holding: [{ kind: "reopenTraffic" }] }
    : { standing: without(record, "edgeShut"), holding: [] };
}

function rearm(record: FailoverRecord, { alarm }: Observation, now: number): FailoverRecord {
  if (record.disarmed === undefined) return record;
  const cleared = alarm?.known === true && alarm.value === "OK";
  const { until } = record.disarmed;
  return cleared || (until !== "alarmClears" && now >= until)
    ? without(record, "disarmed")
    : record;
}

/** What a dropped attempt touched goes back to how the active and the waiting region should be. */
function undo(record: FailoverRecord, observation: Observation, policy: Policy): Action[] {
  const { activeGroups, waitingGroups, traffic } = observation;
  const actions: Action[] = [];
  if (activeGroups?.known) {
    const fenced = activeGroups.value.filter((group) => isFenced(group, policy));
    if (fenced.length > 0) {
      actions.push({ kind: "releaseGroups", groups: fenced.map(({ name }) => name) });
    }
  }
  if (waitingGroups?.known) {
    const raised = waitingGroups.value.filter(({ max }) => max > 0);
    if (raised.length > 0) {
      actions.push({ kind: "lowerCapacity", groups: raised.map(({ name }) => name) });
    }
  }
  const closed = traffic?.known && (traffic.value.activeClosed || traffic.value.waitingOpen);
  if (closed) actions.push({ kind: "reopenTraffic" });
  return record.committedAt === undefined ? actions : [];
}

/**
 * Ends the undoing once nothing is left of the attempt. Where that takes longer than it should, the
 * region that "stays active" may be without controllers: people have to know (S8).
 */
function settle(
  record: FailoverRecord,
  observation: Observation,
  policy: Policy,
  actions: readonly Action[],
  now: number,
): FailoverRecord {
  if (now - record.since < settleFor) return record;
  const { activeGroups, waitingGroups, traffic } = observation;
  const left = [
    unread(`The groups of ${policy.activeRegion}`, activeGroups),
    unread(`The groups of ${policy.waitingRegion}`, waitingGroups),
    unread("The edge", traffic),
    ...actions.map(({ kind }) => notDone(kind, policy)),
  ].filter((sentence) => sentence !== undefined);
  if (left.length === 0) return { ...without(record, "unsettledPagedAt"), settledAt: now };
  const { unsettledPagedAt: pagedAt } = record;
  if (pagedAt !== undefined && now - pagedAt < pageInterval) return record;
  return say(
    { ...record, unsettledPagedAt: now },
    {
      id: `unsettled-${now}`,
      severity: "page",
      subject: "the aborted failover is not put back yet",
      body:
        `${left.join(" ")} The function tries again each minute. ${policy.activeRegion} is meant to ` +
        "serve; until this is mended it may be without controllers or without users. If the region is " +
        `lost after all: npm run failover -- --stack ${policy.stack}. ` +
        "By hand: docs/runbook.md, Abort.",
    },
  );
}

function unread(what: string, reading: Reading<unknown> | undefined): string | undefined {
  if (reading?.known === true) return undefined;
  const why = reading === undefined ? "not observed" : `${reading.failure}, ${reading.error}`;
  return `${what} cannot be read (${why}).`;
}

function notDone(kind: Action["kind"], policy: Policy): string {
  if (kind === "reopenTraffic") return "The edge is not open again.";
  const region = kind === "releaseGroups" ? policy.activeRegion : policy.waitingRegion;
  return `Some groups of ${region} do not have their sizes yet.`;
}

function isFenced(group: GroupState, policy: Policy): boolean {
  const serving = policy.activeServingSizes[group.name];
  return group.launchSuspended || (serving !== undefined && group.max < serving.max);
}

/**
 * `serving`: the latch (S4). The old region is fenced again whenever it comes back, with whatever
 * sizes it comes back (S3), and traffic stays where it is.
 */
export function serve(
  before: FailoverRecord,
  observation: Observation,
  policy: Policy,
  now: number,
): Decision {
  // What a person may accept depends on how long the former region has been silent: unfenced.ts.
  const heard = noteSilence(before, observation.activeGroups, now);
  const { record, raising } = holdCapacity(heard, observation, policy, now);
  const fence = judgeFence(record, observation, now, Number.POSITIVE_INFINITY);
  const actions: Action[] = [...fenceActions(observation, []), ...raising];
  const traffic = observation.traffic;
  // An endpoint that cannot be read is asked for again only until it was seen as wanted once.
  const moved = traffic?.known ? traffic.value.waitingOpen : isDone(record, "traffic");
  if (!moved) actions.push({ kind: "moveTraffic" });
  const seen =
    traffic?.known && traffic.value.waitingOpen ? setStep(record, "traffic", "done", now) : record;
  const wasOpen = record.steps.fence?.state === "unconfirmed";
  if (!wasOpen || fence !== "confirmed") return decide(before, seen, actions);
  const confirmed = setStep(seen, "fence", "done", now);
  const said = say(confirmed, {
    id: `fenced-${record.generation}`,
    severity: "info",
    subject: "the former region is fenced now",
    body:
      "The former active region answers again and its controllers are stopped. Compare its " +
      "database and home with the serving ones before you discard them: both sides may have " +
      "accepted writes while it could not be fenced.",
  });
  return decide(before, said, actions);
}

/**
 * A run that the abort of an earlier attempt left behind may lower the new region's groups after this
 * attempt already serves. They are raised again until no such run can live any more; from then on a
 * person's sizes count.
 */
function holdCapacity(
  record: FailoverRecord,
  { waitingGroups }: Observation,
  policy: Policy,
  now: number,
): { readonly record: FailoverRecord; readonly raising: readonly Action[] } {
  if (record.settledAt !== undefined || !waitingGroups?.known) return { record, raising: [] };
  const short = belowServing(waitingGroups.value, policy);
  if (short.length > 0) return { record, raising: [raise(short)] };
  const settled = now - record.since >= settleFor;
  return { record: settled ? { ...record, settledAt: now } : record, raising: [] };
}
