import type * as aws from "@pulumi/aws";
import { present } from "../operation";
import {
  defaulted,
  json,
  replace,
  resourceType,
  update,
  type AnyResourceType,
} from "../resourceType";
import { retagWith } from "./tagging";

const policy = resourceType<aws.iam.Policy, aws.iam.PolicyArgs>({
  token: "aws:iam/policy:Policy",
  inputs: {
    name: replace,
    path: defaulted(replace, "/"),
    description: replace,
    policy: json(update),
  },
  name: { property: "name", maxLength: 128 },
  async create(operation) {
    const { name, policy: PolicyDocument } = operation.inputs;
    const { Policy } = await operation.call("iam", "createPolicy", {
      ...operation.arguments({ name: undefined, policy: undefined }),
      PolicyName: name,
      PolicyDocument,
      Tags: operation.tags,
    });
    return present(Policy?.Arn, "the policy's ARN");
  },
  async update(operation) {
    const PolicyArn = operation.id;
    const { Versions } = await operation.call("iam", "listPolicyVersions", { PolicyArn });
    const old = (Versions ?? []).filter(({ IsDefaultVersion }) => IsDefaultVersion !== true);
    // AWS keeps five versions and refuses a sixth: the oldest makes room.
    if (old.length >= 4) {
      const oldest = old.sort((a, b) => Number(a.CreateDate) - Number(b.CreateDate))[0];
      const VersionId = oldest?.VersionId;
      await operation.call("iam", "deletePolicyVersion", { PolicyArn, VersionId });
    }
    await operation.call("iam", "createPolicyVersion", {
      PolicyArn,
      PolicyDocument: operation.inputs.policy,
      SetAsDefault: true,
    });
  },
  async read(operation) {
    const PolicyArn = operation.id;
    const { Policy: found } = await operation.call("iam", "getPolicy", { PolicyArn });
    if (found === undefined) return undefined;
    const VersionId = found.DefaultVersionId;
    const { PolicyVersion } = await operation.call("iam", "getPolicyVersion", {
      PolicyArn,
      VersionId,
    });
    return {
      arn: found.Arn,
      attachmentCount: found.AttachmentCount,
      description: found.Description,
      name: found.PolicyName,
      path: found.Path,
      policy: decodeURIComponent(PolicyVersion?.Document ?? ""),
      policyId: found.PolicyId,
    };
  },
  retag: retagWith("iam", {
    tag: "tagPolicy",
    untag: "untagPolicy",
    resource: ({ id }) => ({ PolicyArn: id }),
  }),
  async delete(operation) {
    const PolicyArn = operation.id;
    const { Versions } = await operation.call("iam", "listPolicyVersions", { PolicyArn });
    for (const { VersionId, IsDefaultVersion } of Versions ?? []) {
      if (IsDefaultVersion === true) continue;
      await operation.call("iam", "deletePolicyVersion", { PolicyArn, VersionId });
    }
    await operation.call("iam", "deletePolicy", { PolicyArn });
  },
});

/** Policies of their own, which several roles can share. */
export const types: readonly AnyResourceType[] = [policy];
