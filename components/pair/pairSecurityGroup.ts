import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

/** One thing that the machines of a pair tell each other, or take from others. */
export interface PairRule {
  /** Part of the rule's logical name. */
  readonly what: string;
  /** `tcp`, `udp`, or a protocol's number: VRRP is `112`. */
  readonly protocol: string;
  /** Absent for protocols without ports. */
  readonly port?: number;
  /** IPv4 ranges; absent: the pair's own machines. */
  readonly from?: readonly string[];
}

/** Corosync's knet, between the two machines. */
export const corosyncRule: PairRule = { what: "corosync", protocol: "udp", port: 5405 };

/** Keepalived's advertisements, between the two machines. */
export const vrrpRule: PairRule = { what: "vrrp", protocol: "112" };

/**
 * The group that both machines of a pair are in, which admits what the rules say and nothing else.
 *
 * @param outgoing true where no other group of the machines lets them out
 */
export function createPairGroup(
  name: string,
  args: {
    readonly pair: string;
    readonly vpcId: pulumi.Input<string>;
    readonly description: string;
    readonly rules: readonly PairRule[];
    readonly outgoing: boolean;
  },
  parent: pulumi.Resource,
): aws.ec2.SecurityGroup {
  const group = new aws.ec2.SecurityGroup(
    name,
    {
      name: args.pair,
      description: args.description,
      vpcId: args.vpcId,
      tags: { Name: args.pair },
    },
    { parent },
  );
  for (const { what, protocol, port, from } of args.rules) {
    const admits = {
      securityGroupId: group.id,
      description: what,
      ipProtocol: protocol,
      // Of protocols without ports EC2 takes -1 for "all that there is".
      fromPort: port ?? -1,
      toPort: port ?? -1,
    };
    const sources =
      from === undefined
        ? [{ referencedSecurityGroupId: group.id }]
        : from.map((cidrIpv4) => ({ cidrIpv4 }));
    sources.forEach((source, index) => {
      const suffix = sources.length > 1 ? `-${index + 1}` : "";
      new aws.vpc.SecurityGroupIngressRule(
        `${name}-${what}${suffix}`,
        { ...admits, ...source },
        { parent: group },
      );
    });
  }
  if (args.outgoing) {
    new aws.vpc.SecurityGroupEgressRule(
      `${name}-out`,
      {
        securityGroupId: group.id,
        description: "controllers, AWS, packages",
        ipProtocol: "-1",
        cidrIpv4: "0.0.0.0/0",
      },
      { parent: group },
    );
  }
  return group;
}
