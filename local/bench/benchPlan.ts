import { placeTeams, shardCount } from "../../components/jenkins/shardPlan";
import type { FailoverLimits, FailoverPlan } from "../../failover/plan";
import type { DrillLimits } from "../drill/rules/ruleResult";
import { identityOf, namesOf } from "../matrix/matrixPlan";
import type { BalancedTeam } from "../matrix/site";

/** The configuration's defaults: what is measured is what somebody gets who sets nothing. */
export const benchLimits: FailoverLimits = {
  mode: "automatic",
  threshold: 0.5,
  quorum: 2,
  confirmFor: 60_000,
  confirmLimit: 15 * 60_000,
  fenceTimeout: 5 * 60_000,
  maxReplicaLag: 5 * 60,
  maxHomeLag: 30 * 60,
  requiredHealthyShare: 0.75,
  stepLimit: 20 * 60_000,
};

/** Sizes of each team's group once it serves, in instances. */
export const servingSizes = { min: 1, max: 1, desired: 1 } as const;

/** A team with the load balancer that it sits behind. */
export interface BenchTeam extends BalancedTeam {
  readonly team: string;
  /** Index of the load balancer, from 0. */
  readonly shard: number;
}

/** So many teams, spread over load balancers as the stacks spread them. */
export function benchTeams(prefix: string, count: number): BenchTeam[] {
  const names = Array.from({ length: count }, (_, index) => `team-${index + 1}`);
  const { groups, hosts } = namesOf(prefix, names);
  return placeTeams(names).map(({ team, shard }, index) => {
    return { team, shard, group: groups[index] ?? "", host: hosts[index] ?? "" };
  });
}

/** The teams of each load balancer, in order. */
export function shardsOf(teams: readonly BenchTeam[]): BenchTeam[][] {
  return Array.from({ length: shardCount(teams.length) }, (_, shard) =>
    teams.filter((team) => team.shard === shard),
  );
}

/** How many teams have to answer before users are sent to the new region. */
export function requiredTeams(count: number): number {
  return Math.ceil(count * benchLimits.requiredHealthyShare);
}

/** What differs from deployment to deployment, by shard where it is a list. */
export interface BenchAddresses {
  readonly activeLoadBalancers: readonly string[];
  readonly waitingLoadBalancers: readonly string[];
  readonly homeFileSystemId: string;
  readonly endpointGroups: readonly {
    readonly activeGroupArn: string;
    readonly waitingGroupArn: string;
  }[];
}

/** What the function is packed with, and all that the sequential peer knows. */
export function benchPlan(
  prefix: string,
  teams: readonly BenchTeam[],
  addresses: BenchAddresses,
): FailoverPlan {
  const { activeLoadBalancers, waitingLoadBalancers, homeFileSystemId, endpointGroups } = addresses;
  return {
    ...identityOf(prefix),
    teams: teams.map(({ team, host, shard }) => ({ team, host, shard, serving: servingSizes })),
    activeLoadBalancers,
    waitingLoadBalancers,
    homeFileSystemId,
    healthPaths: ["/login"],
    edge: { kind: "globalAccelerator", shards: endpointGroups },
    limits: benchLimits,
  };
}

/** What the critical path is computed with. */
export function pathLimits(teams: readonly BenchTeam[]): DrillLimits {
  return {
    ...benchLimits,
    requiredTeams: requiredTeams(teams.length),
    teamTargetGroups: teams.map(({ group }) => group),
    hasDatabase: true,
    hasHome: true,
  };
}
