import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { bootCompression } from "../machine/deterministicGzip";
import { machineDefaults } from "../machine/machineDefaults";
import { sharedNames } from "../data/sharedNames";
import type { ContainerAppArgs } from "./containerArguments";
import { type ContainerUserData, renderContainerUserData } from "./containerUserDataRenderer";
import { imageIn } from "./imageReference";

/** What the group's machines are made from besides the application's own arguments. */
export interface ContainerGroupParts {
  readonly instanceProfileArn: pulumi.Input<string>;
  readonly logGroupName: pulumi.Input<string>;
  /** Of all services, then what counts the same machines for the accelerator. */
  readonly targetGroupArns: readonly pulumi.Input<string>[];
  /** `loadbalancer/targetgroup` of the service that gets most requests. */
  readonly requestCountLabel: pulumi.Input<string>;
}

/** GiB of a machine's disk: the system, and some generations of images. */
const volumeGb = 50;

/** Seconds until a machine's health counts: it boots and pulls its images first. */
const startSeconds = 600;

/**
 * The application's machines: a launch template and an Auto Scaling group, named the same in both
 * regions so that the failover finds it without asking anybody. All machines are alike and keep nothing,
 * so any number may run at once.
 */
export function createContainerGroup(
  name: string,
  args: ContainerAppArgs,
  parts: ContainerGroupParts,
  parent: pulumi.Resource,
): aws.autoscaling.Group {
  const { application, deployment, role } = args;
  const groupName = `${deployment.prefix}-${application.name}`;
  const template = createTemplate(name, groupName, args, parts, parent);
  const { min, desired, max } = role === "active" ? application.capacity : asleep;
  const group = new aws.autoscaling.Group(
    name,
    {
      name: groupName,
      minSize: min,
      desiredCapacity: desired,
      maxSize: max,
      launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
      vpcZoneIdentifiers: args.network.privateSubnetIds,
      targetGroupArns: [...parts.targetGroupArns],
      healthCheckType: "ELB",
      healthCheckGracePeriod: startSeconds,
      // A machine with other images launches before the one that it replaces ends.
      instanceMaintenancePolicy: { minHealthyPercentage: 100, maxHealthyPercentage: 150 },
      defaultInstanceWarmup: startSeconds / 2,
      ...(role === "active" ? { instanceRefresh: rolling } : {}),
      enabledMetrics: ["GroupDesiredCapacity", "GroupInServiceInstances", "GroupTotalInstances"],
      // A waiting region has no machine to wait for.
      waitForCapacityTimeout: "0",
      tags: [
        { key: "team", value: application.name, propagateAtLaunch: true },
        { key: "Name", value: groupName, propagateAtLaunch: true },
      ],
    },
    // Of a region that waits the failover alone raises the sizes; where it serves, min and max follow
    // the configuration and desired the scaling policies, as for the controllers of several.
    {
      parent,
      ignoreChanges: [
        "desiredCapacity",
        "suspendedProcesses",
        ...(role === "active" ? [] : ["minSize", "maxSize"]),
      ],
    },
  );
  createScalingPolicies(name, groupName, args, group, parts, parent);
  return group;
}

const asleep = { min: 0, desired: 0, max: 0 };

/** Another launch template, such as for other images, replaces the machines one after the other. */
const rolling: aws.types.input.autoscaling.GroupInstanceRefresh = {
  strategy: "Rolling",
  preferences: { minHealthyPercentage: 100, maxHealthyPercentage: 150 },
};

function createTemplate(
  name: string,
  groupName: string,
  args: ContainerAppArgs,
  parts: ContainerGroupParts,
  parent: pulumi.Resource,
): aws.ec2.LaunchTemplate {
  const { application, network, imageId } = args;
  return new aws.ec2.LaunchTemplate(
    name,
    {
      // Containers reach the assets by the machine's role, which may nothing that the application may not.
      ...machineDefaults({
        tags: { team: application.name },
        name: groupName,
        volumeGb,
        metadataHops: 2,
      }),
      name: groupName,
      imageId,
      instanceType: application.instanceType,
      vpcSecurityGroupIds: [network.securityGroups.machines],
      iamInstanceProfile: { arn: parts.instanceProfileArn },
      userData: userDataOf(args, parts).apply((given) =>
        renderContainerUserData(given, bootCompression),
      ),
    },
    { parent },
  );
}

function userDataOf(
  args: ContainerAppArgs,
  parts: ContainerGroupParts,
): pulumi.Output<ContainerUserData> {
  const { application, deployment, metricsNamespace } = args;
  const { prefix, region, peerRegion } = deployment;
  const names = sharedNames(prefix);
  return pulumi
    .all([pulumi.output(args.database), args.assetBucketArn, parts.logGroupName])
    .apply(([database, bucketArn, logGroup]) => ({
      compose: {
        application,
        region,
        images: application.services.map(({ image }) =>
          imageIn(region, image, [region, peerRegion]),
        ),
        assetBucket: bucketArn.split(":::")[1] ?? bucketArn,
        logGroup,
        ...(database === undefined
          ? {}
          : {
              database: {
                engine: database.engine,
                address: database.address,
                port: database.port,
                name: database.name,
              },
            }),
      },
      source: {
        region,
        parameterPrefix: names.parameters,
        secretPrefix: names.secrets,
        ...(database === undefined ? {} : { databaseSecret: database.secretName }),
      },
      monitoring: {
        team: application.name,
        region,
        logGroup,
        namespace: metricsNamespace,
        autoScalingGroup: `${prefix}-${application.name}`,
      },
    }));
}

/** Both act at once: the one that wants more machines wins. */
function createScalingPolicies(
  name: string,
  groupName: string,
  { application }: ContainerAppArgs,
  group: aws.autoscaling.Group,
  { requestCountLabel }: ContainerGroupParts,
  parent: pulumi.Resource,
): void {
  const track = (
    suffix: string,
    targetValue: number,
    specification: aws.types.input.autoscaling.PolicyTargetTrackingConfigurationPredefinedMetricSpecification,
  ): void => {
    new aws.autoscaling.Policy(
      `${name}-${suffix}`,
      {
        name: `${groupName}-${suffix}`,
        autoscalingGroupName: group.name,
        policyType: "TargetTrackingScaling",
        targetTrackingConfiguration: {
          predefinedMetricSpecification: specification,
          targetValue,
        },
      },
      { parent },
    );
  };
  track("cpu", application.scaling.cpuPercent, {
    predefinedMetricType: "ASGAverageCPUUtilization",
  });
  track("requests", application.scaling.requestsPerMinute, {
    predefinedMetricType: "ALBRequestCountPerTarget",
    resourceLabel: requestCountLabel,
  });
}
