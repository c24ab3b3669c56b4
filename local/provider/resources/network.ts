import type * as aws from "@pulumi/aws";
import { present, type Operation } from "../operation";
import { defaulted, replace, resourceType, update, type AnyResourceType } from "../resourceType";
import { ec2Arn, ec2Tags, retagEc2 } from "./tagging";

const vpc = resourceType<aws.ec2.Vpc, aws.ec2.VpcArgs>({
  token: "aws:ec2/vpc:Vpc",
  inputs: {
    cidrBlock: replace,
    instanceTenancy: defaulted(update, "default"),
    enableDnsSupport: defaulted(update, true),
    enableDnsHostnames: update,
    enableNetworkAddressUsageMetrics: update,
  },
  async create(operation) {
    const answer = await operation.call("ec2", "createVpc", {
      cidrBlock: operation.inputs.cidrBlock,
      instanceTenancy: operation.inputs.instanceTenancy,
      ...ec2Tags(operation, "vpc"),
    });
    const id = present(answer.Vpc?.VpcId, "the VPC's id");
    await writeVpcAttributes(operation.withId(id));
    return id;
  },
  update: writeVpcAttributes,
  async ready(operation) {
    await operation.untilTrue("available", async () => {
      const { Vpcs } = await operation.call("ec2", "describeVpcs", { VpcIds: [operation.id] });
      return Vpcs?.[0]?.State === "available";
    });
  },
  async read(operation) {
    const { Vpcs } = await operation.call("ec2", "describeVpcs", { VpcIds: [operation.id] });
    const found = Vpcs?.[0];
    if (found === undefined) return undefined;
    const [support, hostnames, tables, groups, acls] = await Promise.all([
      vpcAttribute(operation, "enableDnsSupport"),
      vpcAttribute(operation, "enableDnsHostnames"),
      operation.call("ec2", "describeRouteTables", {
        filters: ofVpc(operation.id, "association.main", "true"),
      }),
      operation.call("ec2", "describeSecurityGroups", {
        filters: ofVpc(operation.id, "group-name", "default"),
      }),
      operation.call("ec2", "describeNetworkAcls", {
        filters: ofVpc(operation.id, "default", "true"),
      }),
    ]);
    const mainTable = tables.RouteTables?.[0]?.RouteTableId;
    return {
      arn: ec2Arn(operation, "vpc"),
      cidrBlock: found.CidrBlock,
      instanceTenancy: found.InstanceTenancy,
      dhcpOptionsId: found.DhcpOptionsId,
      ownerId: found.OwnerId ?? operation.account,
      enableDnsSupport: support,
      enableDnsHostnames: hostnames,
      mainRouteTableId: mainTable,
      defaultRouteTableId: mainTable,
      defaultSecurityGroupId: groups.SecurityGroups?.[0]?.GroupId,
      defaultNetworkAclId: acls.NetworkAcls?.[0]?.NetworkAclId,
    };
  },
  retag: retagEc2,
  async delete(operation) {
    await operation.call("ec2", "deleteVpc", { VpcId: operation.id });
  },
});

type VpcOperation = Operation<aws.ec2.Vpc, aws.ec2.VpcArgs>;

async function writeVpcAttributes(operation: VpcOperation): Promise<void> {
  const attributes = [
    "enableDnsSupport",
    "enableDnsHostnames",
    "enableNetworkAddressUsageMetrics",
  ] as const;
  for (const attribute of attributes) {
    const value = operation.inputs[attribute];
    // AWS takes one attribute in a call.
    if (operation.changed(attribute) && value !== undefined) {
      await operation.call("ec2", "modifyVpcAttribute", {
        vpcId: operation.id,
        [attribute]: { Value: value },
      });
    }
  }
}

async function vpcAttribute(
  operation: VpcOperation,
  attribute: "enableDnsSupport" | "enableDnsHostnames",
): Promise<boolean> {
  const answer = await operation.call("ec2", "describeVpcAttribute", {
    vpcId: operation.id,
    attribute,
  });
  const found =
    attribute === "enableDnsSupport" ? answer.EnableDnsSupport : answer.EnableDnsHostnames;
  return found?.Value ?? false;
}

