import type * as aws from "@pulumi/aws";
import { equal } from "../comparison";
import { present, type Operation } from "../operation";
import { replace, resourceType, unread, update, type AnyResourceType } from "../resourceType";
import { ec2Arn, ec2Tags, retagEc2 } from "./tagging";

const routeTable = resourceType<aws.ec2.RouteTable, aws.ec2.RouteTableArgs>({
  token: "aws:ec2/routeTable:RouteTable",
  inputs: { vpcId: replace, routes: unread(update) },
  async create(operation) {
    const answer = await operation.call("ec2", "createRouteTable", {
      vpcId: operation.inputs.vpcId,
      ...ec2Tags(operation, "route-table"),
    });
    const id = present(answer.RouteTable?.RouteTableId, "the route table's id");
    await writeRoutes(operation.withId(id));
    return id;
  },
  update: writeRoutes,
  async read(operation) {
    const answer = await operation.call("ec2", "describeRouteTables", {
      RouteTableIds: [operation.id],
    });
    const found = answer.RouteTables?.[0];
    if (found === undefined) return undefined;
    return {
      arn: ec2Arn(operation, "route-table"),
      vpcId: found.VpcId,
      ownerId: found.OwnerId ?? operation.account,
    };
  },
  retag: retagEc2,
  async delete(operation) {
    await operation.call("ec2", "deleteRouteTable", { RouteTableId: operation.id });
  },
});

type TableOperation = Operation<aws.ec2.RouteTable, aws.ec2.RouteTableArgs>;

/** Routes that the table itself was given; those that changed are made anew. */
async function writeRoutes(operation: TableOperation): Promise<void> {
  const wanted = operation.inputs.routes ?? [];
  const before = operation.oldInputs.routes ?? [];
  const routeTableId = operation.id;
  for (const { cidrBlock } of before.filter((old) => !wanted.some((item) => equal(item, old)))) {
    await operation.call("ec2", "deleteRoute", { routeTableId, destinationCidrBlock: cidrBlock });
  }
  for (const added of wanted.filter((item) => !before.some((old) => equal(item, old)))) {
    const { cidrBlock: destinationCidrBlock, ...target } = added;
    await operation.call("ec2", "createRoute", { routeTableId, destinationCidrBlock, ...target });
  }
}

const targets = [
  "gatewayId",
  "natGatewayId",
  "networkInterfaceId",
  "transitGatewayId",
  "vpcPeeringConnectionId",
] as const;

type RouteOperation = Operation<aws.ec2.Route, aws.ec2.RouteArgs>;

const route = resourceType<aws.ec2.Route, aws.ec2.RouteArgs>({
  token: "aws:ec2/route:Route",
  inputs: {
    routeTableId: replace,
    destinationCidrBlock: replace,
    gatewayId: update,
    natGatewayId: update,
    networkInterfaceId: update,
    transitGatewayId: update,
    vpcPeeringConnectionId: update,
  },
  async create(operation) {
    await operation.call("ec2", "createRoute", operation.arguments());
    const { routeTableId, destinationCidrBlock } = operation.inputs;
    return `r-${routeTableId}${hash(destinationCidrBlock ?? "")}`;
  },
  async update(operation) {
    await operation.call("ec2", "replaceRoute", operation.arguments());
  },
  async read(operation) {
    const { routeTableId, destinationCidrBlock } = routeKey(operation);
    const answer = await operation.call("ec2", "describeRouteTables", {
      RouteTableIds: [routeTableId],
    });
    const found = answer.RouteTables?.[0]?.Routes?.find(
      (candidate) => candidate.DestinationCidrBlock === destinationCidrBlock,
    );
    if (found === undefined) return undefined;
    return {
      state: found.State ?? "active",
      origin: found.Origin ?? "CreateRoute",
      gatewayId: found.GatewayId,
      natGatewayId: found.NatGatewayId,
      networkInterfaceId: found.NetworkInterfaceId,
      instanceId: found.InstanceId,
      instanceOwnerId: found.InstanceOwnerId,
    };
  },
  async delete(operation) {
    await operation.call("ec2", "deleteRoute", { ...routeKey(operation) });
  },
  check: (inputs) =>
    targets.filter((target) => inputs[target] !== undefined).length > 1
      ? `a route has one target, one of ${targets.join(", ")}`
      : undefined,
});

function routeKey(operation: RouteOperation): {
  routeTableId: string | undefined;
  destinationCidrBlock: string | undefined;
} {
  const { inputs, state } = operation;
  return {
    routeTableId: state.routeTableId ?? inputs.routeTableId,
    destinationCidrBlock: state.destinationCidrBlock ?? inputs.destinationCidrBlock,
  };
}

/** The real provider's ids end in a checksum of the destination. */
function hash(text: string): number {
  return Buffer.from(text).reduce((sum, byte) => (sum * 31 + byte) >>> 0, 7);
}

const association = resourceType<aws.ec2.RouteTableAssociation, aws.ec2.RouteTableAssociationArgs>({
  token: "aws:ec2/routeTableAssociation:RouteTableAssociation",
  inputs: { subnetId: replace, gatewayId: replace, routeTableId: update },
  async create(operation) {
    const answer = await operation.call("ec2", "associateRouteTable", operation.arguments());
    return present(answer.AssociationId, "the association's id");
  },
  async update(operation) {
    const filters = [{ Name: "association.subnet-id", Values: [operation.inputs.subnetId] }];
    const { RouteTables } = await operation.call("ec2", "describeRouteTables", { filters });
    const current = RouteTables?.flatMap(({ Associations }) => Associations ?? []).find(
      ({ SubnetId }) => SubnetId === operation.inputs.subnetId,
    );
    await operation.call("ec2", "replaceRouteTableAssociation", {
      associationId: present(current?.RouteTableAssociationId, "the current association"),
      routeTableId: operation.inputs.routeTableId,
    });
  },
  async read(operation) {
    // The id changes when the table does: the subnet is what stays.
    const subnetId = operation.inputs.subnetId ?? operation.state.subnetId;
    const filters =
      subnetId === undefined
        ? [{ Name: "association.route-table-association-id", Values: [operation.id] }]
        : [{ Name: "association.subnet-id", Values: [subnetId] }];
    const { RouteTables } = await operation.call("ec2", "describeRouteTables", { filters });
    const found = RouteTables?.[0];
    return found === undefined ? undefined : { routeTableId: found.RouteTableId };
  },
  async delete(operation) {
    await operation.call("ec2", "disassociateRouteTable", { AssociationId: operation.id });
  },
});

/** Where packets go. */
export const types: readonly AnyResourceType[] = [routeTable, route, association];
