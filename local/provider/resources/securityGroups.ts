import type * as aws from "@pulumi/aws";
import { present, type Operation } from "../operation";
import {
  defaulted,
  replace,
  resourceType,
  update,
  type AnyResourceType,
  type InputRule,
} from "../resourceType";
import type { Properties } from "../wire";
import { ec2Arn, ec2Tags, retagEc2, type AnyOperation } from "./tagging";

async function describeGroup(operation: AnyOperation) {
  const { SecurityGroups } = await operation.call("ec2", "describeSecurityGroups", {
    GroupIds: [operation.id],
  });
  const found = SecurityGroups?.[0];
  if (found === undefined) return undefined;
  return {
    arn: ec2Arn(operation, "security-group"),
    name: found.GroupName,
    description: found.Description,
    vpcId: found.VpcId,
    ownerId: found.OwnerId ?? operation.account,
  };
}

const securityGroup = resourceType<aws.ec2.SecurityGroup, aws.ec2.SecurityGroupArgs>({
  token: "aws:ec2/securityGroup:SecurityGroup",
  inputs: {
    vpcId: replace,
    name: replace,
    description: defaulted(replace, "Managed by Pulumi"),
    revokeRulesOnDelete: defaulted(update, false),
    ingress: replace,
    egress: replace,
  },
  name: { property: "name", maxLength: 255 },
  check: ({ ingress, egress }) =>
    (ingress?.length ?? 0) + (egress?.length ?? 0) > 0
      ? "inline rules are not modelled: use aws.vpc.SecurityGroupIngressRule and -EgressRule"
      : undefined,
  async create(operation) {
    const { name, description, vpcId } = operation.inputs;
    const answer = await operation.call("ec2", "createSecurityGroup", {
      groupName: name,
      description,
      vpcId,
      ...ec2Tags(operation, "security-group"),
    });
    const id = present(answer.GroupId, "the security group's id");
    // AWS adds a rule that lets everything out; the real provider takes it away.
    await operation.call("ec2", "revokeSecurityGroupEgress", {
      groupId: id,
      ipPermissions: [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
    });
    return id;
  },
  // Only revokeRulesOnDelete can change, which is a matter of deletion.
  update: () => Promise.resolve(),
  read: describeGroup,
  retag: retagEc2,
  async delete(operation) {
    await operation.call("ec2", "deleteSecurityGroup", { GroupId: operation.id });
  },
});

/** The group that every VPC is born with: it is adopted and emptied, and stays when it is deleted. */
const defaultGroup = resourceType<aws.ec2.DefaultSecurityGroup, aws.ec2.DefaultSecurityGroupArgs>({
  token: "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
  inputs: { vpcId: replace, ingress: replace, egress: replace },
  check: ({ ingress, egress }) =>
    (ingress?.length ?? 0) + (egress?.length ?? 0) > 0
      ? "rules of the default security group are not modelled: leave it without any"
      : undefined,
  async create(operation) {
    const { SecurityGroups } = await operation.call("ec2", "describeSecurityGroups", {
      filters: [
        { Name: "vpc-id", Values: [operation.inputs.vpcId] },
        { Name: "group-name", Values: ["default"] },
      ],
    });
    const found = SecurityGroups?.[0];
    const groupId = present(found?.GroupId, "the VPC's default security group");
    if ((found?.IpPermissions?.length ?? 0) > 0) {
      const ipPermissions = found?.IpPermissions;
      await operation.call("ec2", "revokeSecurityGroupIngress", { groupId, ipPermissions });
    }
    if ((found?.IpPermissionsEgress?.length ?? 0) > 0) {
      const ipPermissions = found?.IpPermissionsEgress;
      await operation.call("ec2", "revokeSecurityGroupEgress", { groupId, ipPermissions });
    }
    await retagEc2(operation.withId(groupId), { set: operation.tags, remove: [] });
    return groupId;
  },
  read: describeGroup,
  retag: retagEc2,
  delete: () => Promise.resolve(),
});

type RuleClass = aws.vpc.SecurityGroupIngressRule | aws.vpc.SecurityGroupEgressRule;
type RuleArgs = aws.vpc.SecurityGroupIngressRuleArgs & aws.vpc.SecurityGroupEgressRuleArgs;
type RuleOperation = Operation<RuleClass, RuleArgs>;

const ruleInputs: { readonly [K in keyof RuleArgs]?: InputRule } = {
  securityGroupId: replace,
  ipProtocol: update,
  fromPort: update,
  toPort: update,
  cidrIpv4: update,
  cidrIpv6: update,
  prefixListId: update,
  referencedSecurityGroupId: update,
  description: update,
};

/** A rule as EC2's permission; a protocol of -1 has no ports. */
function permission({ inputs }: RuleOperation): Properties {
  const { description: Description } = inputs;
  const { cidrIpv4, cidrIpv6, prefixListId, referencedSecurityGroupId } = inputs;
  return {
    IpProtocol: inputs.ipProtocol,
    FromPort: inputs.fromPort,
    ToPort: inputs.toPort,
    IpRanges: cidrIpv4 === undefined ? undefined : [{ CidrIp: cidrIpv4, Description }],
    Ipv6Ranges: cidrIpv6 === undefined ? undefined : [{ CidrIpv6: cidrIpv6, Description }],
    PrefixListIds:
      prefixListId === undefined ? undefined : [{ PrefixListId: prefixListId, Description }],
    UserIdGroupPairs:
      referencedSecurityGroupId === undefined
        ? undefined
        : [{ GroupId: referencedSecurityGroupId, Description }],
  };
}

async function describeRule(operation: RuleOperation) {
  const answer = await operation.call("ec2", "describeSecurityGroupRules", {
    SecurityGroupRuleIds: [operation.id],
  });
  const found = answer.SecurityGroupRules?.[0];
  if (found === undefined) return undefined;
  return {
    arn: ec2Arn(operation, "security-group-rule"),
    securityGroupRuleId: operation.id,
    securityGroupId: found.GroupId,
    ipProtocol: found.IpProtocol,
    cidrIpv4: found.CidrIpv4,
    description: found.Description,
  };
}

async function replaceRule(operation: RuleOperation): Promise<void> {
  const { inputs } = operation;
  await operation.call("ec2", "modifySecurityGroupRules", {
    groupId: inputs.securityGroupId,
    securityGroupRules: [
      {
        SecurityGroupRuleId: operation.id,
        SecurityGroupRule: {
          IpProtocol: inputs.ipProtocol,
          FromPort: inputs.fromPort ?? -1,
          ToPort: inputs.toPort ?? -1,
          CidrIpv4: inputs.cidrIpv4,
          CidrIpv6: inputs.cidrIpv6,
          PrefixListId: inputs.prefixListId,
          ReferencedGroupId: inputs.referencedSecurityGroupId,
          Description: inputs.description,
        },
      },
    ],
  });
}

/** Rules for the way in and for the way out differ in the names of their calls alone. */
function ruleType(direction: "Ingress" | "Egress"): AnyResourceType {
  return resourceType<RuleClass, RuleArgs>({
    token: `aws:vpc/securityGroup${direction}Rule:SecurityGroup${direction}Rule`,
    inputs: ruleInputs,
    async create(operation) {
      const answer = await operation.call("ec2", `authorizeSecurityGroup${direction}`, {
        groupId: operation.inputs.securityGroupId,
        ipPermissions: [permission(operation)],
        ...ec2Tags(operation, "security-group-rule"),
      });
      return present(answer.SecurityGroupRules?.[0]?.SecurityGroupRuleId, "the rule's id");
    },
    read: describeRule,
    update: replaceRule,
    retag: retagEc2,
    async delete(operation) {
      await operation.call("ec2", `revokeSecurityGroup${direction}`, {
        groupId: operation.state.securityGroupId,
        securityGroupRuleIds: [operation.id],
      });
    },
  });
}

/** Who may talk to whom. */
export const types: readonly AnyResourceType[] = [
  securityGroup,
  defaultGroup,
  ruleType("Ingress"),
  ruleType("Egress"),
];
