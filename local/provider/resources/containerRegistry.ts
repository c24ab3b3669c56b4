import type * as aws from "@pulumi/aws";
import { type Operation } from "../operation";
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

const repository = resourceType<aws.ecr.Repository, aws.ecr.RepositoryArgs>({
  token: "aws:ecr/repository:Repository",
  inputs: {
    name: replace,
    imageTagMutability: defaulted(update, "MUTABLE"),
    encryptionConfigurations: unread(replace),
    imageScanningConfiguration: unread(update),
    forceDelete: unread(update),
  },
  name: { property: "name", maxLength: 256 },
  async create(operation) {
    const { name, imageTagMutability, encryptionConfigurations, imageScanningConfiguration } =
      operation.inputs;
    await operation.call("ecr", "createRepository", {
      repositoryName: name,
      imageTagMutability,
      encryptionConfiguration: encryptionConfigurations?.map(({ encryptionType, kmsKey }) => ({
        encryptionType: encryptionType ?? "AES256",
        kmsKey,
      })),
      imageScanningConfiguration,
      tags: operation.tags,
    });
    return name ?? "";
  },
  async update(operation) {
    const { imageTagMutability, imageScanningConfiguration } = operation.inputs;
    const repositoryName = operation.id;
    if (operation.changed("imageTagMutability")) {
      await operation.call("ecr", "putImageTagMutability", { repositoryName, imageTagMutability });
    }
    if (operation.changed("imageScanningConfiguration")) {
      await operation.call("ecr", "putImageScanningConfiguration", {
        repositoryName,
        imageScanningConfiguration: imageScanningConfiguration ?? { scanOnPush: false },
      });
    }
  },
  async read(operation) {
    const answer = await operation.call("ecr", "describeRepositories", {
      repositoryNames: [operation.id],
    });
    const found = answer.repositories?.[0];
    if (found === undefined) return undefined;
    return {
      arn: found.repositoryArn,
      name: found.repositoryName,
      registryId: found.registryId,
      repositoryUrl: found.repositoryUri,
    };
  },
  retag: retagWith("ecr"),
  async delete(operation) {
    await operation.call("ecr", "deleteRepository", {
      repositoryName: operation.id,
      force: operation.inputs.forceDelete,
    });
  },
});

type ReplicationOperation = Operation<
  aws.ecr.ReplicationConfiguration,
  aws.ecr.ReplicationConfigurationArgs
>;

const replication = resourceType<
  aws.ecr.ReplicationConfiguration,
  aws.ecr.ReplicationConfigurationArgs
>({
  token: "aws:ecr/replicationConfiguration:ReplicationConfiguration",
  inputs: { replicationConfiguration: unread(update) },
  ...putInPlace(putReplication, ({ account }) => account),
  async read(operation) {
    const found = await operation.call("ecr", "describeRegistry", {});
    return { registryId: found.registryId };
  },
  // The registry always has a configuration; without rules nothing is copied.
  async delete(operation) {
    await operation.call("ecr", "putReplicationConfiguration", {
      replicationConfiguration: { rules: [] },
    });
  },
});

async function putReplication(operation: ReplicationOperation): Promise<void> {
  await operation.call("ecr", "putReplicationConfiguration", {
    replicationConfiguration: operation.inputs.replicationConfiguration,
  });
}

const lifecyclePolicy = resourceType<aws.ecr.LifecyclePolicy, aws.ecr.LifecyclePolicyArgs>({
  token: "aws:ecr/lifecyclePolicy:LifecyclePolicy",
  inputs: { repository: replace, policy: json(update) },
  ...putInPlace(putLifecycle, ({ inputs }) => inputs.repository),
  async read(operation) {
    const found = await operation.call("ecr", "getLifecyclePolicy", {
      repositoryName: operation.id,
    });
    return {
      registryId: found.registryId,
      repository: found.repositoryName,
      policy: found.lifecyclePolicyText,
    };
  },
  async delete(operation) {
    await operation.call("ecr", "deleteLifecyclePolicy", { repositoryName: operation.id });
  },
});

async function putLifecycle(
  operation: Operation<aws.ecr.LifecyclePolicy, aws.ecr.LifecyclePolicyArgs>,
): Promise<void> {
  await operation.call("ecr", "putLifecyclePolicy", {
    repositoryName: operation.inputs.repository,
    lifecyclePolicyText: operation.inputs.policy,
  });
}

/** Container images. */
export const types: readonly AnyResourceType[] = [repository, replication, lifecyclePolicy];
