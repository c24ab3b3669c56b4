import * as pulumi from "@pulumi/pulumi";
import { metricNamespace } from "../../failover/probe/probePlan";
import { recordId } from "../../failover/recordAddress";
import {
  rehearsalName,
  rehearsalRecordId,
  rehearsalTag,
} from "../../failover/rehearsal/rehearsalPlan";
import type { PolicyStatement } from "../policies";
import type { RehearsalArgs } from "./rehearsal";

/**
 * What a rehearsal may do, which is what keeps it from harming anything, whatever its code does: it
 * launches from its own templates alone, ends machines and deletes databases with its own tag and name
 * alone, registers targets in its own group alone, and writes its own item of the record table alone.
 */
export function rehearsalStatements(args: RehearsalArgs): PolicyStatement[] {
  return [
    ...record(args),
    ...launching(args),
    ...ending(args),
    ...targets(args),
    ...database(args),
    ...messages(args),
  ];
}

function record({ recordTable }: RehearsalArgs): PolicyStatement[] {
  const keys = (...ids: string[]) => ({
    "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": ids },
  });
  const resources = [recordTable.arn];
  return [
    {
      sid: "ReadRecords",
      actions: ["dynamodb:GetItem"],
      resources,
      condition: keys(recordId, rehearsalRecordId),
    },
    {
      sid: "OwnRecord",
      actions: ["dynamodb:PutItem"],
      resources,
      condition: keys(rehearsalRecordId),
    },
  ];
}

/**
 * The templates name image, group and role; each of those that a caller could name beside a template is
 * one of ours alone.
 */
function launching({ deployment, subnetIds, machines }: RehearsalArgs): PolicyStatement[] {
  const { region, accountId, prefix } = deployment;
  const ec2 = (resource: string) =>
    pulumi.interpolate`arn:aws:ec2:${region}:${accountId}:${resource}`;
  const made = [ec2("instance/*"), ec2("volume/*"), ec2("network-interface/*")];
  return [
    {
      sid: "LaunchFromOwnTemplates",
      actions: ["ec2:RunInstances"],
      resources: [ec2("launch-template/*")],
      condition: {
        StringEquals: {
          "aws:ResourceTag/deployment": prefix,
          [`aws:ResourceTag/${rehearsalTag}`]: "template",
        },
      },
    },
    {
      sid: "WithWhatTheyName",
      actions: ["ec2:RunInstances"],
      resources: [
        ...made,
        pulumi.interpolate`arn:aws:ec2:${region}::image/*`,
        pulumi.interpolate`arn:aws:ec2:${region}:${accountId}:security-group/${machines.securityGroupId}`,
      ],
      condition: { ArnLike: { "ec2:LaunchTemplate": ec2("launch-template/*") } },
    },
    {
      sid: "InPrivateSubnets",
      actions: ["ec2:RunInstances"],
      resources: pulumi
        .output(subnetIds)
        .apply((ids) => pulumi.all(ids.map((id) => ec2(`subnet/${id}`)))),
    },
    {
      sid: "TagWhatIsLaunched",
      actions: ["ec2:CreateTags"],
      resources: made,
      condition: { StringEquals: { "ec2:CreateAction": "RunInstances" } },
    },
    {
      sid: "GiveMachinesTheirRole",
      actions: ["iam:PassRole"],
      resources: [machines.roleArn],
      condition: { StringEquals: { "iam:PassedToService": "ec2.amazonaws.com" } },
    },
    {
      sid: "SeeMachines",
      actions: ["ec2:DescribeInstances"],
      resources: ["*"],
      reason: "EC2's Describe actions have no resource-level permission.",
    },
  ];
}

function ending({ deployment }: RehearsalArgs): PolicyStatement[] {
  const { region, accountId, prefix } = deployment;
  return [
    {
      sid: "EndOwnMachines",
      actions: ["ec2:TerminateInstances"],
      resources: [pulumi.interpolate`arn:aws:ec2:${region}:${accountId}:instance/*`],
      condition: {
        StringEquals: { "aws:ResourceTag/deployment": prefix },
        Null: { [`aws:ResourceTag/${rehearsalTag}`]: "false" },
      },
    },
  ];
}

function targets({ machines }: RehearsalArgs): PolicyStatement[] {
  return [
    {
      sid: "OwnTargets",
      actions: ["elasticloadbalancing:RegisterTargets", "elasticloadbalancing:DeregisterTargets"],
      resources: [machines.targetGroupArn],
    },
    {
      sid: "SeeTargets",
      actions: ["elasticloadbalancing:DescribeTargetHealth"],
      resources: ["*"],
      reason: "Elastic Load Balancing's Describe actions have no resource-level permission.",
    },
  ];
}

function database({ deployment, database: given, homeFileSystemId, kmsKeyArn }: RehearsalArgs) {
  const { region, accountId, prefix } = deployment;
  const rds = (resource: pulumi.Input<string>) =>
    pulumi.interpolate`arn:aws:rds:${region}:${accountId}:${resource}`;
  const copies = rds(`db:${rehearsalName(prefix)}-*`);
  const statements: PolicyStatement[] = [
    {
      sid: "SeeHomesAge",
      actions: ["elasticfilesystem:DescribeReplicationConfigurations"],
      resources: [
        pulumi.interpolate`arn:aws:elasticfilesystem:${region}:${accountId}:file-system/${homeFileSystemId}`,
      ],
    },
    {
      sid: "SeeDatabases",
      actions: ["rds:DescribeDBInstances", "rds:DescribeDBSnapshots"],
      resources: [rds("db:*"), rds("snapshot:*")],
    },
    {
      // Also where there is no database (any more): what an earlier rehearsal left must go.
      sid: "DeleteOwnCopies",
      actions: ["rds:DeleteDBInstance"],
      resources: [copies],
      condition: { Null: { [`aws:ResourceTag/${rehearsalTag}`]: "false" } },
    },
    {
      // The image's disks, and the snapshots.
      sid: "KeysThroughServices",
      actions: [
        "kms:CreateGrant",
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:GenerateDataKey",
        "kms:GenerateDataKeyWithoutPlaintext",
        "kms:ReEncryptFrom",
        "kms:ReEncryptTo",
      ],
      resources: [kmsKeyArn],
      condition: {
        StringEquals: {
          "kms:ViaService": [`ec2.${region}.amazonaws.com`, `rds.${region}.amazonaws.com`],
        },
      },
    },
  ];
  if (given === undefined) return statements;
  return [
    ...statements,
    {
      sid: "RestoreCopies",
      actions: ["rds:RestoreDBInstanceFromDBSnapshot", "rds:AddTagsToResource"],
      resources: [
        copies,
        rds("snapshot:*"),
        rds(pulumi.interpolate`subgrp:${given.subnetGroup}`),
        rds("pg:default.*"),
        rds("og:default:*"),
      ],
    },
  ];
}

function messages({ announcementsTopicArn, kmsKeyArn }: RehearsalArgs): PolicyStatement[] {
  return [
    { sid: "Announce", actions: ["sns:Publish"], resources: [announcementsTopicArn] },
    {
      sid: "EncryptAnnouncements",
      actions: ["kms:Decrypt", "kms:GenerateDataKey"],
      resources: [kmsKeyArn],
      condition: { StringLike: { "kms:ViaService": "sns.*.amazonaws.com" } },
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
