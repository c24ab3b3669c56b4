/**
 * Time as the exploration knows it: one instant that is always "now", and ticks that make everything
 * older. No age is told apart from another once no limit can; docs/decisions/exploration.md says why
 * that loses nothing.
 */
import type { Policy } from "../failover/model";

/** Epoch milliseconds of every decision; what passes is the age of the rest. */
export const now = Date.UTC(2026, 0, 1);

/**
 * A little longer than the ten minutes after which a trigger is stale, and six times as long as a
 * run of the function may live: no run outlasts a tick.
 */
export const tick = 11 * 60_000;

const group = { min: 1, max: 1, desired: 1 };

/** The one team's group; the function treats groups alike, so that one stands for all. */
export const groupName = "jenkins-team";

export const oldRegion = "old";
export const newRegion = "new";

/**
 * The limits in ticks: the confirmation's dwell is the shortest, and a fence's silence may be longer
 * than it, so that a failover is met both before and after its terms are.
 */
export const policy: Policy = {
  mode: "automatic",
  alarmName: "region-down",
  threshold: 0.5,
  quorum: 2,
  confirmFor: tick,
  confirmLimit: tick,
  fenceTimeout: 2 * tick,
  maxReplicaLag: 300,
  maxHomeLag: 1200,
  requiredHealthyShare: 0.5,
  stepLimit: tick,
  servingSizes: { [groupName]: group },
  activeServingSizes: { [groupName]: group },
  activeRegion: oldRegion,
  waitingRegion: newRegion,
  stack: "dr",
  homeFileSystemId: "fs-replica",
  hasDatabase: true,
};

/** How many whole ticks ago, at most `limit`: older makes no difference. */
export function age(at: number, limit: number): number {
  return Math.min(limit, Math.max(0, Math.floor((now - at) / tick)));
}
