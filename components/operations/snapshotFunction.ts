import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { metricNamespace } from "../../failover/probe/probePlan";
import { createSnapshotHandler } from "../../failover/snapshot/snapshotFunction";
import type { SnapshotSettings } from "../../failover/snapshot/snapshotPlan";
import type { Deployment } from "../deployment";
import { longestSnapshotRetentionDays } from "../limits";
import type { PolicyStatement } from "../policies";
import { InlineFunction } from "../recovery/inlineFunction";

export interface SnapshotFunctionArgs {
  readonly deployment: Deployment;
  /** The writer's identifier in the active region. */
  readonly databaseIdentifier: pulumi.Input<string>;
  /** Customer key that the writer is encrypted with. */
  readonly sourceKmsKeyArn: pulumi.Input<string>;
  /** Customer key of the waiting region, for the copies. */
  readonly copyKmsKeyArn: pulumi.Input<string>;
  /**
   * Days that a snapshot is kept, 1 to 35; as many are kept at the least, however old. Each costs
   * $0.095 per GB-month for what changed (us-east-1), in both regions.
   */
  readonly retentionDays: number;
  /** Hour from which on the day's snapshot is taken, UTC, 0 to 23. */
  readonly hourUtc: number;
  /** Topic for people. */
  readonly announcementsTopicArn: pulumi.Input<string>;
  readonly logRetentionDays?: number;
}

/**
 * A snapshot of the database each day, copied to the other region. It belongs to the waiting region
 * and pulls: copies go on being kept and counted while the active region is lost.
 *
 * It runs each hour, because a copy can only start once the snapshot is complete; most runs find
 * nothing to do.
 *
 * @throws pulumi.InputPropertiesError naming every bad argument together.
 */
export class SnapshotFunction extends pulumi.ComponentResource {
  readonly functionName: pulumi.Output<string>;
  readonly functionArn: pulumi.Output<string>;

  constructor(name: string, args: SnapshotFunctionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("jenkins-pilot-light:operations:SnapshotFunction", name, {}, opts);
    validate(args);
    const { deployment } = args;
    const settings: pulumi.Output<SnapshotSettings> = pulumi
      .all([args.databaseIdentifier, args.copyKmsKeyArn])
      .apply(([databaseIdentifier, copyKmsKeyArn]) => ({
        prefix: deployment.prefix,
        databaseIdentifier,
        sourceRegion: deployment.activeRegion,
        copyRegion: waitingRegionOf(deployment),
        copyKmsKeyArn,
        retentionDays: args.retentionDays,
        hourUtc: args.hourUtc,
      }));
    const inline = new InlineFunction(
      `${name}-inline`,
      {
        deployment,
        functionName: `${deployment.prefix}-snapshots`,
        description: `Daily snapshot of the database in ${deployment.activeRegion}, copied to ${waitingRegionOf(deployment)}`,
        callback: createSnapshotHandler(() => settings.get()),
        timeoutSeconds: 120,
        memoryMb: 256,
        // Two runs at once would only refuse each other's requests, but loudly.
        reservedConcurrency: 1,
        statements: snapshotStatements(args),
        schedule: "rate(1 hour)",
        silentAfterSeconds: 10_800,
        alarmActions: [args.announcementsTopicArn],
        ...(args.logRetentionDays === undefined ? {} : { logRetentionDays: args.logRetentionDays }),
      },
      { parent: this },
    );
    new aws.cloudwatch.MetricAlarm(
      `${name}-copy-age`,
      {
        name: `${deployment.prefix}-snapshot-copy-age`,
        alarmDescription: `The newest database snapshot in ${waitingRegionOf(deployment)} is older than 48 hours: read the log of ${deployment.prefix}-snapshots.`,
        namespace: metricNamespace,
        metricName: "NewestSnapshotCopyAge",
        dimensions: { Deployment: deployment.prefix },
        statistic: "Minimum",
        comparisonOperator: "GreaterThanThreshold",
        threshold: 48,
        period: 3600,
        evaluationPeriods: 2,
        // Before the first copy, and while the function fails, which has an alarm of its own.
        treatMissingData: "missing",
        alarmActions: [args.announcementsTopicArn],
        okActions: [args.announcementsTopicArn],
      },
      { parent: this },
    );
    this.functionName = inline.functionName;
    this.functionArn = inline.functionArn;
    this.registerOutputs({ functionName: this.functionName, functionArn: this.functionArn });
  }
}

function waitingRegionOf(deployment: Deployment): string {
  return deployment.activeRegion === deployment.region ? deployment.peerRegion : deployment.region;
}

/** Only this deployment's daily snapshots can be made, copied or deleted, whatever the code does. */
function snapshotStatements(args: SnapshotFunctionArgs): PolicyStatement[] {
  const { deployment } = args;
  const source = deployment.activeRegion;
  const copy = waitingRegionOf(deployment);
  const arn = (region: string, resource: pulumi.Input<string>): pulumi.Output<string> =>
    pulumi.interpolate`arn:aws:rds:${region}:${deployment.accountId}:${resource}`;
  const ours = `snapshot:${deployment.prefix}-daily-*`;
  return [
    {
      sid: "ListSnapshots",
      actions: ["rds:DescribeDBSnapshots"],
      resources: [
        arn(source, "snapshot:*"),
        arn(copy, "snapshot:*"),
        arn(source, "db:*"),
        arn(copy, "db:*"),
      ],
    },
    {
      sid: "TakeSnapshot",
      actions: ["rds:CreateDBSnapshot"],
      resources: [
        arn(source, pulumi.interpolate`db:${args.databaseIdentifier}`),
        arn(source, ours),
      ],
    },
    {
      sid: "CopyTagDelete",
      actions: ["rds:CopyDBSnapshot", "rds:AddTagsToResource", "rds:DeleteDBSnapshot"],
      resources: [arn(source, ours), arn(copy, ours)],
    },
    {
      sid: "KeysThroughRds",
      actions: ["kms:DescribeKey", "kms:CreateGrant", "kms:Decrypt", "kms:GenerateDataKey"],
      resources: [args.sourceKmsKeyArn, args.copyKmsKeyArn],
      condition: {
        StringEquals: {
          "kms:ViaService": [`rds.${source}.amazonaws.com`, `rds.${copy}.amazonaws.com`],
        },
      },
    },
    {
      sid: "PublishOwnMetrics",
      actions: ["cloudwatch:PutMetricData"],
      resources: ["*"],
      condition: { StringEquals: { "cloudwatch:namespace": metricNamespace } },
      reason: "PutMetricData has no resource; the condition on the namespace is the narrowing.",
    },
  ];
}

function validate(args: SnapshotFunctionArgs): void {
  const errors: pulumi.InputPropertyErrorDetails[] = [];
  const { retentionDays: days } = args;
  if (!Number.isInteger(days) || days < 1 || days > longestSnapshotRetentionDays) {
    errors.push({
      propertyPath: "retentionDays",
      reason: `${days} is not a whole number of days from 1 to ${longestSnapshotRetentionDays}; RDS allows 100 manual snapshots in all`,
    });
  }
  if (!Number.isInteger(args.hourUtc) || args.hourUtc < 0 || args.hourUtc > 23) {
    errors.push({ propertyPath: "hourUtc", reason: `${args.hourUtc} is not an hour from 0 to 23` });
  }
  if (errors.length > 0) {
    throw new pulumi.InputPropertiesError({
      message: `SnapshotFunction: ${errors.map((error) => `${error.propertyPath}: ${error.reason}`).join("; ")}`,
      errors,
    });
  }
}
