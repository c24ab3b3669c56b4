import type { Action, FailoverRecord, GroupState, Observation, Reading } from "../model";
import { isSilent } from "../silence";
import { without } from "./decision";

/**
 * - `confirmed`: the old region's controllers are gone and cannot come back by themselves.
 * - `expired`: its control plane has not answered for `fenceTimeout`, or with server errors alone; S3
 *   allows to go on unfenced.
 * - `open`: neither.
 */
export type FenceVerdict = "confirmed" | "expired" | "open";

/** Nothing runs, nothing may be launched: a size of zero alone could be raised by a scaling policy. */
export function isEmptied(group: GroupState): boolean {
  return group.instances === 0 && group.max === 0 && group.launchSuspended;
}

/**
 * Judges the fence by what is seen now; what was requested does not count. Silence alone is not
 * enough either: a round before this one must have asked for the fence, or nobody tried (S3).
 */
export function judgeFence(
  record: FailoverRecord,
  { activeGroups }: Observation,
  now: number,
  timeout: number,
): FenceVerdict {
  if (activeGroups?.known) return activeGroups.value.every(isEmptied) ? "confirmed" : "open";
  const silent = isSilent(activeGroups) && record.silentSince !== undefined;
  const tried = record.steps.fence !== undefined;
  return tried && silent && now - record.silentSince >= timeout ? "expired" : "open";
}

/**
 * Keeps the time since which the old region's control plane has not answered. Confirming asks it
 * too, so that its silence counts from the first question and not only from the fence on. One answer
 * ends it.
 */
export function noteSilence(
  record: FailoverRecord,
  controlPlane: Reading<unknown> | undefined,
  now: number,
): FailoverRecord {
  if (!isSilent(controlPlane)) return without(record, "silentSince", "silentErrors");
  const faulty = controlPlane?.known === false && controlPlane.failure === "faulty";
  return {
    ...record,
    silentSince: record.silentSince ?? now,
    ...(faulty ? { silentErrors: true } : {}),
  };
}

/** What is still missing for the fence. A region that does not answer is asked all the same. */
export function fenceActions(
  { activeGroups, traffic }: Observation,
  groupsIfUnknown: readonly string[],
): Action[] {
  const groups = activeGroups?.known
    ? activeGroups.value
        .filter(({ max, desired, launchSuspended }) => max > 0 || desired > 0 || !launchSuspended)
        .map(({ name }) => name)
    : groupsIfUnknown;
  const closed = traffic?.known === true && traffic.value.activeClosed;
  return [
    ...(groups.length > 0 ? [{ kind: "fenceGroups", groups } as const] : []),
    ...(closed || traffic === undefined ? [] : [{ kind: "closeTraffic" } as const]),
  ];
}
