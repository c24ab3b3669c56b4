import type * as aws from "@pulumi/aws";
import { present } from "../operation";
import { defaulted, replace, resourceType, update, type AnyResourceType } from "../resourceType";
import { ec2Arn, ec2Tags, retagEc2 } from "./tagging";

const eip = resourceType<aws.ec2.Eip, aws.ec2.EipArgs>({
  token: "aws:ec2/eip:Eip",
  inputs: { domain: defaulted(replace, "vpc") },
  async create(operation) {
    const answer = await operation.call("ec2", "allocateAddress", {
      domain: operation.inputs.domain,
      ...ec2Tags(operation, "elastic-ip"),
    });
    return present(answer.AllocationId, "the address's allocation id");
  },
  async read(operation) {
    const { Addresses } = await operation.call("ec2", "describeAddresses", {
      AllocationIds: [operation.id],
    });
    const found = Addresses?.[0];
    if (found === undefined) return undefined;
    const dashed = found.PublicIp?.replaceAll(".", "-") ?? "";
    return {
      arn: ec2Arn(operation, "elastic-ip"),
      allocationId: operation.id,
      publicIp: found.PublicIp,
      publicDns: `ec2-${dashed}.${operation.region}.compute.amazonaws.com`,
      domain: found.Domain,
    };
  },
  retag: retagEc2,
  async delete(operation) {
    await operation.call("ec2", "releaseAddress", { AllocationId: operation.id });
  },
});

const natGateway = resourceType<aws.ec2.NatGateway, aws.ec2.NatGatewayArgs>({
  token: "aws:ec2/natGateway:NatGateway",
  inputs: {
    subnetId: replace,
    allocationId: replace,
    connectivityType: defaulted(replace, "public"),
  },
  async create(operation) {
    const answer = await operation.call("ec2", "createNatGateway", {
      ...operation.arguments(),
      ...ec2Tags(operation, "natgateway"),
    });
    return present(answer.NatGateway?.NatGatewayId, "the NAT gateway's id");
  },
  async ready(operation) {
    await operation.untilTrue("available", async () => {
      const answer = await operation.call("ec2", "describeNatGateways", {
        NatGatewayIds: [operation.id],
      });
      return answer.NatGateways?.[0]?.State === "available";
    });
  },
  async read(operation) {
    const answer = await operation.call("ec2", "describeNatGateways", {
      NatGatewayIds: [operation.id],
    });
    const found = answer.NatGateways?.[0];
    if (found === undefined || found.State === "deleted") return undefined;
    const address = found.NatGatewayAddresses?.[0];
    return {
      subnetId: found.SubnetId,
      allocationId: address?.AllocationId,
      associationId: address?.AssociationId,
      networkInterfaceId: address?.NetworkInterfaceId,
      privateIp: address?.PrivateIp,
      publicIp: address?.PublicIp,
    };
  },
  retag: retagEc2,
  async delete(operation) {
    await operation.call("ec2", "deleteNatGateway", { NatGatewayId: operation.id });
    await operation.untilTrue("deleted", async () => {
      const answer = await operation.call("ec2", "describeNatGateways", {
        NatGatewayIds: [operation.id],
      });
      return (answer.NatGateways?.[0]?.State ?? "deleted") === "deleted";
    });
  },
});

const flowLog = resourceType<aws.ec2.FlowLog, aws.ec2.FlowLogArgs>({
  token: "aws:ec2/flowLog:FlowLog",
  inputs: {
    vpcId: replace,
    trafficType: replace,
    logDestination: replace,
    logDestinationType: defaulted(replace, "cloud-watch-logs"),
    iamRoleArn: replace,
    logFormat: replace,
    maxAggregationInterval: defaulted(replace, 600),
  },
  async create(operation) {
    const { vpcId, iamRoleArn, logDestination, logDestinationType } = operation.inputs;
    const toLogs = logDestinationType === "cloud-watch-logs";
    const answer = await operation.call("ec2", "createFlowLogs", {
      ...operation.arguments({
        vpcId: undefined,
        iamRoleArn: undefined,
        logDestination: undefined,
      }),
      resourceIds: [vpcId],
      resourceType: "VPC",
      deliverLogsPermissionArn: iamRoleArn,
      // CloudWatch's destination is named by log group; the ARN's trailing ":*" is not part of it.
      ...(toLogs ? { logGroupName: logGroupName(logDestination ?? "") } : { logDestination }),
      ...ec2Tags(operation, "vpc-flow-log"),
    });
    const failure = answer.Unsuccessful?.[0]?.Error?.Message;
    if (failure !== undefined) throw new Error(`the flow log was refused: ${failure}`);
    return present(answer.FlowLogIds?.[0], "the flow log's id");
  },
  async read(operation) {
    const answer = await operation.call("ec2", "describeFlowLogs", {
      FlowLogIds: [operation.id],
    });
    const found = answer.FlowLogs?.[0];
    if (found === undefined) return undefined;
    return {
      arn: ec2Arn(operation, "vpc-flow-log"),
      vpcId: found.ResourceId,
      trafficType: found.TrafficType,
      maxAggregationInterval: found.MaxAggregationInterval,
    };
  },
  retag: retagEc2,
  async delete(operation) {
    await operation.call("ec2", "deleteFlowLogs", { FlowLogIds: [operation.id] });
  },
});

