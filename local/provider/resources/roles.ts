import type * as aws from "@pulumi/aws";
import { present, type Operation } from "../operation";
import {
  defaulted,
  json,
  putInPlace,
  replace,
  resourceType,
  unread,
  update,
  type AnyResourceType,
} from "../resourceType";
import { retagWith, unlessMissing } from "./tagging";

type RoleOperation = Operation<aws.iam.Role, aws.iam.RoleArgs>;

const role = resourceType<aws.iam.Role, aws.iam.RoleArgs>({
  token: "aws:iam/role:Role",
  inputs: {
    name: replace,
    path: defaulted(replace, "/"),
    description: update,
    assumeRolePolicy: json(update),
    maxSessionDuration: defaulted(update, 3600),
    permissionsBoundary: update,
    forceDetachPolicies: defaulted(unread(update), false),
    managedPolicyArns: unread(update),
    inlinePolicies: unread(update),
  },
  name: { property: "name", maxLength: 64 },
  async create(operation) {
    const { name, assumeRolePolicy } = operation.inputs;
    await operation.call("iam", "createRole", {
      ...operation.arguments({
        name: undefined,
        assumeRolePolicy: undefined,
        forceDetachPolicies: undefined,
        managedPolicyArns: undefined,
        inlinePolicies: undefined,
      }),
      RoleName: name,
      AssumeRolePolicyDocument: assumeRolePolicy,
      Tags: operation.tags,
    });
    await writePolicies(operation.withId(name ?? ""));
    return name ?? "";
  },
  async update(operation) {
    const { description, maxSessionDuration, assumeRolePolicy } = operation.inputs;
    const RoleName = operation.id;
    if (operation.changed("description", "maxSessionDuration")) {
      await operation.call("iam", "updateRole", {
        RoleName,
        Description: description ?? "",
        MaxSessionDuration: maxSessionDuration,
      });
    }
    if (operation.changed("assumeRolePolicy")) {
      const PolicyDocument = assumeRolePolicy;
      await operation.call("iam", "updateAssumeRolePolicy", { RoleName, PolicyDocument });
    }
    if (operation.changed("permissionsBoundary")) await writeBoundary(operation);
    await writePolicies(operation);
  },
  async read(operation) {
    const { Role: found } = await operation.call("iam", "getRole", { RoleName: operation.id });
    if (found === undefined) return undefined;
    return {
      arn: found.Arn,
      assumeRolePolicy: decodeURIComponent(found.AssumeRolePolicyDocument ?? ""),
      createDate: found.CreateDate?.toISOString(),
      description: found.Description,
      maxSessionDuration: found.MaxSessionDuration,
      name: found.RoleName,
      path: found.Path,
      uniqueId: found.RoleId,
    };
  },
  retag: retagWith("iam", {
    tag: "tagRole",
    untag: "untagRole",
    resource: ({ id }) => ({ RoleName: id }),
  }),
  async delete(operation) {
    const RoleName = operation.id;
    // Policies that the role itself was given must go before it.
    for (const PolicyArn of operation.inputs.managedPolicyArns ?? []) {
      await unlessMissing(operation.call("iam", "detachRolePolicy", { RoleName, PolicyArn }));
    }
    for (const { name: PolicyName } of operation.inputs.inlinePolicies ?? []) {
      await unlessMissing(operation.call("iam", "deleteRolePolicy", { RoleName, PolicyName }));
    }
    await operation.call("iam", "deleteRole", { RoleName });
  },
});

async function writeBoundary(operation: RoleOperation): Promise<void> {
  const PermissionsBoundary = operation.inputs.permissionsBoundary;
  const RoleName = operation.id;
  if (PermissionsBoundary === undefined) {
    await operation.call("iam", "deleteRolePermissionsBoundary", { RoleName });
  } else {
    await operation.call("iam", "putRolePermissionsBoundary", { RoleName, PermissionsBoundary });
  }
}

async function writePolicies(operation: RoleOperation): Promise<void> {
  const RoleName = operation.id;
  if (operation.changed("managedPolicyArns")) {
    const wanted = operation.inputs.managedPolicyArns ?? [];
    const gone = (operation.oldInputs.managedPolicyArns ?? []).filter(
      (arn) => !wanted.includes(arn),
    );
    for (const PolicyArn of gone) {
      await operation.call("iam", "detachRolePolicy", { RoleName, PolicyArn });
    }
    for (const PolicyArn of wanted) {
      await operation.call("iam", "attachRolePolicy", { RoleName, PolicyArn });
    }
  }
  if (operation.changed("inlinePolicies")) {
    for (const { name: PolicyName, policy: PolicyDocument } of operation.inputs.inlinePolicies ??
      []) {
      await operation.call("iam", "putRolePolicy", { RoleName, PolicyName, PolicyDocument });
    }
  }
}

