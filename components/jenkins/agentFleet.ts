import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../deployment";
import type { Statement } from "../policies";
import { idleMinutes } from "./agentPlan";
import { renderAgentUserData } from "./agentUserDataRenderer";
import { createMachineRole, groupArn, sessionManagerStatement } from "../machine/machineRole";
import { sharedParametersStatement } from "./controllerRole";
import { createFargateFleet } from "./fargateFleet";
import type { FargateCloud, SpotCloud } from "./jenkinsConfigurationRenderer";
import { machineDefaults } from "../machine/machineDefaults";
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
      tags: { team: team.name },
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
      ...machineDefaults({ tags: { team: team.name }, name: group, volumeGb: 50 }),
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
