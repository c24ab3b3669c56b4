import { longerThan, type Properties, type TypeTable } from "../typeRow";

/** Launch templates, Auto Scaling, ECS, ECR. */
export const computeTypes: TypeTable = {
  "aws:ec2/launchTemplate:LaunchTemplate": {
    inputs:
      "name imageId instanceType vpcSecurityGroupIds iamInstanceProfile userData updateDefaultVersion metadataOptions monitoring blockDeviceMappings tagSpecifications instanceInitiatedShutdownBehavior tags",
    outputs: (_, { arn, name }) => ({
      arn: arn("ec2", `launch-template/${name}-id`),
      latestVersion: 1,
      defaultVersion: 1,
    }),
    refuse: ({ userData }) =>
      userData !== undefined && Buffer.from(String(userData), "base64").length > 16_384
        ? "user data has more than 16384 bytes"
        : undefined,
  },
  "aws:autoscaling/group:Group": {
    inputs:
      "name minSize maxSize desiredCapacity launchTemplate mixedInstancesPolicy vpcZoneIdentifiers targetGroupArns healthCheckType healthCheckGracePeriod instanceRefresh instanceMaintenancePolicy suspendedProcesses defaultInstanceWarmup capacityRebalance enabledMetrics waitForCapacityTimeout tags",
    id: ({ name }) => String(name),
    outputs: ({ name }, { arn }) => ({
      arn: arn("autoscaling", `autoScalingGroup:0123:autoScalingGroupName/${String(name)}`),
    }),
    refuse: refuseGroup,
  },
  "aws:autoscaling/policy:Policy": {
    inputs: "name autoscalingGroupName policyType targetTrackingConfiguration",
  },
  "aws:autoscaling/lifecycleHook:LifecycleHook": {
    inputs: "name autoscalingGroupName lifecycleTransition heartbeatTimeout defaultResult",
  },
  "aws:ecs/cluster:Cluster": {
    inputs: "name settings tags",
    outputs: ({ name }, { arn }) => ({ arn: arn("ecs", `cluster/${String(name)}`) }),
  },
  "aws:ecs/taskDefinition:TaskDefinition": {
    inputs:
      "family requiresCompatibilities networkMode cpu memory executionRoleArn taskRoleArn containerDefinitions tags",
    outputs: ({ family }, { arn }) => ({
      arn: arn("ecs", `task-definition/${String(family)}:1`),
      revision: 1,
    }),
  },
};

/** The refusals of CreateAutoScalingGroup that our components could provoke. */
function refuseGroup(inputs: Properties): string | undefined {
  const [min, desired, max] = [inputs.minSize, inputs.desiredCapacity, inputs.maxSize].map(Number);
  if (!(min! <= desired! && desired! <= max!)) {
    return `sizes ${min}/${desired}/${max} are not in order`;
  }
  if ((inputs.launchTemplate === undefined) === (inputs.mixedInstancesPolicy === undefined)) {
    return "a group has either a launch template or a mixed instances policy";
  }
  return longerThan("group", 255, inputs.name);
}
