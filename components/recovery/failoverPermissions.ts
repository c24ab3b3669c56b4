import * as pulumi from "@pulumi/pulumi";
import type { FailoverPlan } from "../../failover/plan";
import { listenerOf } from "../../failover/listenerArn";
import { pairName, pairTags } from "../../failover/pairTags";
import { metricNamespace } from "../../failover/probe/probePlan";
import type { FailoverArgs } from "./failover";
import type { PolicyStatement } from "../policies";

/**
 * What the failover may do: each action of failover/aws/, on what it acts upon. The groups are named
 * by this deployment's prefix, because 500 teams' names in two regions exceed the 10,240 characters
 * of a role's inline policies ten times.
 */
export function failoverStatements(
  args: FailoverArgs,
  plan: pulumi.Output<FailoverPlan>,
): PolicyStatement[] {
  return [
    {
      sid: "Record",
      actions: ["dynamodb:GetItem", "dynamodb:PutItem"],
      resources: [args.recordTable.arn],
    },
    ...capacity(args),
    ...pairs(args),
    ...database(args),
    ...home(args),
    ...edge(args, plan),
    ...messages(args),
  ];
}

function capacity({ deployment }: FailoverArgs): PolicyStatement[] {
  const { accountId, prefix } = deployment;
  const groups = [deployment.activeRegion, deployment.region].map(
    (region) =>
      pulumi.interpolate`arn:aws:autoscaling:${region}:${accountId}:autoScalingGroup:*:autoScalingGroupName/${prefix}-*`,
  );
  return [
    {
      sid: "FenceAndScale",
      actions: [
        "autoscaling:SuspendProcesses",
        "autoscaling:ResumeProcesses",
        "autoscaling:UpdateAutoScalingGroup",
      ],
      resources: groups,
    },
    {
      sid: "SeeGroups",
      actions: ["autoscaling:DescribeAutoScalingGroups"],
      resources: ["*"],
      reason: "Auto Scaling's Describe actions have no resource-level permission.",
    },
  ];
}

/** The machines of pairs, by their tag: their ids change with each renewal. */
function pairs({ deployment, hasPairs }: FailoverArgs): PolicyStatement[] {
  if (hasPairs !== true) return [];
  const { accountId, prefix } = deployment;
  const machines = [deployment.activeRegion, deployment.region].map(
    (region) => pulumi.interpolate`arn:aws:ec2:${region}:${accountId}:instance/*`,
  );
  const ours = { StringLike: { [`aws:ResourceTag/${pairTags.pair}`]: pairName(prefix, "*") } };
  return [
    {
      sid: "FenceAndStartPairs",
      actions: ["ec2:StopInstances", "ec2:StartInstances"],
      resources: machines,
      condition: ours,
    },
    {
      sid: "KeepPairsFromStarting",
      actions: ["ec2:CreateTags"],
      resources: machines,
      condition: {
        ...ours,
        "ForAllValues:StringEquals": { "aws:TagKeys": [pairTags.launch] },
      },
    },
    {
      sid: "SeePairs",
      actions: ["ec2:DescribeInstances"],
      resources: ["*"],
      reason: "EC2's Describe actions have no resource-level permission.",
    },
  ];
}

function database({ deployment, replica }: FailoverArgs): PolicyStatement[] {
  if (replica === undefined) return [];
  return [
    {
      sid: "PromoteReplica",
      actions: ["rds:PromoteReadReplica", "rds:DescribeDBInstances"],
      resources: [
        pulumi.interpolate`arn:aws:rds:${deployment.region}:${deployment.accountId}:db:${replica}`,
      ],
    },
  ];
}

function home({ deployment, home: replica }: FailoverArgs): PolicyStatement[] {
  if (replica === undefined) return [];
  const fileSystem = (region: string, id: pulumi.Input<string>): pulumi.Output<string> =>
    pulumi.interpolate`arn:aws:elasticfilesystem:${region}:${deployment.accountId}:file-system/${id}`;
  return [
    {
      sid: "FreeHome",
      actions: [
        "elasticfilesystem:DeleteReplicationConfiguration",
        "elasticfilesystem:DescribeReplicationConfigurations",
        "elasticfilesystem:DescribeFileSystems",
      ],
      // The deletion is asked for by the source's id and acts on both halves.
      resources: [
        fileSystem(deployment.region, replica.fileSystemId),
        fileSystem(deployment.region, replica.sourceFileSystemId),
        fileSystem(deployment.activeRegion, replica.sourceFileSystemId),
      ],
    },
  ];
}

function edge(args: FailoverArgs, plan: pulumi.Output<FailoverPlan>): PolicyStatement[] {
  if (args.edge.kind === "globalAccelerator") {
    return [
      {
        sid: "SeeEndpoints",
        actions: ["globalaccelerator:ListEndpointGroups"],
        resources: plan.apply(({ edge: known }) =>
          known.kind === "globalAccelerator"
            ? known.shards.map((shard) => listenerOf(shard.activeGroupArn))
            : [],
        ),
      },
      {
        sid: "MoveTraffic",
        actions: ["globalaccelerator:UpdateEndpointGroup"],
        resources: plan.apply(({ edge: known }) =>
          known.kind === "globalAccelerator"
            ? known.shards.flatMap((shard) => [shard.activeGroupArn, shard.waitingGroupArn])
            : [],
        ),
      },
      {
        sid: "EndpointsAsTheAcceleratorSeesThem",
        actions: ["elasticloadbalancing:DescribeLoadBalancers"],
        resources: ["*"],
        reason:
          "UpdateEndpointGroup checks its load balancers with the caller's permission, and Elastic Load Balancing's Describe actions have no resource-level permission.",
      },
    ];
  }
  const zone = pulumi.interpolate`arn:aws:route53:::hostedzone/${args.edge.hostedZoneId}`;
  return [
    { sid: "SeeRecords", actions: ["route53:ListResourceRecordSets"], resources: [zone] },
    {
      sid: "MoveTraffic",
      actions: ["route53:ChangeResourceRecordSets"],
      resources: [zone],
      condition: {
        // Only the edge's own records of all that the zone may hold.
        "ForAllValues:StringEquals": {
          "route53:ChangeResourceRecordSetsNormalizedRecordNames": args.edge.names.map((name) =>
            name.toLowerCase(),
          ),
          "route53:ChangeResourceRecordSetsActions": ["UPSERT"],
        },
      },
    },
  ];
}

function messages(args: FailoverArgs): PolicyStatement[] {
  return [
    { sid: "Announce", actions: ["sns:Publish"], resources: [args.announcementsTopicArn] },
    {
      sid: "EncryptAnnouncements",
      actions: ["kms:Decrypt", "kms:GenerateDataKey"],
      resources: [args.topicKmsKeyArn],
    },
    {
      sid: "SeeAlarm",
      actions: ["cloudwatch:DescribeAlarms"],
      resources: ["*"],
      reason: "With a narrower scope DescribeAlarms leaves composite alarms out of its answer.",
    },
    {
      sid: "SeeMetrics",
      actions: ["cloudwatch:GetMetricData"],
      resources: ["*"],
      reason: "GetMetricData has no resource-level permission.",
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
