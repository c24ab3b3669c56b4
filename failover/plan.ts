import type { GroupSizes, Policy } from "./model";

/** One protected team; its group has the same name in both regions. */
export interface PlannedTeam {
  readonly team: string;
  /** The name that users type; asked through the load balancers of either region. */
  readonly host: string;
  /** Index of the load balancer that serves the team, from 0. */
  readonly shard: number;
  readonly serving: GroupSizes;
  /** The team has two machines outside of any group, see pairTags.ts. Set or absent. */
  readonly pair?: true;
}

/** The accelerator's endpoint groups of one load-balancer shard. */
export interface PlannedEndpoints {
  readonly activeGroupArn: string;
  readonly waitingGroupArn: string;
}

/**
 * Weight of an accelerator's endpoint that may take traffic; any number above 0 does for a lone one.
 * 0 shuts an endpoint out even when it is the only healthy one.
 */
export const openWeight = 128;

/** What moves users from one region to the other. */
export type PlannedEdge =
  | { readonly kind: "globalAccelerator"; readonly shards: readonly PlannedEndpoints[] }
  /** Weighted records whose set identifiers are the regions. */
  | { readonly kind: "route53"; readonly hostedZoneId: string; readonly names: readonly string[] };

/** The limits of a failover as configured; durations in milliseconds, lags in seconds. */
export type FailoverLimits = Pick<
  Policy,
  | "mode"
  | "threshold"
  | "quorum"
  | "confirmFor"
  | "confirmLimit"
  | "fenceTimeout"
  | "maxReplicaLag"
  | "maxHomeLag"
  | "requiredHealthyShare"
  | "stepLimit"
>;

/**
 * All that the failover function knows of its deployment: plain data, captured in its code, so that
 * it needs no configuration service on the day that services are missing. Holds no secret.
 */
export interface FailoverPlan {
  readonly prefix: string;
  /** The waiting region's Pulumi stack, for the commands in messages. */
  readonly stack: string;
  readonly activeRegion: string;
  readonly waitingRegion: string;
  /** Generation at deployment; the first record starts with it. */
  readonly generation: number;
  readonly tableName: string;
  readonly alarmName: string;
  readonly alarmsTopicArn: string;
  readonly announcementsTopicArn: string;
  /** Teams that a failover brings along; `local-only` teams are not among them. */
  readonly teams: readonly PlannedTeam[];
  /** What each team is asked for; it is healthy when all of them answer well. */
  readonly healthPaths: readonly string[];
  /** DNS names of the load balancers by shard. */
  readonly activeLoadBalancers: readonly string[];
  readonly waitingLoadBalancers: readonly string[];
  /** Identifier of the read replica; absent in a deployment without a database. */
  readonly replica?: string;
  /**
   * The home's file system in the waiting region, which EFS made as the replica; absent in a deployment
   * whose machines keep nothing.
   */
  readonly homeFileSystemId?: string;
  readonly edge: PlannedEdge;
  readonly limits: FailoverLimits;
}

/** A team's Auto Scaling group of controllers, in both regions. */
export function groupName(prefix: string, team: string): string {
  return `${prefix}-${team}`;
}

/** The policy that a plan makes; the sizes are the same on both sides. */
export function policyOf(plan: FailoverPlan): Policy {
  const sizes = Object.fromEntries(
    plan.teams.map(({ team, serving }) => [groupName(plan.prefix, team), serving]),
  );
  return {
    ...plan.limits,
    alarmName: plan.alarmName,
    activeRegion: plan.activeRegion,
    waitingRegion: plan.waitingRegion,
    stack: plan.stack,
    ...(plan.homeFileSystemId === undefined ? {} : { homeFileSystemId: plan.homeFileSystemId }),
    servingSizes: sizes,
    activeServingSizes: sizes,
    hasDatabase: plan.replica !== undefined,
  };
}
