import type * as aws from "@pulumi/aws";
import { type Operation } from "../operation";
import {
  defaulted,
  putInPlace,
  replace,
  resourceType,
  unread,
  update,
  type AnyResourceType,
} from "../resourceType";
import type { Properties } from "../wire";

const versioning = resourceType<aws.s3.BucketVersioning, aws.s3.BucketVersioningArgs>({
  token: "aws:s3/bucketVersioning:BucketVersioning",
  inputs: { bucket: replace, versioningConfiguration: unread(update) },
  ...putInPlace(putVersioning, ({ inputs }) => inputs.bucket),
  async read(operation) {
    const found = await operation.call("s3", "getBucketVersioning", { Bucket: operation.id });
    return found.Status === undefined ? undefined : { bucket: operation.id };
  },
  async delete(operation) {
    await operation.call("s3", "putBucketVersioning", {
      Bucket: operation.id,
      VersioningConfiguration: { Status: "Suspended" },
    });
  },
});

async function putVersioning(
  operation: Operation<aws.s3.BucketVersioning, aws.s3.BucketVersioningArgs>,
): Promise<void> {
  await operation.call("s3", "putBucketVersioning", operation.arguments());
}

type EncryptionOperation = Operation<
  aws.s3.BucketServerSideEncryptionConfiguration,
  aws.s3.BucketServerSideEncryptionConfigurationArgs
>;

const encryption = resourceType<
  aws.s3.BucketServerSideEncryptionConfiguration,
  aws.s3.BucketServerSideEncryptionConfigurationArgs
>({
  token: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  inputs: { bucket: replace, rules: unread(update) },
  ...putInPlace(putEncryption, ({ inputs }) => inputs.bucket),
  async read(operation) {
    const found = await operation.call("s3", "getBucketEncryption", { Bucket: operation.id });
    const rules = found.ServerSideEncryptionConfiguration?.Rules;
    return rules === undefined ? undefined : { bucket: operation.id };
  },
  async delete(operation) {
    await operation.call("s3", "deleteBucketEncryption", { Bucket: operation.id });
  },
});

async function putEncryption(operation: EncryptionOperation): Promise<void> {
  const Rules = operation.inputs.rules.map((rule) => ({
    ApplyServerSideEncryptionByDefault:
      rule.applyServerSideEncryptionByDefault === undefined
        ? undefined
        : {
            SSEAlgorithm: rule.applyServerSideEncryptionByDefault.sseAlgorithm,
            KMSMasterKeyID: rule.applyServerSideEncryptionByDefault.kmsMasterKeyId,
          },
    BucketKeyEnabled: rule.bucketKeyEnabled,
  }));
  await operation.call("s3", "putBucketEncryption", {
    Bucket: operation.inputs.bucket,
    ServerSideEncryptionConfiguration: { Rules },
  });
}

type AccessOperation = Operation<
  aws.s3.BucketPublicAccessBlock,
  aws.s3.BucketPublicAccessBlockArgs
>;

const publicAccessBlock = resourceType<
  aws.s3.BucketPublicAccessBlock,
  aws.s3.BucketPublicAccessBlockArgs
>({
  token: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
  inputs: {
    bucket: replace,
    blockPublicAcls: defaulted(update, false),
    blockPublicPolicy: defaulted(update, false),
    ignorePublicAcls: defaulted(update, false),
    restrictPublicBuckets: defaulted(update, false),
    skipDestroy: unread(update),
  },
  ...putInPlace(putAccessBlock, ({ inputs }) => inputs.bucket),
  async read(operation) {
    const answer = await operation.call("s3", "getPublicAccessBlock", { Bucket: operation.id });
    const found = answer.PublicAccessBlockConfiguration;
    if (found === undefined) return undefined;
    return {
      bucket: operation.id,
      blockPublicAcls: found.BlockPublicAcls,
      blockPublicPolicy: found.BlockPublicPolicy,
      ignorePublicAcls: found.IgnorePublicAcls,
      restrictPublicBuckets: found.RestrictPublicBuckets,
    };
  },
  async delete(operation) {
    if (operation.inputs.skipDestroy === true) return;
    await operation.call("s3", "deletePublicAccessBlock", { Bucket: operation.id });
  },
});

async function putAccessBlock(operation: AccessOperation): Promise<void> {
  const configuration = operation.arguments({ bucket: undefined, skipDestroy: undefined });
  await operation.call("s3", "putPublicAccessBlock", {
    Bucket: operation.inputs.bucket,
    PublicAccessBlockConfiguration: configuration,
  });
}

