import { type FailoverRecord, initialRecord } from "./model";
import type { FailoverPlan } from "./plan";

/**
 * The record that a run goes on from. A deployment of a later generation than the stored record's has
 * adopted a role change that the other region's failover made: what is stored is this region's own
 * past, and the new pair stands by. History and the triggers that were seen stay.
 */
export function continued(
  stored: FailoverRecord | undefined,
  { activeRegion, generation }: Pick<FailoverPlan, "activeRegion" | "generation">,
  now: number,
): FailoverRecord {
  const fresh = initialRecord(activeRegion, generation, now);
  if (stored === undefined) return fresh;
  if (stored.generation >= generation) return stored;
  const { version, history, seenTriggers, outbox } = stored;
  return { ...fresh, version, history, seenTriggers, outbox };
}
