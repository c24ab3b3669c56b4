import type { Action, FailoverRecord, GroupState, Observation, Policy } from "../model";
import { begin } from "./admission";
import { decide, type Decision, isDone, roundInterval, say, setStep, without } from "./decision";
import { fenceActions, judgeFence } from "./fence";

/**
 * A run that was frozen between its save and its requests may still carry them out after an abort.
 * No Lambda lives longer than 15 minutes, so undoing goes on for a little longer than that.
 */
export const settleFor = 20 * 60_000;

/** `standby` and `aborted`: an alarm that stands is taken up even when its message was lost. */
export function rest(
  record: FailoverRecord,
  observation: Observation,
  policy: Policy,
  now: number,
): Decision {
  const armed = rearm(record, observation, now);
  const actions = record.phase === "aborted" ? undo(record, observation, policy) : [];
  const alarm = observation.alarm;
  if (armed.disarmed === undefined && alarm?.known && alarm.value === "ALARM") {
    const trigger = { kind: "alarm", at: now, human: false, force: false } as const;
    const started = begin(armed, { ...trigger, id: `${policy.alarmName}@${now}` }, now);
    return decide(record, started, [], now);
  }
  return decide(record, armed, actions, actions.length > 0 ? now + roundInterval : undefined);
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

function isFenced(group: GroupState, policy: Policy): boolean {
  const serving = policy.activeServingSizes[group.name];
  return group.launchSuspended || (serving !== undefined && group.max < serving.max);
}

/**
 * `serving`: the latch (S4). The old region is fenced again whenever it comes back, with whatever
 * sizes it comes back (S3), and traffic stays where it is.
 */
export function serve(record: FailoverRecord, observation: Observation, now: number): Decision {
  const fence = judgeFence(record, observation, now, Number.POSITIVE_INFINITY);
  const actions: Action[] = fenceActions(observation, []);
  const traffic = observation.traffic;
  // An endpoint that cannot be read is asked for again only until it was seen as wanted once.
  const moved = traffic?.known ? traffic.value.waitingOpen : isDone(record, "traffic");
  if (!moved) actions.push({ kind: "moveTraffic" });
  const seen =
    traffic?.known && traffic.value.waitingOpen ? setStep(record, "traffic", "done", now) : record;
  const wasOpen = record.steps.fence?.state === "unconfirmed";
  if (!wasOpen || fence !== "confirmed") return decide(record, seen, actions);
  const confirmed = setStep(seen, "fence", "done", now);
  const said = say(confirmed, {
    id: `fenced-${record.generation}`,
    severity: "info",
    subject: "Jenkins: the former region is fenced now",
    body:
      "The former active region answers again and its controllers are stopped. Compare its " +
      "database and home with the serving ones before you discard them: both sides may have " +
      "accepted writes while it could not be fenced.",
  });
  return decide(record, said, actions);
}
