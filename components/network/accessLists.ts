import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { type Flow, planAccessLists } from "./accessListPlan";
import type { SubnetPlan, SubnetTier } from "./subnetPlan";

const rule = { protocol: "tcp", action: "allow" };

/** Gives every tier's subnets an access list that lets the flows through, and nothing else. Free. */
export function createAccessLists(
  name: string,
  args: {
    readonly prefix: string;
    readonly vpcId: pulumi.Input<string>;
    readonly subnets: SubnetPlan;
    readonly subnetIds: Readonly<Record<SubnetTier, pulumi.Input<pulumi.Input<string>[]>>>;
    readonly flows: readonly Flow[];
    /** Range of the bastion's subnet, where there is one. */
    readonly bastion?: string;
  },
  parent: pulumi.Resource,
): void {
  const lists = planAccessLists(args.subnets, args.flows, args.bastion);
  for (const tier of ["public", "private", "isolated"] as const) {
    new aws.ec2.NetworkAcl(
      `${name}-${tier}-access-list`,
      {
        vpcId: args.vpcId,
        subnetIds: args.subnetIds[tier],
        ingress: lists[tier].ingress.map((entry) => ({ ...rule, ...entry })),
        egress: lists[tier].egress.map((entry) => ({ ...rule, ...entry })),
        tags: { Name: `${args.prefix}-${tier}` },
      },
      { parent },
    );
  }
}
