import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { NetworkGroup, PlannedSecurityGroup, SecurityGroupPlan } from "./securityGroupPlan";

/** Ids of the groups. */
type GroupIds<Group extends string> = Record<Group | NetworkGroup, pulumi.Output<string>>;

/**
 * Makes the groups, empties the VPC's default one, and connects them by one resource per rule:
 * inline rules would be replaced as a whole, which cuts connections.
 */
export function createSecurityGroups<Group extends string>(
  name: string,
  prefix: string,
  plan: SecurityGroupPlan<Group>,
  vpcId: pulumi.Input<string>,
  parent: pulumi.Resource,
): GroupIds<Group> {
  new aws.ec2.DefaultSecurityGroup(
    `${name}-default`,
    // A machine that somebody starts without a group must reach nothing and be reached by nobody.
    { vpcId, ingress: [], egress: [], tags: { Name: `${prefix}-default-unused` } },
    { parent },
  );
  const groups = Object.fromEntries(
    Object.entries<PlannedSecurityGroup>(plan.groups).map(([group, planned]) => [
      group,
      createGroup(name, prefix, planned, vpcId, parent),
    ]),
  ) as GroupIds<Group>;
  createIngress(name, plan, groups, parent);
  createEgress(name, plan, groups, parent);
  return groups;
}

function createGroup(
  name: string,
  prefix: string,
  { suffix, description }: PlannedSecurityGroup,
  vpcId: pulumi.Input<string>,
  parent: pulumi.Resource,
): pulumi.Output<string> {
  return new aws.ec2.SecurityGroup(
    `${name}-${suffix}`,
    {
      name: `${prefix}-${suffix}`,
      description,
      vpcId,
      tags: { Name: `${prefix}-${suffix}` },
    },
    { parent },
  ).id;
}

function createIngress<Group extends string>(
  name: string,
  plan: SecurityGroupPlan<Group>,
  groups: GroupIds<Group>,
  parent: pulumi.Resource,
): void {
  for (const { to, from, port, why } of plan.ingress) {
    const source = from === "anywhere" ? from : plan.groups[from].suffix;
    new aws.vpc.SecurityGroupIngressRule(
      `${name}-${plan.groups[to].suffix}-from-${source}-${port}`,
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

function createEgress<Group extends string>(
  name: string,
  plan: SecurityGroupPlan<Group>,
  groups: GroupIds<Group>,
  parent: pulumi.Resource,
): void {
  for (const { from, to, port, why } of plan.egress) {
    const destination = to === "anywhere" ? to : plan.groups[to].suffix;
    new aws.vpc.SecurityGroupEgressRule(
      `${name}-${plan.groups[from].suffix}-to-${destination}${port === undefined ? "" : `-${port}`}`,
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
