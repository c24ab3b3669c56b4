import * as pulumi from "@pulumi/pulumi";
import { recordTableName } from "../../failover/recordAddress";
import { sharedNames } from "../data/sharedNames";
import type { Deployment } from "../deployment";
import {
  createMachineRole,
  groupArn,
  type MachineRole,
  sessionManagerStatement,
} from "../machine/machineRole";
import type { Statement } from "../policies";
import type { AgentFleet } from "./agentFleet";
import { homesOf } from "./controllerPlan";
import type { Team } from "./team";

export interface ControllerRoleArgs {
  readonly deployment: Deployment;
  readonly team: Team;
  readonly leaseTableArn: pulumi.Input<string>;
  readonly logGroupArn: pulumi.Input<string>;
  readonly bucketArn: pulumi.Input<string>;
  /** The region's key: bucket and secrets are encrypted with it. */
  readonly kmsKeyArn: pulumi.Input<string>;
  /** Names or ARNs of the secrets that every controller fetches when it starts. */
  readonly startSecretIds: readonly pulumi.Input<string>[];
  readonly metricsNamespace: string;
  readonly fleet: AgentFleet | undefined;
}

/**
 * What one team's controllers may do: their own home's lease, their own secrets and artifacts, their
 * own group and agents. A role for each team and region, so that a build that gets hold of one
 * team's credentials reaches no other team. With the agents' own roles that makes two for each team and
 * region, three with Fargate: IAM's default quota of 1,000 roles holds both regions of about 240
 * teams (160); it can be raised to 5,000.
 */
export function createControllerRole(
  name: string,
  args: ControllerRoleArgs,
  parent: pulumi.Resource,
): MachineRole {
  return createMachineRole(
    `${name}-${args.team.name}`,
    {
      roleName: `${args.deployment.prefix}-${args.team.name}-${args.deployment.region}`,
      tags: { team: args.team.name },
      policyName: "controller",
      statements: [...controllerStatements(args), leaveInGoodOrder(args)],
    },
    parent,
  );
}

/** The member of an Auto Scaling group says that its Jenkins has stopped. */
function leaveInGoodOrder({ deployment, team }: ControllerRoleArgs): Statement {
  return {
    Sid: "LeaveInGoodOrder",
    Effect: "Allow",
    Action: "autoscaling:CompleteLifecycleAction",
    Resource: groupArn(deployment, `${deployment.prefix}-${team.name}`),
  };
}

/** What every machine that may run a team's Jenkins is allowed. */
export function controllerStatements(args: ControllerRoleArgs): readonly Statement[] {
  return [
    ...leaseStatements(args),
    ...secretStatements(args),
    sharedParametersStatement(args.deployment),
    ...artifactStatements(args),
    ...reportStatements(args),
    sessionManagerStatement,
    ...(args.fleet?.controllerStatements ?? []),
  ];
}

function leaseStatements({ deployment, team, leaseTableArn }: ControllerRoleArgs): Statement[] {
  const { prefix, accountId, region, peerRegion } = deployment;
  return [
    {
      Sid: "OwnLeases",
      Effect: "Allow",
      Action: ["dynamodb:GetItem", "dynamodb:UpdateItem"],
      Resource: leaseTableArn,
      Condition: { "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": homesOf(team) } },
    },
    {
      Sid: "ReadFailoverRecords",
      Effect: "Allow",
      Action: "dynamodb:GetItem",
      Resource: [region, peerRegion].map(
        (each) =>
          pulumi.interpolate`arn:aws:dynamodb:${each}:${accountId}:table/${recordTableName(prefix)}`,
      ),
    },
  ];
}

function secretStatements(args: ControllerRoleArgs): Statement[] {
  const { accountId, region } = args.deployment;
  const secrets = pulumi.interpolate`arn:aws:secretsmanager:${region}:${accountId}:secret:`;
  return [
    {
      Sid: "OwnSecrets",
      Effect: "Allow",
      Action: "secretsmanager:GetSecretValue",
      Resource: [
        ...credentialPrefixes(args.deployment, args.team).map(
          (each) => pulumi.interpolate`${secrets}${each}*`,
        ),
        // Secrets Manager ends each ARN with six characters of its own.
        ...args.startSecretIds.map((id) =>
          pulumi
            .all([id, secrets])
            .apply(([known, base]) =>
              known.startsWith("arn:") ? known : `${base}${known}-??????`,
            ),
        ),
      ],
    },
    {
      Sid: "ListCredentials",
      Effect: "Allow",
      Action: "secretsmanager:ListSecrets",
      // ListSecrets has no resource-level permission; it shows names, not values.
      Resource: "*",
    },
    {
      Sid: "DecryptSecretsAndArtifacts",
      Effect: "Allow",
      Action: ["kms:Decrypt", "kms:GenerateDataKey"],
      Resource: args.kmsKeyArn,
      Condition: {
        StringEquals: {
          "kms:ViaService": [
            `secretsmanager.${region}.amazonaws.com`,
            `s3.${region}.amazonaws.com`,
          ],
        },
      },
    },
  ];
}

/** Names of secrets that become credentials in a team's Jenkins. */
export function credentialPrefixes(deployment: Deployment, team: Team): readonly string[] {
  const { prefix } = deployment;
  return [`${prefix}/teams/${team.name}/`, sharedNames(prefix).secrets];
}

/** Plain settings for jobs, which run on agents and, in parts, on controllers. */
export function sharedParametersStatement({ prefix, region, accountId }: Deployment): Statement {
  return {
    Sid: "ReadSharedParameters",
    Effect: "Allow",
    Action: ["ssm:GetParameter", "ssm:GetParameters"],
    Resource: pulumi.interpolate`arn:aws:ssm:${region}:${accountId}:parameter${sharedNames(prefix).parameters}*`,
  };
}

function artifactStatements({ bucketArn, team }: ControllerRoleArgs): Statement[] {
  return [
    {
      Sid: "OwnArtifacts",
      Effect: "Allow",
      Action: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
      Resource: pulumi.interpolate`${bucketArn}/${team.name}/*`,
    },
    {
      Sid: "ListOwnArtifacts",
      Effect: "Allow",
      Action: "s3:ListBucket",
      Resource: bucketArn,
      Condition: { StringLike: { "s3:prefix": `${team.name}/*` } },
    },
  ];
}

function reportStatements({
  logGroupArn,
  team,
  metricsNamespace,
}: ControllerRoleArgs): Statement[] {
  return [
    {
      Sid: "WriteLogs",
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: pulumi.interpolate`${logGroupArn}:log-stream:${team.name}/*`,
    },
    {
      Sid: "WriteMetrics",
      Effect: "Allow",
      Action: "cloudwatch:PutMetricData",
      // PutMetricData has no resource-level permission; the namespace stands in for it.
      Resource: "*",
      Condition: { StringEquals: { "cloudwatch:namespace": metricsNamespace } },
    },
  ];
}
