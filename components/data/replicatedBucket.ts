import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type ArgumentProblem, refuseProblems, wholeNumberProblem } from "../argumentProblems";
import type { Deployment } from "../deployment";
import { grantTo, policyOf, tlsOnly } from "../policies";
import { replicate } from "./bucketReplication";

export interface ReplicatedBucketArgs {
  readonly deployment: Deployment;
  /** Customer keys by region; both regions of the pair are needed. */
  readonly kmsKeyArns: Readonly<Record<string, pulumi.Input<string>>>;
  /** What the pair is for; part of the physical names. Default `artifacts`. */
  readonly purpose?: string;
  /** Days after which objects that nobody reads cost half: Intelligent-Tiering. Default 30. */
  readonly tieringAfterDays?: number;
  /** Days that overwritten and deleted versions can be brought back. Default 90. */
  readonly noncurrentVersionDays?: number;
  /** False lets `pulumi destroy` remove the buckets, once they are empty. Default true. */
  readonly protectState?: boolean;
}

/** One bucket of the pair. */
export interface BucketOfPair {
  readonly name: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
}

/**
 * A bucket in each region, each replicating to the other with Replication Time Control (99.99 %
 * within 15 minutes by agreement; $0.015/GB for it, $0.02/GB for the transfer, us-east-1), so that
 * the region that is active may change without changing them. Deletions are replicated as markers,
 * outside of that agreement. Made by the primary stack for both regions.
 *
 * @throws pulumi.InputPropertiesError naming every bad argument together.
 */
export class ReplicatedBucket extends pulumi.ComponentResource {
  /** By region. */
  readonly buckets: Readonly<Record<string, BucketOfPair>>;

  private readonly kmsKeyArns: Readonly<Record<string, pulumi.Input<string>>>;

  constructor(name: string, args: ReplicatedBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("jenkins-pilot-light:data:ReplicatedBucket", name, {}, opts);
    refuseProblems("ReplicatedBucket", problemsOf(args));
    const { deployment } = args;
    const regions = [deployment.region, deployment.peerRegion] as const;
    const [own, peer] = [
      createBucket(name, args, regions[0], this),
      createBucket(name, args, regions[1], this),
    ];
    replicate(name, deployment, args.kmsKeyArns, [own, peer], this);

    this.kmsKeyArns = args.kmsKeyArns;
    this.buckets = {
      [regions[0]]: { name: own.bucket.bucket, arn: own.bucket.arn },
      [regions[1]]: { name: peer.bucket.bucket, arn: peer.bucket.arn },
    };
    this.registerOutputs({ buckets: this.buckets });
  }

  /** Lets a role read and write the objects of both buckets: of its own region's now, of the other's after a failover. */
  grantReadWrite(role: aws.iam.Role): aws.iam.RolePolicy {
    const arns = Object.values(this.buckets).map(({ arn }) => arn);
    return grantTo(this, role, "bucket-read-write", [
      {
        Sid: "List",
        Effect: "Allow",
        Action: ["s3:ListBucket", "s3:GetBucketLocation"],
        Resource: arns,
      },
      {
        Sid: "ReadWrite",
        Effect: "Allow",
        Action: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
        Resource: arns.map((arn) => pulumi.interpolate`${arn}/*`),
      },
      {
        Sid: "UseKeys",
        Effect: "Allow",
        Action: ["kms:Decrypt", "kms:GenerateDataKey"],
        Resource: Object.values(this.kmsKeyArns),
      },
    ]);
  }

  /** Operations still to replicate from a region's bucket, in the source's region. */
  metricReplicationPending(region: string): {
    namespace: string;
    metricName: string;
    dimensions: Record<string, pulumi.Output<string>>;
  } {
    const [source, destination] = [
      this.buckets[region],
      Object.entries(this.buckets).find(([other]) => other !== region)?.[1],
    ];
    if (source === undefined || destination === undefined) {
      throw new Error(
        `ReplicatedBucket: ${region} is not one of ${Object.keys(this.buckets).join(", ")}`,
      );
    }
    return {
      namespace: "AWS/S3",
      metricName: "OperationsPendingReplication",
      dimensions: {
        SourceBucket: source.name,
        DestinationBucket: destination.name,
        RuleId: pulumi.output("everything"),
      },
    };
  }
}

/** A bucket and the resource that replication has to wait for. */
export interface MadeBucket {
  readonly region: string;
  readonly bucket: aws.s3.Bucket;
  readonly versioning: aws.s3.BucketVersioning;
}

