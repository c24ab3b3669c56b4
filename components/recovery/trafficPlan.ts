import type { RegionRole } from "../deployment";

/** What leads users to a region: AWS's anycast network, or DNS answers alone. */
export type Edge = "globalAccelerator" | "route53";

/** The names of one team and the load balancer that they lead to. */
export interface TrafficTeam {
  readonly team: string;
  /** Full names, e.g. `ma.jenkins.example.com`. */
  readonly hosts: readonly string[];
  /** Index of the load balancer, from 0. */
  readonly shard: number;
}

/**
 * Percent of the traffic near a region that its endpoint group takes, when it is first made. Both
 * regions' endpoints have a weight: one of weight 0 would be out even when it is the only healthy
 * one, so the waiting region is held back by its dial, which the accelerator's own health routing
 * overrides once the active region has nothing healthy. The failover then sets the old endpoint to
 * weight 0, so that a revived region draws nothing back (S4).
 */
export function initialDial(role: RegionRole): number {
  return role === "active" ? 100 : 0;
}

/**
 * Weight of a region's DNS record when it is first made. The records have no health checks and do
 * not evaluate their target's health: Route 53 answers with a record of weight 0 once all others are
 * unhealthy *and goes back to them when they revive*, which is the drift that rule S4 forbids. The
 * failover alone changes these weights; the price is that DNS moves only while Route 53's control
 * plane (us-east-1) answers, where the accelerator also moves without its own.
 */
export function initialRecordWeight(role: RegionRole): number {
  return role === "active" ? 100 : 0;
}

/**
 * Name of a load balancer's pair of weighted records. All hosts of the shard are aliases of it, so
 * that a failover changes two records a shard, in one atomic batch, instead of two per team.
 */
export function edgeRecordName(domain: string, shard: number): string {
  return `edge-${shard + 1}.${domain}`;
}

/** One host's record. */
export interface HostRecord {
  readonly host: string;
  readonly shard: number;
}

/** Every host once, in the teams' order. */
export function hostRecords(teams: readonly TrafficTeam[]): HostRecord[] {
  return teams.flatMap(({ hosts, shard }) => hosts.map((host) => ({ host, shard })));
}

/** What is wrong with the teams' hosts and shards; empty when nothing is. */
export function trafficProblems(
  teams: readonly TrafficTeam[],
  domain: string,
  shards: number,
): { path: string; reason: string }[] {
  const problems: { path: string; reason: string }[] = [];
  if (shards === 0) {
    problems.push({ path: "loadBalancers", reason: "at least one load balancer must be given" });
  }
  const owners = new Map<string, string>();
  for (const { team, hosts, shard } of teams) {
    const path = `teams.${team}`;
    if (!Number.isInteger(shard) || shard < 0 || shard >= shards) {
      problems.push({
        path,
        reason: `load balancer ${shard} does not exist; there are ${shards}, counted from 0`,
      });
    }
    for (const host of hosts) {
      const owner = owners.get(host);
      if (owner !== undefined) {
        problems.push({ path, reason: `host "${host}" already belongs to team ${owner}` });
      }
      owners.set(host, team);
      if (host !== domain && !host.endsWith(`.${domain}`)) {
        problems.push({
          path,
          reason: `host "${host}" is not in "${domain}", whose zone the records go into`,
        });
      }
    }
  }
  return problems;
}
