import * as awsx from "@pulumi/awsx";
import * as pulumi from "@pulumi/pulumi";
import { type ArgumentProblem, refuseProblems, wholeNumberProblem } from "../argumentProblems";
import type { Deployment } from "../deployment";
import type { Flow } from "./accessListPlan";
import { createAccessLists } from "./accessLists";
import { Bastion, type BastionArgs, bastionProblems } from "./bastion";
import { createEndpoints } from "./endpoints";
import { createFlowLog } from "./flowLog";
import type { NetworkGroup, SecurityGroupPlan } from "./securityGroupPlan";
import { createSecurityGroups } from "./securityGroups";
import { bastionRange, planSubnets, subnetProblems } from "./subnetPlan";

export interface NetworkArgs<Group extends string> {
  readonly deployment: Deployment;
  /** IPv4 range of the VPC, /16 to /20. Must not overlap the peer's if the two are to be connected. */
  readonly cidr: string;
  /** Zones that subnets spread over. */
  readonly availabilityZones: 2 | 3;
  /**
   * Way out for the private subnets: `none` ($0; every AWS service then needs an interface
   * endpoint), `single` ($32.85 a month; its zone's loss ends outgoing traffic), `perAz`.
   */
  readonly nat: "none" | "single" | "perAz";
  /** AWS services reached inside of the VPC, by short name; each $7.30 a month and zone. */
  readonly interfaceEndpoints: readonly string[];
  /** Days that flow logs are kept; one of CloudWatch's steps. */
  readonly flowLogRetentionDays: number;
  /** The workload's security groups. */
  readonly securityGroups: SecurityGroupPlan<Group>;
  /**
   * Connections that the subnets' access lists let through, beneath the security groups. Default: the
   * VPC's own list, which lets everything through.
   */
  readonly flows?: readonly Flow[];
  /** A machine for SSH. Default none: Session Manager needs no open port and no key. */
  readonly bastion?: BastionArgs;
}

/** Retentions that CloudWatch Logs accepts, in days. */
const logRetentions = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288,
  3653,
];

/**
 * A region's network: public, private and isolated subnets over all zones, endpoints, flow logs, and
 * the workload's security groups, which admit each other by group.
 *
 * @typeParam Group The workload's groups.
 * @throws pulumi.InputPropertiesError naming every bad argument together.
 */
export class Network<Group extends string> extends pulumi.ComponentResource {
  readonly vpcId: pulumi.Output<string>;
  /** One a zone: load balancers and NAT gateways. */
  readonly publicSubnetIds: pulumi.Output<string[]>;
  /** One a zone: machines. */
  readonly privateSubnetIds: pulumi.Output<string[]>;
  /** One a zone, without any way out: file systems and databases. */
  readonly isolatedSubnetIds: pulumi.Output<string[]>;
  /** Of all subnets, in the order of their tables; one a subnet, so three a zone. */
  readonly routeTableIds: pulumi.Output<string[]>;
  /** How many of them there are. */
  readonly routeTables: number;
  /** Ids of the security groups. */
  readonly securityGroups: Readonly<Record<Group | NetworkGroup, pulumi.Output<string>>>;