function ofVpc(vpcId: string, name: string, value: string): object[] {
  return [
    { Name: "vpc-id", Values: [vpcId] },
    { Name: name, Values: [value] },
  ];
}

const subnet = resourceType<aws.ec2.Subnet, aws.ec2.SubnetArgs>({
  token: "aws:ec2/subnet:Subnet",
  inputs: {
    vpcId: replace,
    cidrBlock: replace,
    availabilityZone: replace,
    mapPublicIpOnLaunch: defaulted(update, false),
    assignIpv6AddressOnCreation: defaulted(update, false),
  },
  check: ({ assignIpv6AddressOnCreation }) =>
    assignIpv6AddressOnCreation === true ? "IPv6 subnets are not modelled" : undefined,
  async create(operation) {
    const { vpcId, cidrBlock, availabilityZone, mapPublicIpOnLaunch } = operation.inputs;
    const answer = await operation.call("ec2", "createSubnet", {
      vpcId,
      cidrBlock,
      availabilityZone,
      ...ec2Tags(operation, "subnet"),
    });
    const id = present(answer.Subnet?.SubnetId, "the subnet's id");
    if (mapPublicIpOnLaunch === true) await mapPublicIps(operation.withId(id));
    return id;
  },
  update: mapPublicIps,
  async read(operation) {
    const { Subnets } = await operation.call("ec2", "describeSubnets", {
      SubnetIds: [operation.id],
    });
    const found = Subnets?.[0];
    if (found === undefined) return undefined;
    return {
      arn: found.SubnetArn ?? ec2Arn(operation, "subnet"),
      vpcId: found.VpcId,
      cidrBlock: found.CidrBlock,
      availabilityZone: found.AvailabilityZone,
      availabilityZoneId: found.AvailabilityZoneId,
      mapPublicIpOnLaunch: found.MapPublicIpOnLaunch,
      ownerId: found.OwnerId ?? operation.account,
      privateDnsHostnameTypeOnLaunch: "ip-name",
    };
  },
  retag: retagEc2,
  async delete(operation) {
    await operation.call("ec2", "deleteSubnet", { SubnetId: operation.id });
  },
});

async function mapPublicIps(
  operation: Operation<aws.ec2.Subnet, aws.ec2.SubnetArgs>,
): Promise<void> {
  await operation.call("ec2", "modifySubnetAttribute", {
    subnetId: operation.id,
    mapPublicIpOnLaunch: { Value: operation.inputs.mapPublicIpOnLaunch ?? false },
  });
}

const internetGateway = resourceType<aws.ec2.InternetGateway, aws.ec2.InternetGatewayArgs>({
  token: "aws:ec2/internetGateway:InternetGateway",
  inputs: { vpcId: replace },
  async create(operation) {
    const answer = await operation.call(
      "ec2",
      "createInternetGateway",
      ec2Tags(operation, "internet-gateway"),
    );
    const id = present(answer.InternetGateway?.InternetGatewayId, "the internet gateway's id");
    if (operation.inputs.vpcId !== undefined) {
      await operation.call("ec2", "attachInternetGateway", {
        internetGatewayId: id,
        vpcId: operation.inputs.vpcId,
      });
    }
    return id;
  },
  async read(operation) {
    const { InternetGateways } = await operation.call("ec2", "describeInternetGateways", {
      InternetGatewayIds: [operation.id],
    });
    const found = InternetGateways?.[0];
    if (found === undefined) return undefined;
    return {
      arn: ec2Arn(operation, "internet-gateway"),
      ownerId: found.OwnerId ?? operation.account,
      vpcId: found.Attachments?.[0]?.VpcId,
    };
  },
  retag: retagEc2,
  async delete(operation) {
    const { vpcId } = operation.state;
    if (vpcId !== undefined && vpcId !== "") {
      await operation.call("ec2", "detachInternetGateway", {
        internetGatewayId: operation.id,
        vpcId,
      });
    }
    await operation.call("ec2", "deleteInternetGateway", { internetGatewayId: operation.id });
  },
});

/** The network itself: VPC, subnets, the way to the internet. */
export const types: readonly AnyResourceType[] = [vpc, subnet, internetGateway];
