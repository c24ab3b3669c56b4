import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../deployment";
import { policyOf, type Statement, trustOf } from "../policies";
import type { MadeBucket } from "./replicatedBucket";

/** Minutes in which Replication Time Control promises, and measures; S3 takes no other value. */
const promisedMinutes = 15;

/** Id of the one rule of each direction; a dimension of the replication's metrics. */
export const replicationRuleId = "everything";

/** Makes each bucket of a pair replicate to the other, with a role that can do nothing else. */
export function replicate(
  name: string,
  deployment: Deployment,
  kmsKeyArns: Readonly<Record<string, pulumi.Input<string>>>,
  pair: readonly [MadeBucket, MadeBucket],
  parent: pulumi.Resource,
): void {
  const role = new aws.iam.Role(
    `${name}-replication-role`,
    {
      name: `${deployment.prefix}-bucket-replication`,
      assumeRolePolicy: trustOf("s3.amazonaws.com", deployment.accountId),
    },
    { parent },
  );
  const policy = new aws.iam.RolePolicy(
    `${name}-replication-policy`,
    { name: "replicate", role: role.id, policy: policyOf(statements(pair, kmsKeyArns)) },
    { parent },
  );
  const [one, other] = pair;
  for (const [source, destination] of [
    [one, other],
    [other, one],
  ] as const) {
    new aws.s3.BucketReplicationConfig(
      `${name}-${source.region}-replication`,
      {
        bucket: source.bucket.id,
        region: source.region,
        role: role.arn,
        rules: [rule(destination, kmsKeyArns[destination.region])],
      },
      // S3 refuses the configuration until both buckets have versions.
      { parent, dependsOn: [one.versioning, other.versioning, policy] },
    );
  }
}

function rule(
  destination: MadeBucket,
  kmsKeyArn: pulumi.Input<string> | undefined,
): aws.types.input.s3.BucketReplicationConfigRule {
  return {
    id: replicationRuleId,
    status: "Enabled",
    priority: 1,
    filter: { prefix: "" },
    // What is deleted in the active region must not come back after a failover.
    deleteMarkerReplication: { status: "Enabled" },
    sourceSelectionCriteria: {
      sseKmsEncryptedObjects: { status: "Enabled" },
      // Tags and locks that are changed on a replica go back to the original.
      replicaModifications: { status: "Enabled" },
    },
    destination: {
      bucket: destination.bucket.arn,
      storageClass: "STANDARD",
      ...(kmsKeyArn === undefined
        ? {}
        : { encryptionConfiguration: { replicaKmsKeyId: kmsKeyArn } }),
      replicationTime: { status: "Enabled", time: { minutes: promisedMinutes } },
      metrics: { status: "Enabled", eventThreshold: { minutes: promisedMinutes } },
    },
  };
}

/** Source: "Setting up permissions for live replication" in the S3 User Guide. */
function statements(
  pair: readonly MadeBucket[],
  kmsKeyArns: Readonly<Record<string, pulumi.Input<string>>>,
): Statement[] {
  const buckets = pair.map(({ bucket }) => bucket.arn);
  const objects = buckets.map((arn) => pulumi.interpolate`${arn}/*`);
  return [
    {
      Sid: "ReadConfiguration",
      Effect: "Allow",
      Action: ["s3:GetReplicationConfiguration", "s3:ListBucket"],
      Resource: buckets,
    },
    {
      Sid: "ReadSource",
      Effect: "Allow",
      Action: [
        "s3:GetObjectVersionForReplication",
        "s3:GetObjectVersionAcl",
        "s3:GetObjectVersionTagging",
      ],
      Resource: objects,
    },
    {
      Sid: "WriteReplica",
      Effect: "Allow",
      Action: ["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"],
      Resource: objects,
    },
    ...pair.flatMap(({ region, bucket }): Statement[] => {
      const key = kmsKeyArns[region];
      if (key === undefined) return [];
      return [
        {
          Sid: `Key${region.replace(/-/g, "")}`,
          Effect: "Allow",
          // Decrypts at the source and encrypts at the destination; each bucket is both.
          Action: ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"],
          Resource: key,
          Condition: {
            StringLike: {
              "kms:ViaService": `s3.${region}.amazonaws.com`,
              "kms:EncryptionContext:aws:s3:arn": [bucket.arn, pulumi.interpolate`${bucket.arn}/*`],
            },
          },
        },
      ];
    }),
  ];
}
