import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { rehearsalName } from "../../failover/rehearsal/rehearsalPlan";
import type { Deployment } from "../deployment";
import { webPort } from "./systemdUnitRenderer";

/** The groups that rehearsals keep to. */
export interface RehearsalNetwork {
  readonly machines: pulumi.Output<string>;
  readonly database: pulumi.Output<string>;
}

/**
 * Security groups of their own: the controllers' one opens the database, and is opened to agents. The
 * machines get their home and AWS's APIs (which Jenkins itself may not reach), and are asked by the
 * load balancer. The database's group has no rule at all: whether the copy becomes available is
 * RDS's word, and nobody has any business in it.
 */
export function createRehearsalNetwork(
  name: string,
  { prefix }: Deployment,
  network: {
    readonly vpcId: pulumi.Input<string>;
    readonly securityGroups: Readonly<Record<"loadBalancer" | "home", pulumi.Input<string>>>;
  },
  parent: pulumi.Resource,
): RehearsalNetwork {
  const group = (suffix: string, description: string): pulumi.Output<string> => {
    const physical = `${rehearsalName(prefix)}-${suffix}`;
    return new aws.ec2.SecurityGroup(
      `${name}-${suffix}`,
      { name: physical, description, vpcId: network.vpcId, tags: { Name: physical } },
      { parent },
    ).id;
  };
  const machines = group("machines", "Machines of rehearsals");
  const { loadBalancer, home } = network.securityGroups;
  /** Both halves of what one group may ask of another. */
  const connect = (
    suffix: string,
    from: pulumi.Input<string>,
    to: pulumi.Input<string>,
    port: number,
    description: string,
  ): void => {
    const rule = { ipProtocol: "tcp", fromPort: port, toPort: port, description };
    new aws.vpc.SecurityGroupEgressRule(
      `${name}-${suffix}`,
      { ...rule, securityGroupId: from, referencedSecurityGroupId: to },
      { parent },
    );
    new aws.vpc.SecurityGroupIngressRule(
      `${name}-${suffix}`,
      { ...rule, securityGroupId: to, referencedSecurityGroupId: from },
      { parent },
    );
  };
  connect("health", loadBalancer, machines, webPort, "health checks of rehearsals");
  connect("home", machines, home, 2049, "rehearsals read homes: NFS inside of TLS");
  new aws.vpc.SecurityGroupEgressRule(
    `${name}-apis`,
    {
      securityGroupId: machines,
      description: "AWS APIs: logs, Session Manager",
      ipProtocol: "tcp",
      fromPort: 443,
      toPort: 443,
      cidrIpv4: "0.0.0.0/0",
    },
    { parent },
  );
  return { machines, database: group("database", "Copies of the database in rehearsals") };
}
