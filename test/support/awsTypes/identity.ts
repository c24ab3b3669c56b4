import { longerThan, type Properties, type TypeTable } from "../typeRow";

/** IAM roles, their policies and KMS keys. */
export const identityTypes: TypeTable = {
  "aws:iam/role:Role": {
    global: true,
    inputs:
      "name description assumeRolePolicy path tags maxSessionDuration permissionsBoundary forceDetachPolicies managedPolicyArns",
    id: ({ name }, context) => String(name ?? context.name),
    outputs: ({ name }, context) => ({
      name: String(name ?? context.name),
      uniqueId: `AROA${context.name.toUpperCase()}`,
      arn: context.arn("iam", `role/${String(name ?? context.name)}`, ""),
    }),
    refuse: ({ name }) => longerThan("role", 64, name),
  },
  "aws:iam/rolePolicy:RolePolicy": {
    global: true,
    inputs: "name role policy",
    refuse: refusePolicy,
  },
  "aws:iam/policy:Policy": {
    global: true,
    inputs: "name description path policy tags",
    outputs: ({ name }, context) => ({
      arn: context.arn("iam", `policy/${String(name ?? context.name)}`, ""),
    }),
    refuse: refusePolicy,
  },
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": { global: true, inputs: "role policyArn" },
  "aws:iam/instanceProfile:InstanceProfile": {
    global: true,
    inputs: "name path role tags",
    outputs: ({ name }, context) => ({
      name: String(name ?? context.name),
      arn: context.arn("iam", `instance-profile/${String(name ?? context.name)}`, ""),
    }),
  },
  "aws:kms/key:Key": {
    inputs:
      "description policy enableKeyRotation rotationPeriodInDays deletionWindowInDays multiRegion tags",
    outputs: (_, { name, arn }) => ({ arn: arn("kms", `key/${name}-id`), keyId: `${name}-id` }),
  },
  "aws:kms/alias:Alias": {
    inputs: "name targetKeyId",
    outputs: ({ name }, { arn }) => ({ arn: arn("kms", String(name)) }),
    refuse: ({ name }) =>
      String(name).startsWith("alias/") ? undefined : "an alias begins with alias/",
  },
};

/** IAM's limit on one inline policy of a role is 10,240 characters, on a managed one 6,144. */
function refusePolicy({ policy }: Properties, { type }: { type: string }): string | undefined {
  const text = typeof policy === "string" ? policy : JSON.stringify(policy);
  return longerThan("policy", type.includes("rolePolicy") ? 10_240 : 6_144, text)?.slice(0, 400);
}
