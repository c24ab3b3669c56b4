import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../deployment";
import { policyOf, type Statement, trustOf } from "../policies";
import type { AgentFleet, AgentFleetArgs } from "./agentFleet";
import { idleMinutes, imageIn, parseEcrImage } from "./agentPlan";
import { sharedParametersStatement } from "./controllerRole";

/** Tasks that live for one build; nothing runs and nothing is paid while nobody builds. */
export function createFargateFleet(
  name: string,
  args: AgentFleetArgs,
  parent: pulumi.Resource,
): AgentFleet {
  const { deployment, team } = args;
  const family = `${deployment.prefix}-${team.name}-agents`;
  const tags = { team: team.name, Name: family };
  const image = imageIn(deployment.region, team.agents.containerImage);
  const cluster = new aws.ecs.Cluster(
    name,
    { name: family, settings: [{ name: "containerInsights", value: "enabled" }], tags },
    { parent },
  );
  const role = (purpose: string, statements: readonly Statement[]): aws.iam.Role => {
    const made = new aws.iam.Role(
      `${name}-${purpose}`,
      {
        name: `${family}-${purpose}-${deployment.region}`,
        assumeRolePolicy: trustOf("ecs-tasks.amazonaws.com", deployment.accountId),
        tags,
      },
      { parent },
    );
    new aws.iam.RolePolicy(
      `${name}-${purpose}`,
      { name: purpose, role: made.id, policy: policyOf(statements) },
      { parent: made },
    );
    return made;
  };
  const executionRole = role("start", [
    {
      Sid: "WriteLogs",
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: pulumi.interpolate`${args.logGroupArn}:log-stream:${team.name}/*`,
    },
    ...pullStatements(image),
  ]);
  // No more than the settings that are meant for builds: what else they need, teams bring by OpenID
  // Connect or credentials.
  const taskRole = role("build", [sharedParametersStatement(deployment)]);
  const definition = new aws.ecs.TaskDefinition(
    name,
    {
      family,
      requiresCompatibilities: ["FARGATE"],
      networkMode: "awsvpc",
      cpu: String(team.agents.vcpu * 1024),
      memory: String(team.agents.memoryGb * 1024),
      executionRoleArn: executionRole.arn,
      taskRoleArn: taskRole.arn,
      containerDefinitions: pulumi.jsonStringify([
        {
          name: "agent",
          image,
          essential: true,
          // By WebSocket through the load balancer: no port of the controller needs to be open.
          environment: [{ name: "JENKINS_WEB_SOCKET", value: "true" }],
          logConfiguration: {
            logDriver: "awslogs",
            options: {
              "awslogs-group": args.logGroupName,
              "awslogs-region": deployment.region,
              "awslogs-stream-prefix": `${team.name}/agents`,
            },
          },
        },
      ]),
      tags,
    },
    { parent },
  );
  return {
    cloud: pulumi
      .all([cluster.arn, definition.arn, args.subnetIds, args.securityGroupId])
      .apply(([clusterArn, taskDefinitionArn, subnetIds, securityGroupId]) => ({
        kind: "fargate" as const,
        clusterArn,
        taskDefinitionArn,
        subnetIds,
        securityGroupIds: [securityGroupId],
        idleMinutes: idleMinutes(team),
        max: team.agents.max,
      })),
    controllerStatements: fargateStatements(deployment, family, cluster, [executionRole, taskRole]),
  };
}

function fargateStatements(
  { region, accountId }: Deployment,
  family: string,
  cluster: aws.ecs.Cluster,
  roles: readonly aws.iam.Role[],
): Statement[] {
  const ecs = pulumi.interpolate`arn:aws:ecs:${region}:${accountId}`;
  return [
    {
      Sid: "RunAgents",
      Effect: "Allow",
      Action: "ecs:RunTask",
      Resource: pulumi.interpolate`${ecs}:task-definition/${family}:*`,
      Condition: { ArnEquals: { "ecs:cluster": cluster.arn } },
    },
    {
      Sid: "EndAgents",
      Effect: "Allow",
      Action: ["ecs:StopTask", "ecs:DescribeTasks"],
      Resource: pulumi.interpolate`${ecs}:task/${family}/*`,
    },
    {
      Sid: "SeeAgents",
      Effect: "Allow",
      Action: ["ecs:DescribeTaskDefinition", "ecs:ListTaskDefinitions", "ecs:ListClusters"],
      // These actions have no resource-level permission.
      Resource: "*",
    },
    {
      Sid: "PassTaskRoles",
      Effect: "Allow",
      Action: "iam:PassRole",
      Resource: roles.map((role) => role.arn),
      Condition: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
    },
  ];
}

/** Pulling an image from ECR, and nothing for one from elsewhere. */
function pullStatements(image: string): Statement[] {
  const ecr = parseEcrImage(image);
  if (ecr === undefined) return [];
  return [
    {
      Sid: "LogOnToEcr",
      Effect: "Allow",
      Action: "ecr:GetAuthorizationToken",
      // The token is the registry's; it has no resource-level permission.
      Resource: "*",
    },
    {
      Sid: "PullImage",
      Effect: "Allow",
      Action: [
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:GetDownloadUrlForLayer",
      ],
      Resource: `arn:aws:ecr:${ecr.region}:${ecr.account}:repository/${ecr.repository}`,
    },
  ];
}