function logGroupName(arn: string): string {
  return /:log-group:([^:]+)/.exec(arn)?.[1] ?? arn;
}

const vpcEndpoint = resourceType<aws.ec2.VpcEndpoint, aws.ec2.VpcEndpointArgs>({
  token: "aws:ec2/vpcEndpoint:VpcEndpoint",
  inputs: {
    vpcId: replace,
    serviceName: replace,
    vpcEndpointType: defaulted(replace, "Gateway"),
    routeTableIds: update,
    subnetIds: update,
    securityGroupIds: update,
    privateDnsEnabled: update,
    policy: { onChange: "update", json: true },
  },
  async create(operation) {
    const answer = await operation.call("ec2", "createVpcEndpoint", {
      ...operation.arguments({ policy: undefined }),
      policyDocument: operation.inputs.policy,
      ...ec2Tags(operation, "vpc-endpoint"),
    });
    return present(answer.VpcEndpoint?.VpcEndpointId, "the endpoint's id");
  },
  async ready(operation) {
    await operation.untilTrue("available", async () => {
      const answer = await operation.call("ec2", "describeVpcEndpoints", {
        VpcEndpointIds: [operation.id],
      });
      return answer.VpcEndpoints?.[0]?.State?.toLowerCase() === "available";
    });
  },
  async read(operation) {
    const answer = await operation.call("ec2", "describeVpcEndpoints", {
      VpcEndpointIds: [operation.id],
    });
    const found = answer.VpcEndpoints?.[0];
    if (found === undefined || found.State?.toLowerCase() === "deleted") return undefined;
    return {
      arn: ec2Arn(operation, "vpc-endpoint"),
      vpcId: found.VpcId,
      serviceName: found.ServiceName,
      vpcEndpointType: found.VpcEndpointType,
      state: found.State,
      routeTableIds: found.RouteTableIds,
      subnetIds: found.SubnetIds,
      networkInterfaceIds: found.NetworkInterfaceIds,
      ownerId: found.OwnerId ?? operation.account,
      prefixListId: found.VpcEndpointType === "Gateway" ? "pl-63a5400a" : "",
      dnsEntries: (found.DnsEntries ?? []).map(({ DnsName, HostedZoneId }) => ({
        dnsName: DnsName ?? "",
        hostedZoneId: HostedZoneId ?? "",
      })),
    };
  },
  async update(operation) {
    const { inputs, oldInputs } = operation;
    await operation.call("ec2", "modifyVpcEndpoint", {
      vpcEndpointId: operation.id,
      policyDocument: inputs.policy,
      privateDnsEnabled: inputs.privateDnsEnabled,
      addRouteTableIds: added(oldInputs.routeTableIds, inputs.routeTableIds),
      removeRouteTableIds: added(inputs.routeTableIds, oldInputs.routeTableIds),
      addSubnetIds: added(oldInputs.subnetIds, inputs.subnetIds),
      removeSubnetIds: added(inputs.subnetIds, oldInputs.subnetIds),
      addSecurityGroupIds: added(oldInputs.securityGroupIds, inputs.securityGroupIds),
      removeSecurityGroupIds: added(inputs.securityGroupIds, oldInputs.securityGroupIds),
    });
  },
  retag: retagEc2,
  async delete(operation) {
    await operation.call("ec2", "deleteVpcEndpoints", { VpcEndpointIds: [operation.id] });
  },
});

/** What the second list has and the first has not; undefined if nothing. */
function added(
  before: readonly string[] | undefined,
  after: readonly string[] | undefined,
): string[] | undefined {
  const more = (after ?? []).filter((item) => !(before ?? []).includes(item));
  return more.length > 0 ? more : undefined;
}

/** Ways in and out of a VPC, and the record of what went through. */
export const types: readonly AnyResourceType[] = [eip, natGateway, flowLog, vpcEndpoint];
