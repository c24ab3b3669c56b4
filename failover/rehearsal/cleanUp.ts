import type { RehearsalObservation, RehearsalRequest } from "./model";

/** Machines that are on their way out need no second request. */
const machineIsLeaving = "shutting-down";
const databaseIsLeaving = "deleting";

/**
 * Takes down everything that was seen with a rehearsal's tag, except what belongs to `kept`. A request
 * that is refused, such as to delete a database that is still being made, is repeated each round.
 *
 * @param kept id of the rehearsal that is under way; undefined: nothing is kept.
 */
export function cleanUp(
  kept: string | undefined,
  { machines, databases, targets }: RehearsalObservation,
): RehearsalRequest[] {
  const requests: RehearsalRequest[] = [];
  const own = new Set<string>();
  if (machines.known) {
    for (const { instanceId, rehearsal } of machines.value) {
      if (rehearsal === kept) own.add(instanceId);
    }
    const instanceIds = machines.value
      .filter(({ rehearsal, state }) => rehearsal !== kept && state !== machineIsLeaving)
      .map(({ instanceId }) => instanceId);
    if (instanceIds.length > 0) requests.push({ kind: "terminate", instanceIds });
  }
  if (targets.known && machines.known) {
    const instanceIds = targets.value
      .filter(({ instanceId, state }) => !own.has(instanceId) && state !== "draining")
      .map(({ instanceId }) => instanceId);
    if (instanceIds.length > 0) requests.push({ kind: "deregister", instanceIds });
  }
  if (databases.known) {
    for (const { identifier, rehearsal, status } of databases.value) {
      if (rehearsal === kept || status === databaseIsLeaving) continue;
      requests.push({ kind: "deleteDatabase", identifier });
    }
  }
  return requests;
}

/** True once everything was looked at and nothing is left; a draining target is a name in a list. */
export function isClean({ machines, databases, targets }: RehearsalObservation): boolean {
  return (
    machines.known &&
    machines.value.length === 0 &&
    databases.known &&
    databases.value.length === 0 &&
    targets.known &&
    targets.value.every(({ state }) => state === "draining")
  );
}