function createBucket(
  name: string,
  args: ReplicatedBucketArgs,
  region: string,
  parent: pulumi.Resource,
): MadeBucket {
  const { prefix, accountId } = args.deployment;
  const purpose = args.purpose ?? "artifacts";
  const logical = `${name}-${region}`;
  const bucket = new aws.s3.Bucket(
    logical,
    {
      // Bucket names are taken worldwide: the account makes this one ours.
      bucket: pulumi.interpolate`${prefix}-${purpose}-${accountId}-${region}`,
      forceDestroy: false,
      region,
    },
    { parent, protect: args.protectState ?? true },
  );
  const own = { bucket: bucket.id, region };
  const versioning = new aws.s3.BucketVersioning(
    `${logical}-versioning`,
    { ...own, versioningConfiguration: { status: "Enabled" } },
    { parent },
  );
  close(logical, own, bucket, parent);
  const key = args.kmsKeyArns[region];
  new aws.s3.BucketServerSideEncryptionConfiguration(
    `${logical}-encryption`,
    {
      ...own,
      rules: [
        {
          applyServerSideEncryptionByDefault: {
            sseAlgorithm: "aws:kms",
            ...(key === undefined ? {} : { kmsMasterKeyId: key }),
          },
          // One request to KMS for many objects instead of one for each.
          bucketKeyEnabled: true,
        },
      ],
    },
    { parent },
  );
  new aws.s3.BucketLifecycleConfiguration(
    `${logical}-lifecycle`,
    { ...own, rules: lifecycleRules(args) },
    // S3 refuses rules about old versions until there are versions.
    { parent, dependsOn: [versioning] },
  );
  return { region, bucket, versioning };
}

/** No access list, no public access, no plain HTTP. */
function close(
  logical: string,
  own: { bucket: pulumi.Output<string>; region: string },
  bucket: aws.s3.Bucket,
  parent: pulumi.Resource,
): void {
  new aws.s3.BucketOwnershipControls(
    `${logical}-ownership`,
    { ...own, rule: { objectOwnership: "BucketOwnerEnforced" } },
    { parent },
  );
  const block = new aws.s3.BucketPublicAccessBlock(
    `${logical}-public-access`,
    {
      ...own,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    { parent },
  );
  new aws.s3.BucketPolicy(
    `${logical}-policy`,
    { ...own, policy: policyOf([tlsOnly(bucket.arn, pulumi.interpolate`${bucket.arn}/*`)]) },
    // S3 refuses two changes of a bucket's access at the same time.
    { parent, dependsOn: [block] },
  );
}

function lifecycleRules(
  args: ReplicatedBucketArgs,
): aws.types.input.s3.BucketLifecycleConfigurationRule[] {
  return [
    {
      id: "tier",
      status: "Enabled",
      filter: { prefix: "" },
      transitions: [{ days: args.tieringAfterDays ?? 30, storageClass: "INTELLIGENT_TIERING" }],
      noncurrentVersionExpiration: { noncurrentDays: args.noncurrentVersionDays ?? 90 },
      abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
    },
  ];
}

function problemsOf(args: ReplicatedBucketArgs): ArgumentProblem[] {
  const { prefix, region, peerRegion } = args.deployment;
  const purpose = args.purpose ?? "artifacts";
  const problems = [
    ...wholeNumberProblem("tieringAfterDays", args.tieringAfterDays ?? 30, 0, 3650, "days"),
    ...wholeNumberProblem(
      "noncurrentVersionDays",
      args.noncurrentVersionDays ?? 90,
      1,
      3650,
      "days",
    ),
  ];
  if (!/^[a-z0-9][a-z0-9-]*$/.test(purpose)) {
    problems.push({ path: "purpose", reason: `is "${purpose}"; bucket names take a-z, 0-9 and -` });
  }
  for (const each of [region, peerRegion]) {
    // Prefix, purpose, a 12-digit account and the region, with dashes between.
    const length = prefix.length + purpose.length + 12 + each.length + 3;
    if (length > 63) {
      problems.push({
        path: "deployment.prefix",
        reason: `"${prefix}" makes a bucket name of ${length} characters in ${each}; S3 takes 63`,
      });
    }
    if (args.kmsKeyArns[each] === undefined) {
      problems.push({
        path: `kmsKeyArns.${each}`,
        reason: "is missing: each bucket needs its region's key",
      });
    }
  }
  return problems;
}
