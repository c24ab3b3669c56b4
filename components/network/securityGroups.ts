import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import {
  egressRules,
  ingressRules,
  securityGroupDescriptions,
  type SecurityGroupName,
  securityGroupNames,
} from "./securityGroupPlan";

/** Physical and logical names of the groups, by what they stand for. */
const suffixes: Readonly<Record<SecurityGroupName, string>> = {
  loadBalancer: "load-balancer",
  controllers: "controllers",
  agents: "agents",
  home: "home",
  database: "database",
  endpoints: "endpoints",
};

/**
 * Makes the groups, empties the VPC's default one, and connects them by one resource per rule:
 * inline rules would be replaced as a whole, which cuts connections.
 */
export function createSecurityGroups(
  name: string,
  prefix: string,
  vpcId: pulumi.Input<string>,
  parent: pulumi.Resource,
): Record<SecurityGroupName, pulumi.Output<string>> {
  new aws.ec2.DefaultSecurityGroup(
    `${name}-default`,
    // A machine that somebody starts without a group must reach nothing and be reached by nobody.
    { vpcId, ingress: [], egress: [], tags: { Name: `${prefix}-default-unused` } },
    { parent },
  );
  const groups = Object.fromEntries(
    securityGroupNames.map((group) => [group, createGroup(name, prefix, group, vpcId, parent)]),
  ) as Record<SecurityGroupName, pulumi.Output<string>>;
  createIngress(name, groups, parent);
  createEgress(name, groups, parent);
  return groups;
}

function createGroup(
  name: string,
  prefix: string,
  group: SecurityGroupName,
  vpcId: pulumi.Input<string>,
  parent: pulumi.Resource,
): pulumi.Output<string> {
  return new aws.ec2.SecurityGroup(
    `${name}-${suffixes[group]}`,
    {
      name: `${prefix}-${suffixes[group]}`,
      description: securityGroupDescriptions[group],
      vpcId,
      tags: { Name: `${prefix}-${suffixes[group]}` },
    },
    { parent },
  ).id;
}

function createIngress(
  name: string,
  groups: Record<SecurityGroupName, pulumi.Output<string>>,
  parent: pulumi.Resource,
): void {
  for (const { to, from, port, why } of ingressRules) {
    const source = from === "anywhere" ? from : suffixes[from];
    new aws.vpc.SecurityGroupIngressRule(
      `${name}-${suffixes[to]}-from-${source}-${port}`,
      {
        securityGroupId: groups[to],
        description: why,
        ipProtocol: "tcp",
        fromPort: port,
        toPort: port,
        ...(from === "anywhere"
          ? { cidrIpv4: "0.0.0.0/0" }
          : { referencedSecurityGroupId: groups[from] }),
      },
      { parent },
    );
  }
}

function createEgress(
  name: string,
  groups: Record<SecurityGroupName, pulumi.Output<string>>,
  parent: pulumi.Resource,
): void {
  for (const { from, to, port, why } of egressRules) {
    const destination = to === "anywhere" ? to : suffixes[to];
    new aws.vpc.SecurityGroupEgressRule(
      `${name}-${suffixes[from]}-to-${destination}${port === undefined ? "" : `-${port}`}`,
      {
        securityGroupId: groups[from],
        description: why,
        ...(port === undefined
          ? { ipProtocol: "-1" }
          : { ipProtocol: "tcp", fromPort: port, toPort: port }),
        ...(to === "anywhere"
          ? { cidrIpv4: "0.0.0.0/0" }
          : { referencedSecurityGroupId: groups[to] }),
      },
      { parent },
    );
  }
}