  constructor(name: string, args: NetworkArgs<Group>, opts?: pulumi.ComponentResourceOptions) {
    super("jenkins-pilot-light:network:Network", name, {}, opts);
    refuseProblems("Network", problemsOf(args));
    const { prefix, region } = args.deployment;

    const vpc = createVpc(name, args, this);
    this.vpcId = vpc.vpcId;
    this.publicSubnetIds = vpc.publicSubnetIds;
    this.privateSubnetIds = vpc.privateSubnetIds;
    this.isolatedSubnetIds = vpc.isolatedSubnetIds;
    this.routeTableIds = vpc.routeTables.apply((tables) => pulumi.all(tables.map(({ id }) => id)));
    this.routeTables =
      args.availabilityZones * planSubnets(args.cidr, args.availabilityZones).tiers.length;
    this.securityGroups = createSecurityGroups(name, prefix, args.securityGroups, vpc.vpcId, this);
    createEndpoints(
      name,
      {
        region,
        prefix,
        vpcId: vpc.vpcId,
        routeTableIds: this.routeTableIds,
        subnetIds: vpc.privateSubnetIds,
        securityGroupId: this.securityGroups.endpoints,
        interfaceEndpoints: args.interfaceEndpoints,
      },
      this,
    );
    createFlowLog(name, args.deployment, vpc.vpcId, args.flowLogRetentionDays, this);
    if (args.flows !== undefined) {
      createAccessLists(
        name,
        {
          prefix,
          vpcId: vpc.vpcId,
          subnets: planSubnets(args.cidr, args.availabilityZones),
          subnetIds: {
            public: vpc.publicSubnetIds,
            private: vpc.privateSubnetIds,
            isolated: vpc.isolatedSubnetIds,
          },
          flows: withBastion(args),
          ...(args.bastion === undefined
            ? {}
            : { bastion: bastionRange(args.cidr, args.availabilityZones) }),
        },
        this,
      );
    }
    if (args.bastion !== undefined) {
      new Bastion(
        `${name}-bastion`,
        {
          ...args.bastion,
          prefix,
          vpcId: vpc.vpcId,
          internetGatewayId: vpc.internetGateway.id,
          cidr: bastionRange(args.cidr, args.availabilityZones),
          vpcCidr: args.cidr,
          availabilityZone: `${region}a`,
          admittedBy: Object.fromEntries(
            args.securityGroups.bastionReaches.map((group) => [group, this.securityGroups[group]]),
          ),
        },
        { parent: this },
      );
    }

    this.registerOutputs({
      vpcId: this.vpcId,
      publicSubnetIds: this.publicSubnetIds,
      privateSubnetIds: this.privateSubnetIds,
      isolatedSubnetIds: this.isolatedSubnetIds,
      routeTableIds: this.routeTableIds,
      routeTables: this.routeTables,
      securityGroups: this.securityGroups,
    });
  }
}

/** What the workload's machines need, and from a bastion's subnet SSH to them. */
function withBastion({ flows = [], bastion }: NetworkArgs<string>): readonly Flow[] {
  return bastion === undefined ? flows : [...flows, { from: "bastion", to: "private", port: 22 }];
}

const natStrategies = { none: "None", single: "Single", perAz: "OnePerAz" } as const;
const subnetTypes = { public: "Public", private: "Private", isolated: "Isolated" } as const;

function createVpc(name: string, args: NetworkArgs<string>, parent: pulumi.Resource): awsx.ec2.Vpc {
  const { tiers } = planSubnets(args.cidr, args.availabilityZones);
  return new awsx.ec2.Vpc(
    `${name}-vpc`,
    {
      cidrBlock: args.cidr,
      numberOfAvailabilityZones: args.availabilityZones,
      natGateways: { strategy: natStrategies[args.nat] },
      // awsx's default would order and size the tiers by itself; with masks the layout is a fact.
      subnetStrategy: "Auto",
      subnetSpecs: tiers.map(({ tier, cidrMask }) => ({
        type: subnetTypes[tier],
        name: tier,
        cidrMask,
      })),
      // Interface endpoints, EFS and RDS are found by names that only resolve with both.
      enableDnsHostnames: true,
      enableDnsSupport: true,
      tags: { Name: args.deployment.prefix },
    },
    { parent },
  );
}

function problemsOf(args: NetworkArgs<string>): ArgumentProblem[] {
  const problems = [
    ...subnetProblems(args.cidr, args.availabilityZones),
    ...wholeNumberProblem("flowLogRetentionDays", args.flowLogRetentionDays, 1, 3653, "days"),
    ...(args.bastion === undefined ? [] : bastionProblems(args.bastion)),
  ];
  if (!logRetentions.includes(args.flowLogRetentionDays)) {
    problems.push({
      path: "flowLogRetentionDays",
      reason: `is ${args.flowLogRetentionDays}; CloudWatch takes ${logRetentions.join(", ")}`,
    });
  }
  args.interfaceEndpoints.forEach((service, index) => {
    if (!/^[a-z0-9][a-z0-9.-]*$/.test(service) || ["s3", "dynamodb"].includes(service)) {
      problems.push({
        path: `interfaceEndpoints[${index}]`,
        reason: `is "${service}"; give a service's short name such as ssm (S3 and DynamoDB have gateway endpoints always)`,
      });
    } else if (args.interfaceEndpoints.indexOf(service) !== index) {
      problems.push({
        path: `interfaceEndpoints[${index}]`,
        reason: `"${service}" is there twice`,
      });
    }
  });
  return problems;
}