type OwnershipOperation = Operation<
  aws.s3.BucketOwnershipControls,
  aws.s3.BucketOwnershipControlsArgs
>;

const ownership = resourceType<aws.s3.BucketOwnershipControls, aws.s3.BucketOwnershipControlsArgs>({
  token: "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
  inputs: { bucket: replace, rule: update },
  ...putInPlace(putOwnership, ({ inputs }) => inputs.bucket),
  async read(operation) {
    const answer = await operation.call("s3", "getBucketOwnershipControls", {
      Bucket: operation.id,
    });
    const found = answer.OwnershipControls?.Rules?.[0]?.ObjectOwnership;
    if (found === undefined) return undefined;
    return { bucket: operation.id, rule: { objectOwnership: found } };
  },
  async delete(operation) {
    await operation.call("s3", "deleteBucketOwnershipControls", { Bucket: operation.id });
  },
});

async function putOwnership(operation: OwnershipOperation): Promise<void> {
  await operation.call("s3", "putBucketOwnershipControls", {
    Bucket: operation.inputs.bucket,
    OwnershipControls: { Rules: [operation.inputs.rule] },
  });
}

type LifecycleOperation = Operation<
  aws.s3.BucketLifecycleConfiguration,
  aws.s3.BucketLifecycleConfigurationArgs
>;

const lifecycle = resourceType<
  aws.s3.BucketLifecycleConfiguration,
  aws.s3.BucketLifecycleConfigurationArgs
>({
  token: "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
  inputs: {
    bucket: replace,
    rules: unread(update),
    transitionDefaultMinimumObjectSize: unread(update),
  },
  ...putInPlace(putLifecycle, ({ inputs }) => inputs.bucket),
  async read(operation) {
    await operation.call("s3", "getBucketLifecycleConfiguration", { Bucket: operation.id });
    return {
      bucket: operation.id,
      transitionDefaultMinimumObjectSize:
        operation.inputs.transitionDefaultMinimumObjectSize ?? "all_storage_classes_128K",
    };
  },
  async delete(operation) {
    await operation.call("s3", "deleteBucketLifecycle", { Bucket: operation.id });
  },
});

async function putLifecycle(operation: LifecycleOperation): Promise<void> {
  const Rules = (operation.inputs.rules ?? []).map(({ id, filter, ...rule }) => ({
    ...rule,
    ID: id,
    // A rule without filter is for the whole bucket, which AWS wants said.
    Filter: filter ?? { Prefix: "" },
  }));
  await operation.call("s3", "putBucketLifecycleConfiguration", {
    Bucket: operation.inputs.bucket,
    LifecycleConfiguration: { Rules },
  });
}

type ReplicationOperation = Operation<
  aws.s3.BucketReplicationConfig,
  aws.s3.BucketReplicationConfigArgs
>;

const replication = resourceType<
  aws.s3.BucketReplicationConfig,
  aws.s3.BucketReplicationConfigArgs
>({
  token: "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
  inputs: { bucket: replace, role: update, rules: unread(update), token: unread(update) },
  ...putInPlace(putReplication, ({ inputs }) => inputs.bucket),
  async read(operation) {
    const found = await operation.call("s3", "getBucketReplication", { Bucket: operation.id });
    const role = found.ReplicationConfiguration?.Role;
    return role === undefined ? undefined : { bucket: operation.id, role };
  },
  async delete(operation) {
    await operation.call("s3", "deleteBucketReplication", { Bucket: operation.id });
  },
});

async function putReplication(operation: ReplicationOperation): Promise<void> {
  const { bucket: Bucket, role: Role, rules } = operation.inputs;
  const Rules = rules.map((rule) => {
    const { id, destination, ...rest } = rule as Properties & { destination: Properties };
    const { encryptionConfiguration, ...target } = destination;
    const { replicaKmsKeyId } = (encryptionConfiguration ?? {}) as Properties;
    return {
      ...rest,
      ID: id,
      Destination: {
        ...target,
        EncryptionConfiguration:
          replicaKmsKeyId === undefined ? undefined : { ReplicaKmsKeyID: replicaKmsKeyId },
      },
    };
  });
  await operation.call("s3", "putBucketReplication", {
    Bucket,
    ReplicationConfiguration: { Role, Rules },
  });
}

/** What holds for a whole bucket. */
export const types: readonly AnyResourceType[] = [
  versioning,
  encryption,
  publicAccessBlock,
  ownership,
  lifecycle,
  replication,
];
