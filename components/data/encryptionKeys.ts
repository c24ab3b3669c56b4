import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Deployment, regionsOf } from "../deployment";
import { policyOf, type Statement } from "../policies";

export interface EncryptionKeysArgs {
  readonly deployment: Deployment;
  /** False lets `pulumi destroy` remove them. Default true. A deleted key takes all its data along. */
  readonly protectState?: boolean;
}

/**
 * A customer key in each region of the deployment, because what is replicated across regions can only be
 * encrypted with keys that can be granted. $1 a month and key (plus $1 a year of rotation), $0.03
 * per 10,000 requests. Made by one stack for both regions.
 */
export class EncryptionKeys extends pulumi.ComponentResource {
  /** Key ARNs by region. */
  readonly arns: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, args: EncryptionKeysArgs, opts?: pulumi.ComponentResourceOptions) {
    super("jenkins-pilot-light:data:EncryptionKeys", name, {}, opts);
    this.arns = Object.fromEntries(
      regionsOf(args.deployment).map((region) => [region, createKey(name, args, region, this)]),
    );
    this.registerOutputs({ arns: this.arns });
  }
}

function createKey(
  name: string,
  args: EncryptionKeysArgs,
  region: string,
  parent: pulumi.Resource,
): pulumi.Output<string> {
  const { prefix } = args.deployment;
  const key = new aws.kms.Key(
    `${name}-${region}`,
    {
      description: `${prefix}: homes, databases, artifacts, secrets and volumes in ${region}`,
      enableKeyRotation: true,
      // The longest that KMS offers to notice a mistake.
      deletionWindowInDays: 30,
      policy: policyOf(keyStatements(args.deployment, region)),
      region,
      tags: { Name: `${prefix}-${region}` },
    },
    { parent, protect: args.protectState ?? true },
  );
  new aws.kms.Alias(
    `${name}-${region}-alias`,
    { name: `alias/${prefix}`, targetKeyId: key.keyId, region },
    { parent },
  );
  return key.arn;
}

/** Actions that encrypt and decrypt, as services need them. */
const useOfKey = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"];

function keyStatements({ accountId, prefix }: Deployment, region: string): Statement[] {
  const logGroups = pulumi.interpolate`arn:aws:logs:${region}:${accountId}:log-group:*`;
  return [
    {
      // KMS demands it: a key whose account cannot administer it is lost. It also hands the decision
      // about everybody else to IAM, where roles name the keys that they use.
      Sid: "Account",
      Effect: "Allow",
      Principal: { AWS: pulumi.interpolate`arn:aws:iam::${accountId}:root` },
      Action: "kms:*",
      Resource: "*",
    },
    {
      // Auto Scaling, Spot and Image Builder start machines with encrypted volumes through roles
      // that AWS owns, which may not exist yet and therefore cannot be named: the same terms as in
      // the policy of AWS's own key for volumes.
      Sid: "VolumesOfThisAccount",
      Effect: "Allow",
      Principal: { AWS: "*" },
      Action: [
        ...useOfKey,
        "kms:CreateGrant",
        "kms:GenerateDataKeyWithoutPlaintext",
        "kms:ReEncryptFrom",
        "kms:ReEncryptTo",
      ],
      Resource: "*",
      Condition: {
        StringEquals: {
          "kms:CallerAccount": accountId,
          "kms:ViaService": `ec2.${region}.amazonaws.com`,
        },
      },
    },
    {
      Sid: "LogGroups",
      Effect: "Allow",
      Principal: { Service: `logs.${region}.amazonaws.com` },
      Action: useOfKey,
      Resource: "*",
      Condition: { ArnLike: { "kms:EncryptionContext:aws:logs:arn": logGroups } },
    },
    {
      // Alarms and rules cannot publish to an encrypted topic without it, and fail silently.
      Sid: "AlarmsToTopics",
      Effect: "Allow",
      Principal: { Service: ["cloudwatch.amazonaws.com", "events.amazonaws.com"] },
      Action: ["kms:Decrypt", "kms:GenerateDataKey"],
      Resource: "*",
      Condition: {
        StringEquals: { "aws:SourceAccount": accountId },
        ArnLike: {
          "kms:EncryptionContext:aws:sns:topicArn": pulumi.interpolate`arn:aws:sns:${region}:${accountId}:${prefix}-*`,
        },
      },
    },
  ];
}
