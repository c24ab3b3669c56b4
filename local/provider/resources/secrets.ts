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
import { retagWith } from "./tagging";

type SecretOperation = Operation<aws.secretsmanager.Secret, aws.secretsmanager.SecretArgs>;

const secret = resourceType<aws.secretsmanager.Secret, aws.secretsmanager.SecretArgs>({
  token: "aws:secretsmanager/secret:Secret",
  inputs: {
    name: replace,
    description: update,
    kmsKeyId: update,
    policy: json(update),
    recoveryWindowInDays: defaulted(unread(update), 30),
    forceOverwriteReplicaSecret: defaulted(unread(update), false),
    replicas: unread(update),
  },
  name: { property: "name", maxLength: 512 },
  async create(operation) {
    const { name, description, kmsKeyId, replicas, policy } = operation.inputs;
    const answer = await operation.call("secretsManager", "createSecret", {
      name,
      description,
      kmsKeyId,
      clientRequestToken: operation.idempotencyToken,
      tags: operation.tags,
      AddReplicaRegions: replicas?.map(({ region, kmsKeyId: key }) => ({
        Region: region,
        KmsKeyId: key,
      })),
      ForceOverwriteReplicaSecret: operation.inputs.forceOverwriteReplicaSecret,
    });
    const arn = present(answer.ARN, "the secret's ARN");
    if (policy !== undefined) {
      const ResourcePolicy = policy;
      await operation.call("secretsManager", "putResourcePolicy", {
        SecretId: arn,
        ResourcePolicy,
      });
    }
    return arn;
  },
  async update(operation) {
    const { description, kmsKeyId, policy } = operation.inputs;
    const SecretId = operation.id;
    if (operation.changed("description", "kmsKeyId")) {
      const Description = description ?? "";
      await operation.call("secretsManager", "updateSecret", { SecretId, Description, kmsKeyId });
    }
    if (operation.changed("policy")) {
      if (policy === undefined) {
        await operation.call("secretsManager", "deleteResourcePolicy", { SecretId });
      } else {
        const ResourcePolicy = policy;
        await operation.call("secretsManager", "putResourcePolicy", { SecretId, ResourcePolicy });
      }
    }
    if (operation.changed("replicas")) await writeReplicas(operation);
  },
  async read(operation) {
    const found = await operation.call("secretsManager", "describeSecret", {
      SecretId: operation.id,
    });
    if (found.DeletedDate !== undefined) return undefined;
    return {
      arn: found.ARN,
      name: found.Name,
      description: found.Description,
      kmsKeyId: found.KmsKeyId,
    };
  },
  retag: retagWith("secretsManager", { resource: ({ id }) => ({ SecretId: id }) }),
  async delete(operation) {
    const SecretId = operation.id;
    const replicas = operation.inputs.replicas ?? [];
    if (replicas.length > 0) {
      const RemoveReplicaRegions = replicas.map(({ region }) => region);
      await operation.call("secretsManager", "removeRegionsFromReplication", {
        SecretId,
        RemoveReplicaRegions,
      });
    }
    const days = operation.inputs.recoveryWindowInDays ?? 30;
    await operation.call("secretsManager", "deleteSecret", {
      SecretId,
      ...(days === 0 ? { ForceDeleteWithoutRecovery: true } : { RecoveryWindowInDays: days }),
    });
  },
});

async function writeReplicas(operation: SecretOperation): Promise<void> {
  const SecretId = operation.id;
  const wanted = operation.inputs.replicas ?? [];
  const before = operation.oldInputs.replicas ?? [];
  const gone = before.filter(({ region }) => !wanted.some((item) => item.region === region));
  const added = wanted.filter(({ region }) => !before.some((item) => item.region === region));
  if (gone.length > 0) {
    const RemoveReplicaRegions = gone.map(({ region }) => region);
    await operation.call("secretsManager", "removeRegionsFromReplication", {
      SecretId,
      RemoveReplicaRegions,
    });
  }
  if (added.length > 0) {
    const AddReplicaRegions = added.map(({ region, kmsKeyId }) => ({ region, kmsKeyId }));
    await operation.call("secretsManager", "replicateSecretToRegions", {
      SecretId,
      AddReplicaRegions,
    });
  }
}

const secretVersion = resourceType<
  aws.secretsmanager.SecretVersion,
  aws.secretsmanager.SecretVersionArgs
>({
  token: "aws:secretsmanager/secretVersion:SecretVersion",
  inputs: {
    secretId: replace,
    secretString: unread(replace),
    secretBinary: unread(replace),
    versionStages: update,
  },
  async create(operation) {
    const answer = await operation.call("secretsManager", "putSecretValue", {
      ...operation.arguments(),
      clientRequestToken: operation.idempotencyToken,
    });
    return `${operation.inputs.secretId}|${answer.VersionId ?? ""}`;
  },
  async update() {
    await Promise.reject(new Error("changing versionStages is not modelled"));
  },
  async read(operation) {
    const [SecretId = "", VersionId] = operation.id.split("|");
    const found = await operation.call("secretsManager", "describeSecret", { SecretId });
    const stages = found.VersionIdsToStages?.[VersionId ?? ""];
    if (found.DeletedDate !== undefined) return undefined;
    return {
      arn: found.ARN,
      secretId: SecretId,
      versionId: VersionId,
      versionStages: stages ?? ["AWSCURRENT"],
      hasSecretStringWo: false,
    };
  },
  // A version cannot be deleted; it goes with its secret.
  delete: () => Promise.resolve(),
});

type PolicyOperation = Operation<
  aws.secretsmanager.SecretPolicy,
  aws.secretsmanager.SecretPolicyArgs
>;

const secretPolicy = resourceType<
  aws.secretsmanager.SecretPolicy,
  aws.secretsmanager.SecretPolicyArgs
>({
  token: "aws:secretsmanager/secretPolicy:SecretPolicy",
  inputs: { secretArn: replace, policy: json(update), blockPublicPolicy: unread(update) },
  ...putInPlace(putPolicy, ({ inputs }) => inputs.secretArn),
  async read(operation) {
    const found = await operation.call("secretsManager", "getResourcePolicy", {
      SecretId: operation.id,
    });
    const policy = found.ResourcePolicy;
    return policy === undefined ? undefined : { secretArn: operation.id, policy };
  },
  async delete(operation) {
    await operation.call("secretsManager", "deleteResourcePolicy", { SecretId: operation.id });
  },
});

async function putPolicy(operation: PolicyOperation): Promise<void> {
  const { secretArn, policy, blockPublicPolicy } = operation.inputs;
  await operation.call("secretsManager", "putResourcePolicy", {
    SecretId: secretArn,
    ResourcePolicy: policy,
    BlockPublicPolicy: blockPublicPolicy,
  });
}

/** Secrets, their values, and who may read them. */
export const types: readonly AnyResourceType[] = [secret, secretVersion, secretPolicy];
