import type * as aws from "@pulumi/aws";
import { present, type Operation } from "../operation";
import {
  defaulted,
  json,
  replace,
  resourceType,
  unread,
  update,
  type AnyResourceType,
} from "../resourceType";
import { retagWith } from "./tagging";

type KeyOperation = Operation<aws.kms.Key, aws.kms.KeyArgs>;

const key = resourceType<aws.kms.Key, aws.kms.KeyArgs>({
  token: "aws:kms/key:Key",
  inputs: {
    description: update,
    keyUsage: defaulted(replace, "ENCRYPT_DECRYPT"),
    customerMasterKeySpec: defaulted(replace, "SYMMETRIC_DEFAULT"),
    multiRegion: replace,
    policy: json(update),
    enableKeyRotation: update,
    rotationPeriodInDays: unread(update),
    deletionWindowInDays: unread(update),
    isEnabled: defaulted(update, true),
    bypassPolicyLockoutSafetyCheck: defaulted(unread(update), false),
  },
  async create(operation) {
    const { description, keyUsage, customerMasterKeySpec, multiRegion, policy } = operation.inputs;
    const { KeyMetadata } = await operation.call("kms", "createKey", {
      description,
      keyUsage,
      keySpec: customerMasterKeySpec,
      multiRegion,
      policy,
      tags: operation.tags,
    });
    const id = present(KeyMetadata?.KeyId, "the key's id");
    await writeRotation(operation.withId(id));
    return id;
  },
  async update(operation) {
    const { description, policy, isEnabled } = operation.inputs;
    const KeyId = operation.id;
    if (operation.changed("description")) {
      await operation.call("kms", "updateKeyDescription", {
        KeyId,
        Description: description ?? "",
      });
    }
    if (operation.changed("policy")) {
      await operation.call("kms", "putKeyPolicy", { KeyId, PolicyName: "default", Policy: policy });
    }
    if (operation.changed("isEnabled")) {
      await operation.call("kms", isEnabled === false ? "disableKey" : "enableKey", { KeyId });
    }
    await writeRotation(operation);
  },
  async read(operation) {
    const { KeyMetadata: found } = await operation.call("kms", "describeKey", {
      KeyId: operation.id,
    });
    if (found === undefined || found.KeyState === "PendingDeletion") return undefined;
    const policy = await operation.call("kms", "getKeyPolicy", {
      KeyId: operation.id,
      PolicyName: "default",
    });
    const rotation = await operation.call("kms", "getKeyRotationStatus", { KeyId: operation.id });
    return {
      arn: found.Arn,
      keyId: found.KeyId,
      description: found.Description,
      keyUsage: found.KeyUsage,
      multiRegion: found.MultiRegion,
      isEnabled: found.Enabled,
      policy: policy.Policy,
      enableKeyRotation: rotation.KeyRotationEnabled,
    };
  },
  retag: retagWith("kms", { resource: ({ id }) => ({ KeyId: id }) }),
  async delete(operation) {
    await operation.call("kms", "scheduleKeyDeletion", {
      KeyId: operation.id,
      PendingWindowInDays: operation.inputs.deletionWindowInDays ?? 30,
    });
  },
});

async function writeRotation(operation: KeyOperation): Promise<void> {
  if (!operation.changed("enableKeyRotation", "rotationPeriodInDays")) return;
  const { enableKeyRotation, rotationPeriodInDays } = operation.inputs;
  const KeyId = operation.id;
  if (enableKeyRotation === true) {
    await operation.call("kms", "enableKeyRotation", {
      KeyId,
      RotationPeriodInDays: rotationPeriodInDays,
    });
  } else {
    await operation.call("kms", "disableKeyRotation", { KeyId });
  }
}

const alias = resourceType<aws.kms.Alias, aws.kms.AliasArgs>({
  token: "aws:kms/alias:Alias",
  inputs: { name: replace, targetKeyId: update },
  check: ({ name }) =>
    name === undefined || name.startsWith("alias/")
      ? undefined
      : `an alias's name starts with "alias/", got "${name}"`,
  async create(operation) {
    const { name, targetKeyId } = operation.inputs;
    await operation.call("kms", "createAlias", { AliasName: name, TargetKeyId: targetKeyId });
    return present(name, "an alias name");
  },
  async update(operation) {
    await operation.call("kms", "updateAlias", {
      AliasName: operation.id,
      TargetKeyId: operation.inputs.targetKeyId,
    });
  },
  async read(operation) {
    const { Aliases } = await operation.call("kms", "listAliases", { Limit: 100 });
    const found = Aliases?.find(({ AliasName }) => AliasName === operation.id);
    if (found === undefined) return undefined;
    const { region, account } = operation;
    return {
      arn: found.AliasArn,
      name: found.AliasName,
      targetKeyArn: `arn:aws:kms:${region}:${account}:key/${found.TargetKeyId ?? ""}`,
    };
  },
  async delete(operation) {
    await operation.call("kms", "deleteAlias", { AliasName: operation.id });
  },
});

/** Encryption keys and their names. */
export const types: readonly AnyResourceType[] = [key, alias];
