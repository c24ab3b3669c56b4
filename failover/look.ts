import { continued } from "./continued";
import type { Action, FailoverRecord, Observation, ObservationPart } from "./model";
import { type FailoverPlan, policyOf } from "./plan";
import type { Cloud } from "./ports";
import { reconcile } from "./reconcile";

/** What the failover sees and would do; nothing was changed to find it out. */
export interface Look {
  /** Absent before the function's first run. */
  readonly record?: FailoverRecord;
  /** Every part, also those that the present phase does not need. */
  readonly observation: Observation;
  /** What the next round would ask of AWS. */
  readonly next: readonly Action[];
  readonly limits: Pick<FailoverPlan["limits"], "maxReplicaLag" | "maxHomeLag" | "mode">;
  readonly activeRegion: string;
  readonly waitingRegion: string;
}

/**
 * Looks at both regions with the failover's own eyes, for `npm run status`: same calls, same limits,
 * same permissions, and the same decision, of which nothing is carried out or saved.
 *
 * @throws when the record cannot be read.
 */
export async function look(cloud: Cloud, plan: FailoverPlan, now: () => number): Promise<Look> {
  const { activeRegion, waitingRegion, limits, replica, homeFileSystemId } = plan;
  const parts: readonly ObservationPart[] = [
    "alarm",
    "lastAlive",
    "answers",
    "targets",
    "activeGroups",
    "waitingGroups",
    "waitingTeams",
    "traffic",
    ...(homeFileSystemId === undefined ? [] : (["home"] as const)),
    ...(replica === undefined ? [] : (["replica"] as const)),
  ];
  const [record, observation] = await Promise.all([cloud.load(), cloud.observe(parts)]);
  const at = now();
  const present = continued(record, plan, at);
  const { maxReplicaLag, maxHomeLag, mode } = limits;
  return {
    ...(record === undefined ? {} : { record: present }),
    observation,
    next: reconcile(present, observation, policyOf(plan), at).actions,
    limits: { maxReplicaLag, maxHomeLag, mode },
    activeRegion,
    waitingRegion,
  };
}
