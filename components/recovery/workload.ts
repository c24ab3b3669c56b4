import type * as pulumi from "@pulumi/pulumi";
import type { GroupSizes } from "../../failover/model";

/**
 * How a part of a workload survives losses: by a replacement (`active-passive`), by several that
 * serve at once (`active-active`), or not at all once its region is left (`local-only`).
 */
export type WorkloadStrategy = "active-passive" | "active-active" | "local-only";

/** A load balancer of a workload. */
export interface WorkloadLoadBalancer {
  readonly arn: pulumi.Output<string>;
  readonly dnsName: pulumi.Output<string>;
  readonly zoneId: pulumi.Output<string>;
}

/** One team, or one application, of a workload. */
export interface WorkloadTeam {
  readonly strategy: WorkloadStrategy;
  /** Full names; the first is the one that is asked for health. */
  readonly hosts: readonly string[];
  readonly targetGroupArn: pulumi.Output<string>;
  /** Index of its load balancer, from 0. */
  readonly loadBalancerIndex: number;
  /** Two machines outside of any group serve the team; absent where a group does. */
  readonly pair?: { readonly name: string };
  /** Sizes of its group while its region serves, also where they are zero now. */
  readonly serving: GroupSizes;
}

/**
 * What a region can serve and the failover can move: Jenkins for many teams, or any containers. Its
 * Auto Scaling groups are named `<prefix>-<team>` in both regions.
 */
export interface Workload {
  readonly loadBalancers: readonly WorkloadLoadBalancer[];
  readonly teams: Readonly<Record<string, WorkloadTeam>>;
}
