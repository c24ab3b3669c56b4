import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../deployment";
import { policyOf, type Statement, trustOf } from "../policies";
import { renderAgentUserData } from "./agentUserDataRenderer";
import {
  createMachineRole,
  groupArn,
  sessionManagerStatement,
  sharedParametersStatement,
} from "./controllerRole";
import type { FargateCloud, SpotCloud } from "./jenkinsConfigurationRenderer";
import { machineDefaults } from "./machineDefaults";
import type { Team } from "./team";

/** The key pair that controllers log on to Spot agents with. */
export interface AgentKey {
  /** Secret in Secrets Manager (type sshUserPrivateKey) that is the credential's id in Jenkins. */
  readonly credentialsId: string;
  /** SSM parameter, in both regions, with the public half. */
  readonly publicKeyParameter: string;
}

export interface AgentFleetArgs {
  readonly deployment: Deployment;
  readonly team: Team;
  readonly imageId: pulumi.Input<string>;
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  readonly securityGroupId: pulumi.Input<string>;
  readonly logGroupName: pulumi.Input<string>;
  readonly logGroupArn: pulumi.Input<string>;
  readonly key: AgentKey;
}

/** A team's agents: what its Jenkins is told of them, and what its controllers may do with them. */
export interface AgentFleet {
  readonly cloud: pulumi.Output<SpotCloud | FargateCloud>;
  readonly controllerStatements: readonly Statement[];
}

/** Makes a team's agents, or nothing if it has none of ours. All fleets start from zero. */
export function createAgentFleet(
  name: string,
  args: AgentFleetArgs,
  parent: pulumi.Resource,
): AgentFleet | undefined {
  switch (args.team.agents.kind) {
    case "ec2Spot":
      return createSpotFleet(`${name}-${args.team.name}-agents`, args, parent);
    case "fargate":
      return createFargateFleet(`${name}-${args.team.name}-agents`, args, parent);
    case "none":
      return undefined;
    default:
      return args.team.agents.kind satisfies never;
  }
}

/**
 * Spot machines of several types in a group that Jenkins scales. Capacity rebalancing starts a
 * replacement when AWS warns of an interruption, instead of two minutes before it.
 */
function createSpotFleet(name: string, args: AgentFleetArgs, parent: pulumi.Resource): AgentFleet {
  const { deployment, team } = args;
  const group = `${deployment.prefix}-${team.name}-agents`;
  const { profileArn } = createMachineRole(
    name,
    {
      roleName: `${group}-${deployment.region}`,
      team: team.name,
      policyName: "agent",
      statements: [
        {
          Sid: "ReadPublicKey",
          Effect: "Allow",
          Action: "ssm:GetParameter",
          Resource: pulumi.interpolate`arn:aws:ssm:${deployment.region}:${deployment.accountId}:parameter${args.key.publicKeyParameter}`,
        },
        sharedParametersStatement(deployment),
        sessionManagerStatement,
      ],
    },
    parent,
  );
  const userData = renderAgentUserData({
    region: deployment.region,
    publicKeyParameter: args.key.publicKeyParameter,
  });
  const template = new aws.ec2.LaunchTemplate(
    name,
    {
      name: group,
      imageId: args.imageId,
      vpcSecurityGroupIds: [args.securityGroupId],
      iamInstanceProfile: { arn: profileArn },
      userData: Buffer.from(userData).toString("base64"),
      ...machineDefaults({ team: team.name, name: group, volumeGb: 50 }),
    },
    { parent },
  );
  new aws.autoscaling.Group(
    name,
    {
      name: group,
      minSize: 0,
      maxSize: team.agents.max,
      desiredCapacity: 0,
      vpcZoneIdentifiers: args.subnetIds,
      capacityRebalance: true,
      mixedInstancesPolicy: {
        instancesDistribution: {
          onDemandPercentageAboveBaseCapacity: 0,
          spotAllocationStrategy: "price-capacity-optimized",
        },
        launchTemplate: {
          launchTemplateSpecification: {
            launchTemplateId: template.id,
            version: template.latestVersion.apply(String),
          },
          overrides: team.agents.instanceTypes.map((instanceType) => ({ instanceType })),
        },
      },
      waitForCapacityTimeout: "0",
      tags: [{ key: "team", value: team.name, propagateAtLaunch: true }],
    },
    // Jenkins scales the group while it runs; an `up` must not end its agents.
    { parent, ignoreChanges: ["minSize", "maxSize", "desiredCapacity", "suspendedProcesses"] },
  );
  return {
    cloud: pulumi.output({
      kind: "ec2Spot" as const,
      autoScalingGroup: group,
      sshCredentialsId: args.key.credentialsId,
      min: team.agents.min,
      max: team.agents.max,
      executors: team.agents.executors,
      idleMinutes: idleMinutes(team),
    }),
    controllerStatements: spotStatements(deployment, group),
  };
}

function spotStatements(deployment: Deployment, group: string): Statement[] {
  const instances = pulumi.interpolate`arn:aws:ec2:${deployment.region}:${deployment.accountId}:instance/*`;
  return [
    {
      Sid: "ScaleAgents",
      Effect: "Allow",
      Action: "autoscaling:UpdateAutoScalingGroup",
      Resource: groupArn(deployment, group),
    },
    {
      Sid: "EndAgents",
      Effect: "Allow",
      Action: ["ec2:TerminateInstances", "ec2:CreateTags"],
      Resource: instances,
      Condition: { StringEquals: { "ec2:ResourceTag/aws:autoscaling:groupName": group } },
    },
    {
      Sid: "SeeAgents",
      Effect: "Allow",
      Action: [
        "autoscaling:DescribeAutoScalingGroups",
        "ec2:DescribeInstances",
        "ec2:DescribeInstanceTypes",
        "ec2:DescribeRegions",
      ],
      // Describe actions of EC2 and Auto Scaling have no resource-level permission.
      Resource: "*",
    },
  ];
}

/** Tasks that live for one build; nothing runs and nothing is paid while nobody builds. */
function createFargateFleet(
  name: string,
  args: AgentFleetArgs,
  parent: pulumi.Resource,
): AgentFleet {
  const { deployment, team } = args;
  const family = `${deployment.prefix}-${team.name}-agents`;
  const tags = { team: team.name, Name: family };
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
          image: team.agents.containerImage,
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

/** The plugins count in minutes; rounded up, so that nothing ends sooner than configured. */
function idleMinutes(team: Team): number {
  return Math.max(1, Math.ceil(team.agents.idleTimeoutSeconds / 60));
}
