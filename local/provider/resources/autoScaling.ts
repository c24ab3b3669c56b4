import type * as aws from "@pulumi/aws";
import { type Operation } from "../operation";
import {
  defaulted,
  replace,
  resourceType,
  unread,
  update,
  type AnyResourceType,
} from "../resourceType";
import type { Properties } from "../wire";

type GroupOperation = Operation<aws.autoscaling.Group, aws.autoscaling.GroupArgs>;

const group = resourceType<aws.autoscaling.Group, aws.autoscaling.GroupArgs>({
  token: "aws:autoscaling/group:Group",
  inputs: {
    name: replace,
    minSize: update,
    maxSize: update,
    desiredCapacity: update,
    launchTemplate: unread(update),
    mixedInstancesPolicy: unread(update),
    vpcZoneIdentifiers: unread(update),
    healthCheckType: update,
    healthCheckGracePeriod: defaulted(update, 300),
    defaultCooldown: update,
    defaultInstanceWarmup: update,
    targetGroupArns: unread(update),
    suspendedProcesses: update,
    terminationPolicies: update,
    capacityRebalance: update,
    protectFromScaleIn: defaulted(update, false),
    maxInstanceLifetime: update,
    instanceMaintenancePolicy: unread(update),
    enabledMetrics: unread(update),
    metricsGranularity: defaulted(unread(update), "1Minute"),
    initialLifecycleHooks: unread(replace),
    serviceLinkedRoleArn: unread(update),
    warmPool: unread(update),
    waitForCapacityTimeout: defaulted(unread(update), "10m"),
    waitForElbCapacity: unread(update),
    minElbCapacity: unread(update),
    forceDelete: defaulted(unread(update), false),
    forceDeleteWarmPool: defaulted(unread(update), false),
    ignoreFailedScalingActivities: defaulted(unread(update), false),
    instanceRefresh: unread(update),
    tags: unread(update),
  },
  name: { property: "name", maxLength: 255 },
  async create(operation) {
    const { inputs } = operation;
    await operation.call("autoScaling", "createAutoScalingGroup", {
      ...request(operation),
      LifecycleHookSpecificationList: (inputs.initialLifecycleHooks ?? []).map((hook) => ({
        ...hook,
        name: undefined,
        LifecycleHookName: hook.name,
      })),
      Tags: tagList(operation, inputs.tags),
    });
    const name = inputs.name ?? "";
    await writeExtras(operation.withId(name));
    return name;
  },
  async ready(operation) {
    const { waitForCapacityTimeout } = operation.inputs;
    if (waitForCapacityTimeout === "0" || waitForCapacityTimeout === "0s") return;
    const wanted = operation.inputs.desiredCapacity ?? operation.inputs.minSize;
    // Existing groups are waited for only when this operation asked for another size.
    if (!operation.changed("minSize", "desiredCapacity")) return;
    await operation.untilTrue(`in service with ${wanted} instances`, async () => {
      const found = await describe(operation);
      const serving = found?.Instances?.filter((item) => item.LifecycleState === "InService") ?? [];
      return serving.length >= wanted;
    });
  },
  async read(operation) {
    const found = await describe(operation);
    if (found === undefined) return undefined;
    return {
      arn: found.AutoScalingGroupARN,
      name: found.AutoScalingGroupName,
      availabilityZones: found.AvailabilityZones,
      defaultCooldown: found.DefaultCooldown,
      desiredCapacity: found.DesiredCapacity,
      healthCheckType: found.HealthCheckType,
      healthCheckGracePeriod: found.HealthCheckGracePeriod,
      loadBalancers: [],
      maxSize: found.MaxSize,
      minSize: found.MinSize,
      predictedCapacity: found.PredictedCapacity,
      serviceLinkedRoleArn: found.ServiceLinkedRoleARN,
      suspendedProcesses: found.SuspendedProcesses?.map(({ ProcessName }) => ProcessName ?? ""),
      targetGroupArns: found.TargetGroupARNs,
      trafficSources: [],
      vpcZoneIdentifiers: (found.VPCZoneIdentifier ?? "").split(",").filter((id) => id !== ""),
      warmPoolSize: found.WarmPoolSize,
    };
  },
  async update(operation) {
    await operation.call("autoScaling", "updateAutoScalingGroup", request(operation));
    await writeExtras(operation);
    if (operation.changed("tags")) await writeTags(operation);
  },
  async delete(operation) {
    await operation.call("autoScaling", "deleteAutoScalingGroup", {
      AutoScalingGroupName: operation.id,
      ForceDelete: true,
    });
    await operation.untilTrue("deleted", async () => (await describe(operation)) === undefined);
  },
});

/** What creating and updating a group have in common; the rest has calls of its own. */
function request(operation: GroupOperation): Properties {
  const { inputs } = operation;
  return {
    AutoScalingGroupName: inputs.name,
    // As AWS's provider does: what is ignored, or was changed by others meanwhile, is not sent again.
    MinSize: operation.changed("minSize") ? inputs.minSize : undefined,
    MaxSize: operation.changed("maxSize") ? inputs.maxSize : undefined,
    DesiredCapacity: operation.changed("desiredCapacity") ? inputs.desiredCapacity : undefined,
    LaunchTemplate: launchTemplate(inputs.launchTemplate),
    MixedInstancesPolicy: mixedInstances(inputs.mixedInstancesPolicy),
    VPCZoneIdentifier: inputs.vpcZoneIdentifiers?.join(","),
    HealthCheckType: inputs.healthCheckType,
    HealthCheckGracePeriod: inputs.healthCheckGracePeriod,
    DefaultCooldown: inputs.defaultCooldown,
    DefaultInstanceWarmup: inputs.defaultInstanceWarmup,
    TerminationPolicies: inputs.terminationPolicies,
    CapacityRebalance: inputs.capacityRebalance,
    NewInstancesProtectedFromScaleIn: inputs.protectFromScaleIn,
    MaxInstanceLifetime: inputs.maxInstanceLifetime,
    InstanceMaintenancePolicy: inputs.instanceMaintenancePolicy,
    ServiceLinkedRoleARN: inputs.serviceLinkedRoleArn,
    ...(operation.id === "" ? { TargetGroupARNs: inputs.targetGroupArns } : {}),
  };
}

