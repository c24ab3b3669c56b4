import type { Policy, TeamCount } from "./model";

/**
 * The one rule of team health, for the region probe, the failover and the HA pair: a region or
 * machine is down when the healthy share is below `threshold` *and* fewer than `quorum` teams are
 * healthy. Without a single team nothing can be said, and nothing said is not death.
 */
export function isDown(count: TeamCount, rule: Pick<Policy, "threshold" | "quorum">): boolean {
  if (count.teams === 0) return false;
  return count.healthy / count.teams < rule.threshold && count.healthy < rule.quorum;
}
