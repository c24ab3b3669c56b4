import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../deployment";
import { policyOf, tlsOnly } from "../policies";

/**
 * The bucket for the load balancers' access logs: in their region and encrypted with SSE-S3, because
 * Elastic Load Balancing can write to nothing else. The service principal is the one that AWS asks
 * for in every region; the per-region accounts of older guides are its legacy form.
 *
 * @param retentionDays Days that access logs are kept; $0.023 per GB and month.
 * @param protect keeps the bucket from `pulumi destroy`: logs are what an investigation asks for
 */
export function createAccessLogBucket(
  name: string,
  deployment: Deployment,
  retentionDays: number,
  parent: pulumi.Resource,
  protect: boolean,
): { readonly bucket: pulumi.Output<string>; readonly ready: pulumi.Resource } {
  const { prefix, region, accountId } = deployment;
  const bucket = new aws.s3.Bucket(
    `${name}-access-logs`,
    { bucket: pulumi.interpolate`${prefix}-access-logs-${accountId}-${region}` },
    { parent, protect },
  );
  // Children would inherit the bucket's protection, which is for what cannot be made again.
  const at = { parent: bucket, protect: false };
  new aws.s3.BucketPublicAccessBlock(
    `${name}-access-logs-private`,
    {
      bucket: bucket.bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    at,
  );
  new aws.s3.BucketServerSideEncryptionConfiguration(
    `${name}-access-logs-encryption`,
    {
      bucket: bucket.bucket,
      rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
    },
    at,
  );
  new aws.s3.BucketLifecycleConfiguration(
    `${name}-access-logs-expiry`,
    {
      bucket: bucket.bucket,
      rules: [{ id: "expire", status: "Enabled", filter: {}, expiration: { days: retentionDays } }],
    },
    at,
  );
  const ready = new aws.s3.BucketPolicy(
    `${name}-access-logs-policy`,
    {
      bucket: bucket.bucket,
      policy: policyOf([
        {
          Sid: "LoadBalancersWrite",
          Effect: "Allow",
          Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
          Action: "s3:PutObject",
          Resource: pulumi.interpolate`${bucket.arn}/AWSLogs/${accountId}/*`,
        },
        tlsOnly(bucket.arn, pulumi.interpolate`${bucket.arn}/*`),
      ]),
    },
    at,
  );
  return { bucket: bucket.bucket, ready };
}
