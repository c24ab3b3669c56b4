import type * as aws from "@pulumi/aws";
import { present, type Operation } from "../operation";
import {
  defaulted,
  replace,
  resourceType,
  unread,
  update,
  type AnyResourceType,
} from "../resourceType";
import { ec2Arn, ec2Tags, retagEc2 } from "./tagging";

type AclOperation = Operation<aws.ec2.NetworkAcl, aws.ec2.NetworkAclArgs>;

const networkAcl = resourceType<aws.ec2.NetworkAcl, aws.ec2.NetworkAclArgs>({
  token: "aws:ec2/networkAcl:NetworkAcl",
  inputs: {
    vpcId: replace,
    subnetIds: update,
    ingress: unread(update),
    egress: unread(update),
  },
  async create(operation) {
    const { NetworkAcl } = await operation.call("ec2", "createNetworkAcl", {
      vpcId: operation.inputs.vpcId,
      ...ec2Tags(operation, "network-acl"),
    });
    const id = present(NetworkAcl?.NetworkAclId, "the access list's id");
    await writeEntries(operation.withId(id));
    await takeSubnets(operation.withId(id));
    return id;
  },
  async update(operation) {
    await writeEntries(operation);
    await takeSubnets(operation);
  },
  async read(operation) {
    const { NetworkAcls } = await operation.call("ec2", "describeNetworkAcls", {
      NetworkAclIds: [operation.id],
    });
    const found = NetworkAcls?.[0];
    if (found === undefined) return undefined;
    return {
      arn: ec2Arn(operation, "network-acl"),
      ownerId: found.OwnerId ?? operation.account,
      subnetIds: found.Associations?.map(({ SubnetId }) => SubnetId ?? ""),
      vpcId: found.VpcId,
    };
  },
  retag: retagEc2,
  async delete(operation) {
    // Subnets must go back to the VPC's default list before theirs can be deleted.
    const vpcId = operation.state.vpcId ?? operation.inputs.vpcId;
    const { NetworkAcls } = await operation.call("ec2", "describeNetworkAcls", {
      filters: [
        { Name: "vpc-id", Values: [vpcId] },
        { Name: "default", Values: ["true"] },
      ],
    });
    const target = present(NetworkAcls?.[0]?.NetworkAclId, "the VPC's default access list");
    await moveSubnets(operation, operation.inputs.subnetIds ?? [], target);
    await operation.call("ec2", "deleteNetworkAcl", { NetworkAclId: operation.id });
  },
});

async function writeEntries(operation: AclOperation): Promise<void> {
  for (const direction of ["ingress", "egress"] as const) {
    if (!operation.changed(direction)) continue;
    const Egress = direction === "egress";
    for (const { ruleNo } of operation.oldInputs[direction] ?? []) {
      await operation.call("ec2", "deleteNetworkAclEntry", {
        NetworkAclId: operation.id,
        RuleNumber: ruleNo,
        Egress,
      });
    }
    for (const rule of operation.inputs[direction] ?? []) {
      await operation.call("ec2", "createNetworkAclEntry", {
        NetworkAclId: operation.id,
        RuleNumber: rule.ruleNo,
        Egress,
        RuleAction: rule.action,
        Protocol: protocolNumber(rule.protocol),
        CidrBlock: rule.cidrBlock,
        Ipv6CidrBlock: rule.ipv6CidrBlock,
        PortRange: { From: rule.fromPort, To: rule.toPort },
      });
    }
  }
}

/** The API takes IANA's numbers only. */
function protocolNumber(protocol: string): string {
  const numbers: Readonly<Record<string, string>> = { tcp: "6", udp: "17", icmp: "1", all: "-1" };
  return numbers[protocol] ?? protocol;
}

async function takeSubnets(operation: AclOperation): Promise<void> {
  const before = operation.oldInputs.subnetIds ?? [];
  const added = (operation.inputs.subnetIds ?? []).filter((id) => !before.includes(id));
  await moveSubnets(operation, added, operation.id);
}

