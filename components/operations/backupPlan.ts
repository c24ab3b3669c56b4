import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../deployment";
import { backupSchedule } from "../limits";
import { type PolicyStatement, policyOf, statementsOf } from "../policies";

export interface BackupPlanArgs {
  readonly deployment: Deployment;
  /** Vault of this region, see {@link file://./backupVaults.ts}. */
  readonly vault: { readonly name: pulumi.Input<string>; readonly arn: pulumi.Input<string> };
  /** Vault of the other region, for the copies. */
  readonly copyVaultArn: pulumi.Input<string>;
  /**
   * The shared home: EFS replication is not point-in-time consistent and repeats every deletion. Absent
   * where machines keep nothing.
   */
  readonly fileSystemArn?: pulumi.Input<string>;
  /** The writer. Absent in a deployment without a database. */
  readonly databaseArn?: pulumi.Input<string>;
  /** Customer key of this region, and of the other one for the copies. */
  readonly kmsKeyArn: pulumi.Input<string>;
  readonly copyKmsKeyArn: pulumi.Input<string>;
  /** Days that a recovery point is kept here. $0.05 per GB-month of EFS, $0.095 of RDS (us-east-1). */
  readonly retentionDays: number;
  /** Days that its copy is kept in the other region. */
  readonly copyRetentionDays: number;
  /** AWS cron in UTC, e.g. `cron(0 3 * * ? *)`. */
  readonly schedule: string;
  /** Topic for people: failed jobs and copies. */
  readonly announcementsTopicArn: pulumi.Input<string>;
}

/** Hours in which a job has to begin, and in which it has to end: a home of 1 TB takes several. */
const startWindowMinutes = 60;
const completionWindowMinutes = 720;

/**
 * AWS Backup of the active region's home and database, with copies in the waiting region. This is
 * what remains after a deletion or a torn write was replicated; the failover does not use it.
 *
 * A home is restored into `aws-backup-restore_<time>/` beside the live data, never in place.
 *
 * @throws pulumi.InputPropertiesError naming every bad argument together.
 */
export class BackupPlan extends pulumi.ComponentResource {
  readonly planId: pulumi.Output<string>;
  readonly roleArn: pulumi.Output<string>;

  constructor(name: string, args: BackupPlanArgs, opts?: pulumi.ComponentResourceOptions) {
    super("jenkins-pilot-light:operations:BackupPlan", name, {}, opts);
    validate(args);
    const { prefix } = args.deployment;
    const plan = new aws.backup.Plan(
      `${name}-plan`,
      {
        name: `${prefix}-daily`,
        rules: [
          {
            ruleName: "daily",
            targetVaultName: args.vault.name,
            schedule: args.schedule,
            startWindow: startWindowMinutes,
            completionWindow: completionWindowMinutes,
            lifecycle: { deleteAfter: args.retentionDays },
            copyActions: [
              {
                destinationVaultArn: args.copyVaultArn,
                lifecycle: { deleteAfter: args.copyRetentionDays },
              },
            ],
          },
        ],
      },
      { parent: this },
    );
    const { role, policy } = this.createRole(name, args);
    new aws.backup.Selection(
      `${name}-selection`,
      {
        name: `${prefix}-state`,
        planId: plan.id,
        iamRoleArn: role.arn,
        // By name and not by tag: a tag that is lost would silently end the backups.
        resources: [
          ...(args.fileSystemArn === undefined ? [] : [args.fileSystemArn]),
          ...(args.databaseArn === undefined ? [] : [args.databaseArn]),
        ],
      },
      { parent: this, dependsOn: [policy] },
    );
    this.createAlarms(name, args);
    this.planId = plan.id;
    this.roleArn = role.arn;
    this.registerOutputs({ planId: this.planId, roleArn: this.roleArn });
  }

