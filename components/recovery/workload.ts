import type * as pulumi from "@pulumi/pulumi";
import type { GroupSizes } from "../../failover/model";
import type { TeamStrategy } from "../jenkins/team";

/** A load balancer of a workload. */
export interface WorkloadLoadBalancer {
  readonly arn: pulumi.Output<string>;
  readonly dnsName: pulumi.Output<string>;
  readonly zoneId: pulumi.Output<string>;
}

/** One team, or one application, of a workload. */
export interface WorkloadTeam {
  readonly strategy: TeamStrategy;
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
