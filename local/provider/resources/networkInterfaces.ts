import type * as aws from "@pulumi/aws";
import { present, type Operation } from "../operation";
import { defaulted, replace, resourceType, update, type AnyResourceType } from "../resourceType";
import { ec2Arn, ec2Tags, retagEc2 } from "./tagging";

type InterfaceOperation = Operation<aws.ec2.NetworkInterface, aws.ec2.NetworkInterfaceArgs>;

const networkInterface = resourceType<aws.ec2.NetworkInterface, aws.ec2.NetworkInterfaceArgs>({
  token: "aws:ec2/networkInterface:NetworkInterface",
  inputs: {
    subnetId: replace,
    description: update,
    securityGroups: update,
    sourceDestCheck: defaulted(update, true),
  },
  async create(operation) {
    const { subnetId, description, securityGroups } = operation.inputs;
    const { NetworkInterface } = await operation.call("ec2", "createNetworkInterface", {
      subnetId,
      description,
      Groups: securityGroups,
      ...ec2Tags(operation, "network-interface"),
    });
    const id = present(NetworkInterface?.NetworkInterfaceId, "the network interface's id");
    if (operation.inputs.sourceDestCheck === false) await writeAttributes(operation.withId(id));
    return id;
  },
  update: writeAttributes,
  async read(operation) {
    const { NetworkInterfaces } = await operation.call("ec2", "describeNetworkInterfaces", {
      NetworkInterfaceIds: [operation.id],
    });
    const found = NetworkInterfaces?.[0];
    if (found === undefined) return undefined;
    return {
      arn: ec2Arn(operation, "network-interface"),
      subnetId: found.SubnetId,
      description: found.Description ?? "",
      privateIp: found.PrivateIpAddress,
      macAddress: found.MacAddress,
      ownerId: found.OwnerId ?? operation.account,
      securityGroups: found.Groups?.map(({ GroupId }) => GroupId ?? ""),
      sourceDestCheck: found.SourceDestCheck ?? true,
    };
  },
  retag: retagEc2,
  async delete(operation) {
    await operation.call("ec2", "deleteNetworkInterface", { NetworkInterfaceId: operation.id });
  },
});

/** One attribute a call; AWS takes no more. */
async function writeAttributes(operation: InterfaceOperation): Promise<void> {
  const NetworkInterfaceId = operation.id;
  const { description, securityGroups, sourceDestCheck } = operation.inputs;
  const changes = [
    { SourceDestCheck: { Value: sourceDestCheck ?? true } },
    ...(description === undefined ? [] : [{ Description: { Value: description } }]),
    ...(securityGroups === undefined ? [] : [{ Groups: securityGroups }]),
  ];
  for (const change of changes) {
    await operation.call("ec2", "modifyNetworkInterfaceAttribute", {
      NetworkInterfaceId,
      ...change,
    });
  }
}

type StateArgs = aws.ec2transitgateway.InstanceStateArgs;
type StateOperation = Operation<aws.ec2transitgateway.InstanceState, StateArgs>;

/** Whether an instance runs. Taking it out of a program leaves the instance as it is. */
const instanceState = resourceType<aws.ec2transitgateway.InstanceState, StateArgs>({
  token: "aws:ec2transitgateway/instanceState:InstanceState",
  inputs: { instanceId: replace, state: update, force: defaulted(update, false) },
  async create(operation) {
    await writeState(operation, operation.inputs.instanceId);
    return operation.inputs.instanceId;
  },
  async update(operation) {
    await writeState(operation, operation.id);
  },
  async read(operation) {
    const state = await stateOf(operation, operation.id);
    if (state === undefined || state === "terminated") return undefined;
    return { instanceId: operation.id, state };
  },
  delete: () => Promise.resolve(),
});

async function stateOf(operation: StateOperation, id: string): Promise<string | undefined> {
  const { Reservations } = await operation.call("ec2", "describeInstances", { InstanceIds: [id] });
  return Reservations?.[0]?.Instances?.[0]?.State?.Name;
}

async function writeState(operation: StateOperation, id: string): Promise<void> {
  const wanted = operation.inputs.state;
  if ((await stateOf(operation, id)) !== wanted) {
    const ids = { InstanceIds: [id] };
    if (wanted === "running") await operation.call("ec2", "startInstances", ids);
    else await operation.call("ec2", "stopInstances", ids);
  }
  await operation.untilTrue(wanted, async () => (await stateOf(operation, id)) === wanted);
}

/** What outlives an instance, and whether one runs. */
export const types: readonly AnyResourceType[] = [networkInterface, instanceState];