type RolePolicyOperation = Operation<aws.iam.RolePolicy, aws.iam.RolePolicyArgs>;

const rolePolicy = resourceType<aws.iam.RolePolicy, aws.iam.RolePolicyArgs>({
  token: "aws:iam/rolePolicy:RolePolicy",
  inputs: { name: replace, role: replace, policy: json(update) },
  name: { property: "name", maxLength: 128 },
  ...putInPlace(putRolePolicy, ({ inputs }) => `${inputs.role as string}:${inputs.name ?? ""}`),
  async read(operation) {
    const { RoleName, PolicyName } = rolePolicyKey(operation);
    const found = await operation.call("iam", "getRolePolicy", { RoleName, PolicyName });
    return {
      role: found.RoleName,
      name: found.PolicyName,
      policy: decodeURIComponent(found.PolicyDocument ?? ""),
    };
  },
  async delete(operation) {
    await operation.call("iam", "deleteRolePolicy", rolePolicyKey(operation));
  },
});

async function putRolePolicy(operation: RolePolicyOperation): Promise<void> {
  await operation.call("iam", "putRolePolicy", {
    RoleName: operation.inputs.role,
    PolicyName: operation.inputs.name,
    PolicyDocument: operation.inputs.policy,
  });
}

function rolePolicyKey({ id }: RolePolicyOperation) {
  const [RoleName, PolicyName] = id.split(":");
  return { RoleName, PolicyName };
}

const attachment = resourceType<aws.iam.RolePolicyAttachment, aws.iam.RolePolicyAttachmentArgs>({
  token: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  inputs: { role: replace, policyArn: replace },
  async create(operation) {
    const { role, policyArn: PolicyArn } = operation.inputs;
    const RoleName = role as string;
    await operation.call("iam", "attachRolePolicy", { RoleName, PolicyArn });
    return `${RoleName}/${PolicyArn}`;
  },
  async read(operation) {
    const { role, policyArn } = operation.inputs;
    const RoleName = role as string;
    const answer = await operation.call("iam", "listAttachedRolePolicies", { RoleName });
    const found = answer.AttachedPolicies?.some(({ PolicyArn }) => PolicyArn === policyArn);
    return found === true ? { policyArn, role: RoleName } : undefined;
  },
  async delete(operation) {
    await operation.call("iam", "detachRolePolicy", {
      RoleName: operation.state.role,
      PolicyArn: operation.state.policyArn,
    });
  },
});

const instanceProfile = resourceType<aws.iam.InstanceProfile, aws.iam.InstanceProfileArgs>({
  token: "aws:iam/instanceProfile:InstanceProfile",
  inputs: { name: replace, path: defaulted(replace, "/"), role: update },
  name: { property: "name", maxLength: 128 },
  async create(operation) {
    const { name, path, role: RoleName } = operation.inputs;
    await operation.call("iam", "createInstanceProfile", {
      InstanceProfileName: name,
      Path: path,
      Tags: operation.tags,
    });
    if (RoleName !== undefined) {
      await operation.call("iam", "addRoleToInstanceProfile", {
        InstanceProfileName: name,
        RoleName,
      });
    }
    return present(name, "a name");
  },
  async update(operation) {
    const InstanceProfileName = operation.id;
    const { role: before } = operation.oldInputs;
    const { role: after } = operation.inputs;
    if (before !== undefined) {
      const RoleName = before;
      await operation.call("iam", "removeRoleFromInstanceProfile", {
        InstanceProfileName,
        RoleName,
      });
    }
    if (after !== undefined) {
      const RoleName = after;
      await operation.call("iam", "addRoleToInstanceProfile", { InstanceProfileName, RoleName });
    }
  },
  async read(operation) {
    const { InstanceProfile: found } = await operation.call("iam", "getInstanceProfile", {
      InstanceProfileName: operation.id,
    });
    if (found === undefined) return undefined;
    return {
      arn: found.Arn,
      createDate: found.CreateDate?.toISOString(),
      name: found.InstanceProfileName,
      path: found.Path,
      role: found.Roles?.[0]?.RoleName,
      uniqueId: found.InstanceProfileId,
    };
  },
  retag: retagWith("iam", {
    tag: "tagInstanceProfile",
    untag: "untagInstanceProfile",
    resource: ({ id }) => ({ InstanceProfileName: id }),
  }),
  async delete(operation) {
    const InstanceProfileName = operation.id;
    const { role: RoleName } = operation.state;
    if (RoleName !== undefined && RoleName !== "") {
      await unlessMissing(
        operation.call("iam", "removeRoleFromInstanceProfile", { InstanceProfileName, RoleName }),
      );
    }
    await operation.call("iam", "deleteInstanceProfile", { InstanceProfileName });
  },
});

/** Who may act. */
export const types: readonly AnyResourceType[] = [role, rolePolicy, attachment, instanceProfile];