  /** Instead of AWS's managed policy, which may back up, copy and delete everything. */
  private createRole(
    name: string,
    args: BackupPlanArgs,
  ): { role: aws.iam.Role; policy: aws.iam.RolePolicy } {
    const role = new aws.iam.Role(
      `${name}-role`,
      {
        name: `${args.deployment.prefix}-backup-${args.deployment.region}`,
        assumeRolePolicy: pulumi.jsonStringify({
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Principal: { Service: "backup.amazonaws.com" },
              Action: "sts:AssumeRole",
              Condition: { StringEquals: { "aws:SourceAccount": args.deployment.accountId } },
            },
          ],
        }),
      },
      { parent: this },
    );
    const policy = new aws.iam.RolePolicy(
      `${name}-policy`,
      { name: "own", role: role.id, policy: policyOf(statementsOf(backupStatements(args))) },
      { parent: this },
    );
    return { role, policy };
  }

  private createAlarms(name: string, args: BackupPlanArgs): void {
    const jobs = [
      { metric: "NumberOfBackupJobsFailed", what: "backup" },
      { metric: "NumberOfCopyJobsFailed", what: "copy" },
    ];
    for (const { metric, what } of jobs) {
      new aws.cloudwatch.MetricAlarm(
        `${name}-${what}-failed`,
        {
          name: `${args.deployment.prefix}-${what}-failed`,
          alarmDescription: `A ${what} job of AWS Backup failed: see its message in the console under Jobs.`,
          namespace: "AWS/Backup",
          metricName: metric,
          dimensions: { BackupVaultName: args.vault.name },
          statistic: "Sum",
          comparisonOperator: "GreaterThanThreshold",
          threshold: 0,
          period: 3600,
          evaluationPeriods: 1,
          treatMissingData: "notBreaching",
          alarmActions: [args.announcementsTopicArn],
        },
        { parent: this },
      );
    }
  }
}

function backupStatements(args: BackupPlanArgs): PolicyStatement[] {
  const { accountId, region, peerRegion } = args.deployment;
  // In both regions: a copy into the peer's vault is made, tagged and looked up over there.
  const snapshots = [region, peerRegion].map(
    (each) => pulumi.interpolate`arn:aws:rds:${each}:${accountId}:snapshot:awsbackup:*`,
  );
  const database: PolicyStatement[] =
    args.databaseArn === undefined
      ? []
      : [
          {
            sid: "SnapshotDatabase",
            actions: [
              "rds:CreateDBSnapshot",
              "rds:DescribeDBInstances",
              "rds:ListTagsForResource",
              "rds:AddTagsToResource",
            ],
            resources: [args.databaseArn, ...snapshots],
          },
          {
            sid: "KeepSnapshots",
            actions: [
              "rds:DescribeDBSnapshots",
              "rds:CopyDBSnapshot",
              "rds:DeleteDBSnapshot",
              "rds:ModifyDBSnapshotAttribute",
            ],
            // AWS Backup's own snapshots are named so; others are out of its reach.
            resources: [args.databaseArn, ...snapshots],
          },
        ];
  return [
    ...(args.fileSystemArn === undefined
      ? []
      : [
          {
            sid: "BackUpHome",
            actions: ["elasticfilesystem:Backup", "elasticfilesystem:DescribeTags"],
            resources: [args.fileSystemArn],
          },
        ]),
    ...database,
    {
      sid: "StoreAndCopy",
      actions: [
        "backup:DescribeBackupVault",
        "backup:CopyIntoBackupVault",
        "backup:CopyFromBackupVault",
      ],
      resources: [args.vault.arn, args.copyVaultArn],
    },
    {
      sid: "Encrypt",
      actions: ["kms:DescribeKey", "kms:Decrypt", "kms:GenerateDataKey", "kms:CreateGrant"],
      resources: [args.kmsKeyArn, args.copyKmsKeyArn],
    },
    {
      sid: "FindByTag",
      actions: ["tag:GetResources"],
      resources: ["*"],
      reason:
        "tag:GetResources has no resource-level permission; AWS Backup lists what it protects by it.",
    },
  ];
}

function validate(args: BackupPlanArgs): void {
  const errors: pulumi.InputPropertyErrorDetails[] = [];
  for (const key of ["retentionDays", "copyRetentionDays"] as const) {
    if (!Number.isInteger(args[key]) || args[key] < 1) {
      errors.push({
        propertyPath: key,
        reason: `${args[key]} is not a whole number of days from 1 on`,
      });
    }
  }
  if (!backupSchedule.test(args.schedule)) {
    errors.push({
      propertyPath: "schedule",
      reason: `"${args.schedule}" is not an AWS cron expression, e.g. cron(0 3 * * ? *)`,
    });
  }
  if (errors.length > 0) {
    throw new pulumi.InputPropertiesError({
      message: `BackupPlan: ${errors.map((error) => `${error.propertyPath}: ${error.reason}`).join("; ")}`,
      errors,
    });
  }
}
