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
  const first = initialRecord(activeRegion, generation, now);
  // Whoever waits in a later generation was fenced in the one before, its endpoints included.
  const kept: FailoverRecord = generation > 1 ? { ...first, edgeShut: true } : first;
  if (stored === undefined) return kept;
  if (stored.generation >= generation) return stored;
  const { version, history, seenTriggers, outbox } = stored;
  return { ...kept, version, history, seenTriggers, outbox };
}
