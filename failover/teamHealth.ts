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

/**
 * True when the answer comes from the team's Jenkins and says that it works. A redirect to another
 * host is the load balancer's own sign-in, which answers just as well in front of nothing.
 */
export function isHealthyAnswer(
  host: string,
  status: number,
  location: string | undefined,
): boolean {
  if (status >= 200 && status < 300) return true;
  if (status < 300 || status >= 400) return false;
  if (location === undefined || location.startsWith("/")) return true;
  return location.toLowerCase().startsWith(`https://${host.toLowerCase()}/`);
}
