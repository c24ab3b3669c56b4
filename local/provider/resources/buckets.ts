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

/** Zone ids of S3's website endpoints that alias records need; other regions are not listed. */
const hostedZones: Readonly<Record<string, string>> = {
  "us-east-1": "Z3AQBSTGFYJSTF",
  "us-east-2": "Z2O1EMRO9K5GLX",
  "us-west-1": "Z2F56UZL2M1ACD",
  "us-west-2": "Z3BJ6K6RIION7M",
  "eu-west-1": "Z1BKCTXD74EZPE",
  "eu-central-1": "Z21DNDUVLTQW6Q",
};

type BucketOperation = Operation<aws.s3.Bucket, aws.s3.BucketArgs>;

const bucket = resourceType<aws.s3.Bucket, aws.s3.BucketArgs>({
  token: "aws:s3/bucket:Bucket",
  inputs: {
    bucket: replace,
    forceDestroy: defaulted(unread(update), false),
    objectLockEnabled: replace,
  },
  name: { property: "bucket", maxLength: 63 },
  async create(operation) {
    const { bucket: Bucket, objectLockEnabled } = operation.inputs;
    await operation.call("s3", "createBucket", {
      Bucket,
      ObjectLockEnabledForBucket: objectLockEnabled,
      CreateBucketConfiguration:
        operation.region === "us-east-1" ? undefined : { LocationConstraint: operation.region },
    });
    await writeTags(operation.withId(Bucket ?? ""));
    return Bucket ?? "";
  },
  // Only forceDestroy can change, which is a matter of deletion.
  update: () => Promise.resolve(),
  async read(operation) {
    await operation.call("s3", "headBucket", { Bucket: operation.id });
    const { id, region } = operation;
    return {
      arn: `arn:aws:s3:::${id}`,
      bucket: id,
      bucketDomainName: `${id}.s3.amazonaws.com`,
      bucketRegion: region,
      bucketRegionalDomainName: `${id}.s3.${region}.amazonaws.com`,
      hostedZoneId: hostedZones[region] ?? "",
      requestPayer: "BucketOwner",
      objectLockEnabled: operation.inputs.objectLockEnabled ?? false,
    };
  },
  async retag(operation) {
    await writeTags(operation);
  },
  async delete(operation) {
    if (operation.inputs.forceDestroy === true) await empty(operation);
    await operation.call("s3", "deleteBucket", { Bucket: operation.id });
  },
});

/** A bucket's tags are written as a whole. */
async function writeTags(operation: BucketOperation): Promise<void> {
  const Bucket = operation.id;
  if (Object.keys(operation.tags).length === 0) {
    await operation.call("s3", "deleteBucketTagging", { Bucket });
  } else {
    await operation.call("s3", "putBucketTagging", { Bucket, Tagging: { TagSet: operation.tags } });
  }
}

async function empty(operation: BucketOperation): Promise<void> {
  const Bucket = operation.id;
  for (;;) {
    const found = await operation.call("s3", "listObjectVersions", { Bucket });
    const all = [...(found.Versions ?? []), ...(found.DeleteMarkers ?? [])];
    if (all.length === 0) return;
    const Objects = all.map(({ Key, VersionId }) => ({ Key, VersionId }));
    await operation.call("s3", "deleteObjects", { Bucket, Delete: { Objects } });
  }
}

const bucketObject = resourceType<aws.s3.BucketObjectv2, aws.s3.BucketObjectv2Args>({
  token: "aws:s3/bucketObjectv2:BucketObjectv2",
  inputs: {
    bucket: replace,
    key: replace,
    content: unread(update),
    contentType: update,
    kmsKeyId: update,
    serverSideEncryption: update,
  },
  ...putInPlace(putObject, ({ inputs }) => inputs.key ?? ""),
  async read(operation) {
    const { bucket: Bucket, key: Key } = operation.arguments() as { bucket: string; key: string };
    const found = await operation.call("s3", "headObject", { Bucket, Key });
    return {
      arn: `arn:aws:s3:::${Bucket}/${Key}`,
      etag: found.ETag?.replaceAll('"', ""),
      versionId: found.VersionId ?? "",
      contentType: found.ContentType,
    };
  },
  // An object's tags are written as a whole.
  async retag(operation) {
    const { bucket: Bucket, key: Key } = operation.inputs;
    const Tagging = { TagSet: operation.tags };
    await operation.call("s3", "putObjectTagging", { Bucket, Key, Tagging });
  },
  async delete(operation) {
    const { bucket: Bucket, key: Key } = operation.inputs;
    await operation.call("s3", "deleteObject", { Bucket, Key });
  },
});

async function putObject(
  operation: Operation<aws.s3.BucketObjectv2, aws.s3.BucketObjectv2Args>,
): Promise<void> {
  const { content, kmsKeyId, ...rest } = operation.arguments();
  const Tagging = new URLSearchParams(operation.tags).toString();
  await operation.call("s3", "putObject", {
    ...rest,
    Body: content,
    SSEKMSKeyId: kmsKeyId,
    Tagging: Tagging === "" ? undefined : Tagging,
  });
}

type PolicyOperation = Operation<aws.s3.BucketPolicy, aws.s3.BucketPolicyArgs>;

const bucketPolicy = resourceType<aws.s3.BucketPolicy, aws.s3.BucketPolicyArgs>({
  token: "aws:s3/bucketPolicy:BucketPolicy",
  inputs: { bucket: replace, policy: json(update) },
  ...putInPlace(putPolicy, ({ inputs }) => inputs.bucket),
  async read(operation) {
    const found = await operation.call("s3", "getBucketPolicy", { Bucket: operation.id });
    return { bucket: operation.id, policy: found.Policy };
  },
  async delete(operation) {
    await operation.call("s3", "deleteBucketPolicy", { Bucket: operation.id });
  },
});

async function putPolicy(operation: PolicyOperation): Promise<void> {
  await operation.call("s3", "putBucketPolicy", operation.arguments());
}

/** Buckets, who may use them, and single objects. */
export const types: readonly AnyResourceType[] = [bucket, bucketPolicy, bucketObject];
