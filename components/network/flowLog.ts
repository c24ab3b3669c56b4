import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../deployment";
import { policyOf, trustOf } from "../policies";

/**
 * Records who talked to whom in the VPC, accepted or rejected, in a log group of its own: $0.50 per
 * GB taken in and $0.03 per GB-month (us-east-1).
 */
export function createFlowLog(
  name: string,
  deployment: Deployment,
  vpcId: pulumi.Input<string>,
  retentionDays: number,
  parent: pulumi.Resource,
): void {
  const { prefix, region, accountId } = deployment;
  const group = new aws.cloudwatch.LogGroup(
    `${name}-flow-log-group`,
    { name: `/${prefix}/vpc-flow-log`, retentionInDays: retentionDays },
    { parent },
  );
  const role = new aws.iam.Role(
    `${name}-flow-log-role`,
    {
      // IAM is global: without the region the pair's roles would collide.
      name: `${prefix}-flow-log-${region}`,
      assumeRolePolicy: trustOf("vpc-flow-logs.amazonaws.com", accountId),
    },
    { parent },
  );
  const policy = new aws.iam.RolePolicy(
    `${name}-flow-log-policy`,
    {
      name: "write-flow-log",
      role: role.id,
      policy: policyOf([
        {
          Sid: "Write",
          Effect: "Allow",
          Action: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
          Resource: pulumi.interpolate`${group.arn}:*`,
        },
        {
          Sid: "FindGroup",
          Effect: "Allow",
          Action: "logs:DescribeLogGroups",
          Resource: pulumi.interpolate`arn:aws:logs:${region}:${accountId}:log-group:*`,
        },
      ]),
    },
    { parent },
  );
  new aws.ec2.FlowLog(
    `${name}-flow-log`,
    {
      vpcId,
      trafficType: "ALL",
      logDestinationType: "cloud-watch-logs",
      logDestination: group.arn,
      iamRoleArn: role.arn,
      maxAggregationInterval: 600,
    },
    { parent, dependsOn: [policy] },
  );
}
