import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { ArgumentProblem } from "../argumentProblems";
import { mostBastionRanges } from "../limits";

/** What a user decides about the bastion. */
export interface BastionArgs {
  /** IPv4 ranges that may open SSH, e.g. `203.0.113.7/32`; never the whole internet. At most {@link mostBastionRanges}. */
  readonly allowFrom: readonly string[];
  /** EC2 type; its processor fits {@link imageId}. t4g.nano costs $3.07 a month. */
  readonly instanceType: string;
  /** Amazon Linux, or the golden image. */
  readonly imageId: pulumi.Input<string>;
  /** EC2 key pair. Default none: EC2 Instance Connect lends a key for a minute, by IAM. */
  readonly keyName?: string;
}

/** What the network adds. */
interface BastionSurroundings {
  readonly prefix: string;
  readonly vpcId: pulumi.Input<string>;
  readonly internetGatewayId: pulumi.Input<string>;
  /** The bastion's own subnet, so that its access list binds nothing else. */
  readonly cidr: string;
  readonly vpcCidr: string;
  readonly availabilityZone: string;
  /** Groups that let the bastion in by SSH. */
  readonly admittedBy: Readonly<Record<string, pulumi.Input<string>>>;
}

/** What is wrong with a bastion's arguments. */
export function bastionProblems({ allowFrom }: BastionArgs): ArgumentProblem[] {
  const path = "bastion.allowFrom";
  const problems: ArgumentProblem[] = allowFrom
    .filter((range) => !/^\d{1,3}(\.\d{1,3}){3}\/([89]|[12]\d|3[0-2])$/.test(range))
    .map((range) => ({
      path,
      reason: `"${range}" is not an IPv4 range of /8 or longer; give your office's or VPN's address`,
    }));
  if (allowFrom.length === 0 || allowFrom.length > mostBastionRanges) {
    problems.push({
      path,
      reason: `has ${allowFrom.length} ranges; give 1 to ${mostBastionRanges}`,
    });
  }
  return problems;
}

/**
 * A machine for SSH in a subnet of its own, behind a security group and an access list that both
 * admit the given ranges alone. Off by default: Session Manager needs neither port nor key.
 */
export class Bastion extends pulumi.ComponentResource {
  readonly publicIp: pulumi.Output<string>;

  constructor(
    name: string,
    args: BastionArgs & BastionSurroundings,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("jenkins-pilot-light:network:Bastion", name, {}, opts);
    const subnet = createSubnet(name, args, this);
    createAccessList(name, args, subnet, this);
    const group = createGroup(name, args, this);
    const instance = new aws.ec2.Instance(
      `${name}-instance`,
      {
        ami: args.imageId,
        instanceType: args.instanceType,
        subnetId: subnet.id,
        vpcSecurityGroupIds: [group.id],
        ...(args.keyName === undefined ? {} : { keyName: args.keyName }),
        associatePublicIpAddress: true,
        metadataOptions: { httpEndpoint: "enabled", httpTokens: "required" },
        rootBlockDevice: { encrypted: true },
        tags: { Name: `${args.prefix}-bastion` },
      },
      { parent: this },
    );
    this.publicIp = instance.publicIp;
    this.registerOutputs({ publicIp: this.publicIp });
  }
}

function createSubnet(
  name: string,
  args: BastionSurroundings,
  parent: pulumi.Resource,
): aws.ec2.Subnet {
  const tags = { Name: `${args.prefix}-bastion` };
  const subnet = new aws.ec2.Subnet(
    `${name}-subnet`,
    { vpcId: args.vpcId, cidrBlock: args.cidr, availabilityZone: args.availabilityZone, tags },
    { parent },
  );
  const table = new aws.ec2.RouteTable(
    `${name}-routes`,
    {
      vpcId: args.vpcId,
      routes: [{ cidrBlock: "0.0.0.0/0", gatewayId: args.internetGatewayId }],
      tags,
    },
    { parent },
  );
  new aws.ec2.RouteTableAssociation(
    `${name}-routes-association`,
    { subnetId: subnet.id, routeTableId: table.id },
    { parent },
  );
  return subnet;
}

/** Access lists are stateless: answers to ephemeral ports have to be let through by themselves. */
function createAccessList(
  name: string,
  args: BastionArgs & BastionSurroundings,
  subnet: aws.ec2.Subnet,
  parent: pulumi.Resource,
): void {
  const allow = { protocol: "tcp", action: "allow" };
  const ephemeral = { fromPort: 1024, toPort: 65535 };
  new aws.ec2.NetworkAcl(
    `${name}-access-list`,
    {
      vpcId: args.vpcId,
      subnetIds: [subnet.id],
      ingress: [
        ...args.allowFrom.map((cidrBlock, index) => ({
          ...allow,
          ruleNo: 100 + index,
          cidrBlock,
          fromPort: 22,
          toPort: 22,
        })),
        { ...allow, ...ephemeral, ruleNo: 200, cidrBlock: args.vpcCidr },
      ],
      egress: [
        ...args.allowFrom.map((cidrBlock, index) => ({
          ...allow,
          ...ephemeral,
          ruleNo: 100 + index,
          cidrBlock,
        })),
        { ...allow, ruleNo: 200, cidrBlock: args.vpcCidr, fromPort: 22, toPort: 22 },
      ],
      tags: { Name: `${args.prefix}-bastion` },
    },
    { parent },
  );
}

function createGroup(
  name: string,
  args: BastionArgs & BastionSurroundings,
  parent: pulumi.Resource,
): aws.ec2.SecurityGroup {
  const ssh = { ipProtocol: "tcp", fromPort: 22, toPort: 22 };
  const group = new aws.ec2.SecurityGroup(
    `${name}-group`,
    {
      name: `${args.prefix}-bastion`,
      description: "SSH from the allowed ranges, and onwards to machines",
      vpcId: args.vpcId,
      tags: { Name: `${args.prefix}-bastion` },
    },
    { parent },
  );
  args.allowFrom.forEach((cidrIpv4, index) => {
    new aws.vpc.SecurityGroupIngressRule(
      `${name}-from-${index + 1}`,
      { securityGroupId: group.id, description: "operators", cidrIpv4, ...ssh },
      { parent },
    );
  });
  for (const [target, securityGroupId] of Object.entries(args.admittedBy)) {
    new aws.vpc.SecurityGroupEgressRule(
      `${name}-to-${target}`,
      {
        securityGroupId: group.id,
        description: target,
        referencedSecurityGroupId: securityGroupId,
        ...ssh,
      },
      { parent },
    );
    new aws.vpc.SecurityGroupIngressRule(
      `${name}-into-${target}`,
      { securityGroupId, description: "bastion", referencedSecurityGroupId: group.id, ...ssh },
      { parent },
    );
  }
  return group;
}
