import type * as pulumi from "@pulumi/pulumi";
import type { GroupSizes } from "../failover/model";

/** A load balancer of a workload, as users are led to it. */
export interface WorkloadLoadBalancer {
  readonly arn: pulumi.Output<string>;
  readonly dnsName: pulumi.Output<string>;
  readonly zoneId: pulumi.Output<string>;
}

/** One team, or one application, of a workload. */
export interface WorkloadTeam {
  /** A failover brings it along. False: it is left behind, and its health says nothing about moving. */
  readonly moves: boolean;
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
 * What a region can serve and the failover can move, whatever it is: all that network, data, recovery
 * and operations may know of it. Its Auto Scaling groups are named `<prefix>-<team>` in both regions.
 * docs/decisions/workload.md says what a new kind of workload has to bring.
 */
export interface Workload {
  readonly loadBalancers: readonly WorkloadLoadBalancer[];
  readonly teams: Readonly<Record<string, WorkloadTeam>>;
  /**
   * What a team is asked for through its load balancer, e.g. `/login`; it is healthy when all of them
   * answer 2xx, or with a redirect to itself.
   */
  readonly healthPaths: readonly string[];
  /**
   * The region's file system of what machines write; in the waiting region the replica that EFS keeps
   * read-only until the failover frees it. Absent where machines keep nothing.
   */
  readonly home?: { readonly fileSystemId: pulumi.Input<string> };
}