function launchTemplate(
  template: GroupOperation["inputs"]["launchTemplate"],
): Properties | undefined {
  if (template === undefined) return undefined;
  return {
    LaunchTemplateId: template.id,
    LaunchTemplateName: template.name,
    Version: template.version ?? "$Default",
  };
}

function mixedInstances(
  policy: GroupOperation["inputs"]["mixedInstancesPolicy"],
): Properties | undefined {
  if (policy === undefined) return undefined;
  const { launchTemplate: template, instancesDistribution } = policy;
  return {
    LaunchTemplate: {
      LaunchTemplateSpecification: {
        ...template.launchTemplateSpecification,
        version: template.launchTemplateSpecification.version ?? "$Default",
      },
      Overrides: template.overrides,
    },
    InstancesDistribution: instancesDistribution,
  };
}

/** Processes, metrics, target groups and warm pool, each with a call of its own. */
async function writeExtras(operation: GroupOperation): Promise<void> {
  const { inputs, oldInputs, id: AutoScalingGroupName } = operation;
  const isNew = oldInputs.name !== AutoScalingGroupName;
  if (operation.changed("suspendedProcesses")) {
    const wanted = inputs.suspendedProcesses ?? [];
    const before = isNew ? [] : (oldInputs.suspendedProcesses ?? []);
    const resumed = before.filter((name) => !wanted.includes(name));
    if (resumed.length > 0) {
      const ScalingProcesses = resumed;
      await operation.call("autoScaling", "resumeProcesses", {
        AutoScalingGroupName,
        ScalingProcesses,
      });
    }
    if (wanted.length > 0) {
      const ScalingProcesses = wanted;
      await operation.call("autoScaling", "suspendProcesses", {
        AutoScalingGroupName,
        ScalingProcesses,
      });
    }
  }
  if (operation.changed("enabledMetrics") && inputs.enabledMetrics !== undefined) {
    await operation.call("autoScaling", "enableMetricsCollection", {
      AutoScalingGroupName,
      Granularity: inputs.metricsGranularity,
      Metrics: inputs.enabledMetrics,
    });
  }
  if (!isNew && operation.changed("targetGroupArns")) await moveTargetGroups(operation);
  if (operation.changed("warmPool")) await writeWarmPool(operation);
}

async function moveTargetGroups(operation: GroupOperation): Promise<void> {
  const wanted = operation.inputs.targetGroupArns ?? [];
  const before = operation.oldInputs.targetGroupArns ?? [];
  const AutoScalingGroupName = operation.id;
  const gone = before.filter((arn) => !wanted.includes(arn));
  const added = wanted.filter((arn) => !before.includes(arn));
  if (gone.length > 0) {
    await operation.call("autoScaling", "detachLoadBalancerTargetGroups", {
      AutoScalingGroupName,
      TargetGroupARNs: gone,
    });
  }
  if (added.length > 0) {
    await operation.call("autoScaling", "attachLoadBalancerTargetGroups", {
      AutoScalingGroupName,
      TargetGroupARNs: added,
    });
  }
}

async function writeWarmPool(operation: GroupOperation): Promise<void> {
  const { warmPool } = operation.inputs;
  const AutoScalingGroupName = operation.id;
  if (warmPool === undefined) {
    if (operation.oldInputs.warmPool === undefined) return;
    await operation.call("autoScaling", "deleteWarmPool", {
      AutoScalingGroupName,
      ForceDelete: true,
    });
    return;
  }
  await operation.call("autoScaling", "putWarmPool", {
    AutoScalingGroupName,
    MaxGroupPreparedCapacity: warmPool.maxGroupPreparedCapacity,
    MinSize: warmPool.minSize,
    PoolState: warmPool.poolState,
    InstanceReusePolicy: warmPool.instanceReusePolicy,
  });
}

type GroupTags = GroupOperation["inputs"]["tags"];

/** A group's own tags are a list; the provider's default tags do not reach it, as in AWS's. */
function tagList(operation: GroupOperation, tags: GroupTags): Properties[] {
  return (tags ?? []).map(({ key, value, propagateAtLaunch }) => ({
    Key: key,
    Value: value,
    PropagateAtLaunch: propagateAtLaunch,
    ResourceId: operation.inputs.name,
    ResourceType: "auto-scaling-group",
  }));
}

async function writeTags(operation: GroupOperation): Promise<void> {
  const kept = new Set((operation.inputs.tags ?? []).map(({ key }) => key));
  const gone = (operation.oldInputs.tags ?? []).filter(({ key }) => !kept.has(key));
  if (gone.length > 0) {
    await operation.call("autoScaling", "deleteTags", { Tags: tagList(operation, gone) });
  }
  const Tags = tagList(operation, operation.inputs.tags);
  if (Tags.length > 0) await operation.call("autoScaling", "createOrUpdateTags", { Tags });
}

async function describe(operation: GroupOperation) {
  const answer = await operation.call("autoScaling", "describeAutoScalingGroups", {
    AutoScalingGroupNames: [operation.id],
  });
  return answer.AutoScalingGroups?.[0];
}

/** Groups of machines. */
export const types: readonly AnyResourceType[] = [group];
