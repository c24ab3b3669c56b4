import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { bootCompression } from "../machine/deterministicGzip";
import { machineDefaults } from "../machine/machineDefaults";
import { webPaths } from "./content";
import type { WebAppEnvironmentArgs } from "./environmentArguments";
import { renderWebUserData, type WebUserData } from "./userDataRenderer";

export interface MachineGroupArgs extends Pick<
  WebAppEnvironmentArgs,
  "deployment" | "environment" | "imageId" | "machines" | "network"
> {
  readonly profileArn: pulumi.Input<string>;
  /** Known once the load balancer sends users there: Auto Scaling takes no earlier one. */
  readonly targetGroupArn: pulumi.Input<string>;
  /** `loadbalancer/targetgroup`, as the request-count metric names them. */
  readonly requestCountLabel: pulumi.Input<string>;
  readonly userData: pulumi.Output<WebUserData>;
}

/** The Auto Scaling group of an environment, and how its machines are told to serve new code. */
export interface MachineGroup {
  readonly autoScalingGroupName: pulumi.Output<string>;
  /** `aws ssm start-associations-once --association-ids <id>` serves new code at once. */
  readonly codeAssociationId: pulumi.Output<string>;
}

/** The machines of one environment over all zones; lost ones are replaced in some four minutes. */
export function createMachineGroup(
  name: string,
  args: MachineGroupArgs,
  parent: pulumi.Resource,
): MachineGroup {
  const group = createGroup(name, args, createTemplate(name, args, parent), parent);
  createScalingPolicies(name, args, group, parent);
  return {
    autoScalingGroupName: group.name,
    codeAssociationId: createCodeAssociation(name, args, group, parent).associationId,
  };
}

function createTemplate(
  name: string,
  { deployment, environment, imageId, machines, network, profileArn, userData }: MachineGroupArgs,
  parent: pulumi.Resource,
): aws.ec2.LaunchTemplate {
  const { prefix } = deployment;
  return new aws.ec2.LaunchTemplate(
    name,
    {
      name: prefix,
      imageId,
      instanceType: machines.instanceType,
      vpcSecurityGroupIds: [network.machinesGroupId],
      iamInstanceProfile: { arn: profileArn },
      userData: userData.apply((given) => renderWebUserData(given, bootCompression)),
      ...machineDefaults({ tags: { environment }, name: prefix, volumeGb: 30 }),
    },
    { parent },
  );
}

function createGroup(
  name: string,
  { deployment, environment, machines, network, targetGroupArn }: MachineGroupArgs,
  template: aws.ec2.LaunchTemplate,
  parent: pulumi.Resource,
): aws.autoscaling.Group {
  const { prefix } = deployment;
  const { min, desired, max } = machines.capacity;
  return new aws.autoscaling.Group(
    name,
    {
      name: prefix,
      minSize: min,
      desiredCapacity: desired,
      maxSize: max,
      launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
      vpcZoneIdentifiers: network.privateSubnetIds,
      targetGroupArns: [targetGroupArn],
      healthCheckType: "ELB",
      // A first boot copies the whole application before it serves.
      healthCheckGracePeriod: 900,
      // A replacement comes before what it replaces.
      instanceMaintenancePolicy: { minHealthyPercentage: 100, maxHealthyPercentage: 200 },
      defaultInstanceWarmup: 180,
      enabledMetrics: ["GroupDesiredCapacity", "GroupInServiceInstances", "GroupTotalInstances"],
      // Pulumi would wait for machines whose first boot outlives its patience.
      waitForCapacityTimeout: "0",
      tags: [
        { key: "environment", value: environment, propagateAtLaunch: true },
        { key: "Name", value: prefix, propagateAtLaunch: true },
      ],
    },
    // The scaling policies decide it from then on.
    { parent, ignoreChanges: ["desiredCapacity"] },
  );
}

/** Both policies act at once: the one that wants more machines wins. */
function createScalingPolicies(
  name: string,
  args: MachineGroupArgs,
  group: aws.autoscaling.Group,
  parent: pulumi.Resource,
): void {
  const { cpuPercent, requestsPerMinute } = args.machines;
  const track = (
    suffix: string,
    targetValue: number,
    predefinedMetricSpecification: aws.types.input.autoscaling.PolicyTargetTrackingConfigurationPredefinedMetricSpecification,
  ): void => {
    new aws.autoscaling.Policy(
      `${name}-${suffix}`,
      {
        name: `${args.deployment.prefix}-${suffix}`,
        autoscalingGroupName: group.name,
        policyType: "TargetTrackingScaling",
        targetTrackingConfiguration: { predefinedMetricSpecification, targetValue },
      },
      { parent },
    );
  };
  track("cpu", cpuPercent, { predefinedMetricType: "ASGAverageCPUUtilization" });
  track("requests", requestsPerMinute, {
    predefinedMetricType: "ALBRequestCountPerTarget",
    resourceLabel: args.requestCountLabel,
  });
}

/**
 * How new code reaches machines that run: State Manager has each of them compare its copy with the
 * file system every 30 minutes, its shortest period, and at once when it is asked to. Machine by
 * machine, so that a copy that cannot be made stops at the first. Free.
 */
function createCodeAssociation(
  name: string,
  { deployment }: MachineGroupArgs,
  group: aws.autoscaling.Group,
  parent: pulumi.Resource,
): aws.ssm.Association {
  return new aws.ssm.Association(
    `${name}-code`,
    {
      name: "AWS-RunShellScript",
      associationName: `${deployment.prefix}-code`,
      targets: [{ key: "tag:aws:autoscaling:groupName", values: [group.name] }],
      parameters: { commands: `${webPaths.contentScript} deploy`, executionTimeout: "1800" },
      scheduleExpression: "rate(30 minutes)",
      maxConcurrency: "1",
      maxErrors: "0",
    },
    { parent },
  );
}