/** A subnet always has exactly one list: its association is replaced, never removed. */
async function moveSubnets(
  operation: AclOperation,
  subnetIds: readonly string[],
  NetworkAclId: string,
): Promise<void> {
  for (const subnetId of subnetIds) {
    const { NetworkAcls } = await operation.call("ec2", "describeNetworkAcls", {
      filters: [{ Name: "association.subnet-id", Values: [subnetId] }],
    });
    const current = NetworkAcls?.flatMap(({ Associations }) => Associations ?? []).find(
      ({ SubnetId }) => SubnetId === subnetId,
    );
    await operation.call("ec2", "replaceNetworkAclAssociation", {
      AssociationId: present(current?.NetworkAclAssociationId, `the access list of ${subnetId}`),
      NetworkAclId,
    });
  }
}

type RuleOperation = Operation<aws.ec2.NetworkAclRule, aws.ec2.NetworkAclRuleArgs>;

const rule = resourceType<aws.ec2.NetworkAclRule, aws.ec2.NetworkAclRuleArgs>({
  token: "aws:ec2/networkAclRule:NetworkAclRule",
  inputs: {
    networkAclId: replace,
    ruleNumber: replace,
    egress: defaulted(replace, false),
    protocol: replace,
    ruleAction: replace,
    cidrBlock: replace,
    fromPort: replace,
    toPort: replace,
  },
  async create(operation) {
    const { inputs } = operation;
    await operation.call("ec2", "createNetworkAclEntry", {
      NetworkAclId: inputs.networkAclId,
      RuleNumber: inputs.ruleNumber,
      Egress: inputs.egress,
      RuleAction: inputs.ruleAction,
      Protocol: protocolNumber(inputs.protocol),
      CidrBlock: inputs.cidrBlock,
      PortRange: { From: inputs.fromPort, To: inputs.toPort },
    });
    return `nacl-${inputs.networkAclId}-${inputs.ruleNumber}-${inputs.egress === true ? "out" : "in"}`;
  },
  async read(operation) {
    const { networkAclId, ruleNumber, egress } = ruleKey(operation);
    const { NetworkAcls } = await operation.call("ec2", "describeNetworkAcls", {
      NetworkAclIds: [networkAclId],
    });
    const found = NetworkAcls?.[0]?.Entries?.some(
      (entry) => entry.RuleNumber === ruleNumber && entry.Egress === egress,
    );
    return found === true ? {} : undefined;
  },
  async delete(operation) {
    const { networkAclId, ruleNumber, egress } = ruleKey(operation);
    await operation.call("ec2", "deleteNetworkAclEntry", {
      NetworkAclId: networkAclId,
      RuleNumber: ruleNumber,
      Egress: egress,
    });
  },
});

function ruleKey({ inputs, state }: RuleOperation) {
  return {
    networkAclId: state.networkAclId ?? inputs.networkAclId,
    ruleNumber: state.ruleNumber ?? inputs.ruleNumber,
    egress: state.egress ?? inputs.egress ?? false,
  };
}

type AssociationOperation = Operation<
  aws.ec2.NetworkAclAssociation,
  aws.ec2.NetworkAclAssociationArgs
>;

const association = resourceType<aws.ec2.NetworkAclAssociation, aws.ec2.NetworkAclAssociationArgs>({
  token: "aws:ec2/networkAclAssociation:NetworkAclAssociation",
  inputs: { networkAclId: replace, subnetId: replace },
  async create(operation) {
    const { networkAclId, subnetId } = operation.inputs;
    const current = present((await listOf(operation))?.id, `the access list of ${subnetId}`);
    const answer = await operation.call("ec2", "replaceNetworkAclAssociation", {
      AssociationId: current,
      NetworkAclId: networkAclId,
    });
    return present(answer.NewAssociationId, "the association's id");
  },
  async read(operation) {
    const found = await listOf(operation);
    const { networkAclId } = operation.inputs;
    return found?.acl === networkAclId ? { networkAclId } : undefined;
  },
  // As in AWS, a subnet cannot be without a list; the VPC's default one takes over with the list.
  delete: () => Promise.resolve(),
});

async function listOf(operation: AssociationOperation) {
  const { subnetId } = operation.inputs;
  const { NetworkAcls } = await operation.call("ec2", "describeNetworkAcls", {
    filters: [{ Name: "association.subnet-id", Values: [subnetId] }],
  });
  const found = NetworkAcls?.flatMap(({ Associations }) => Associations ?? []).find(
    (item) => item.SubnetId === subnetId,
  );
  return found === undefined
    ? undefined
    : { id: found.NetworkAclAssociationId, acl: found.NetworkAclId };
}

/** Stateless packet filters of subnets. */
export const types: readonly AnyResourceType[] = [networkAcl, rule, association];
