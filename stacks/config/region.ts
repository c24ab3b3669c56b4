/**
 * Regions of the `aws` partition that have everything the program needs (Global Accelerator
 * endpoints, EFS replication, RDS cross-region replicas). China and GovCloud are separate
 * partitions without Global Accelerator. A list, not a pattern: a typo such as `eu-cental-1` has
 * the right shape, and the SDK answers it with a DNS error minutes later.
 */
export const awsRegions = [
  "af-south-1",
  "ap-east-1",
  "ap-northeast-1",
  "ap-northeast-2",
  "ap-northeast-3",
  "ap-south-1",
  "ap-south-2",
  "ap-southeast-1",
  "ap-southeast-2",
  "ap-southeast-3",
  "ap-southeast-4",
  "ca-central-1",
  "ca-west-1",
  "eu-central-1",
  "eu-central-2",
  "eu-north-1",
  "eu-south-1",
  "eu-south-2",
  "eu-west-1",
  "eu-west-2",
  "eu-west-3",
  "il-central-1",
  "me-central-1",
  "me-south-1",
  "sa-east-1",
  "us-east-1",
  "us-east-2",
  "us-west-1",
  "us-west-2",
] as const;

export type AwsRegion = (typeof awsRegions)[number];
