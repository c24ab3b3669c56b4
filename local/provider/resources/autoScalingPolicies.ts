import type * as aws from "@pulumi/aws";
import { type Operation } from "../operation";
import {
  defaulted,
  putInPlace,
  replace,
  resourceType,
  unread,
  update,
  type AnyResourceType,
} from "../resourceType";

type PolicyOperation = Operation<aws.autoscaling.Policy, aws.autoscaling.PolicyArgs>;

const policy = resourceType<aws.autoscaling.Policy, aws.autoscaling.PolicyArgs>({
  token: "aws:autoscaling/policy:Policy",
  inputs: {
    name: replace,
    autoscalingGroupName: replace,
    policyType: defaulted(update, "SimpleScaling"),
    adjustmentType: update,
    cooldown: update,
    enabled: defaulted(update, true),
    estimatedInstanceWarmup: update,
    metricAggregationType: update,
    minAdjustmentMagnitude: update,
    scalingAdjustment: update,
    stepAdjustments: unread(update),
    targetTrackingConfiguration: unread(update),
  },
  name: { property: "name", maxLength: 255 },
  ...putInPlace(put, ({ inputs }) => inputs.name ?? ""),
  async read(operation) {
    const answer = await operation.call("autoScaling", "describePolicies", {
      AutoScalingGroupName: groupName(operation),
      PolicyNames: [operation.id],
    });
    const found = answer.ScalingPolicies?.[0];
    if (found === undefined) return undefined;
    return {
      arn: found.PolicyARN,
      name: found.PolicyName,
      autoscalingGroupName: found.AutoScalingGroupName,
      policyType: found.PolicyType,
      metricAggregationType: found.MetricAggregationType,
    };
  },
  async delete(operation) {
    await operation.call("autoScaling", "deletePolicy", {
      AutoScalingGroupName: groupName(operation),
      PolicyName: operation.id,
    });
  },
});

async function put(operation: PolicyOperation): Promise<void> {
  const { name, autoscalingGroupName, targetTrackingConfiguration: tracking } = operation.inputs;
  const metric = tracking?.customizedMetricSpecification;
  await operation.call("autoScaling", "putScalingPolicy", {
    ...operation.arguments({ name: undefined, autoscalingGroupName: undefined }),
    PolicyName: name,
    AutoScalingGroupName: autoscalingGroupName,
    TargetTrackingConfiguration:
      tracking === undefined || metric === undefined
        ? tracking
        : {
            ...tracking,
            customizedMetricSpecification: {
              ...metric,
              metricDimensions: undefined,
              Dimensions: metric.metricDimensions,
            },
          },
  });
}

function groupName({ inputs, state }: PolicyOperation): string | undefined {
  return state.autoscalingGroupName ?? inputs.autoscalingGroupName;
}

type HookOperation = Operation<aws.autoscaling.LifecycleHook, aws.autoscaling.LifecycleHookArgs>;

const lifecycleHook = resourceType<
  aws.autoscaling.LifecycleHook,
  aws.autoscaling.LifecycleHookArgs
>({
  token: "aws:autoscaling/lifecycleHook:LifecycleHook",
  inputs: {
    name: replace,
    autoscalingGroupName: replace,
    lifecycleTransition: update,
    defaultResult: update,
    heartbeatTimeout: update,
    notificationMetadata: update,
    notificationTargetArn: update,
    roleArn: update,
  },
  name: { property: "name", maxLength: 255 },
  ...putInPlace(putHook, ({ inputs }) => inputs.name ?? ""),
  async read(operation) {
    const answer = await operation.call("autoScaling", "describeLifecycleHooks", {
      AutoScalingGroupName:
        operation.state.autoscalingGroupName ?? operation.inputs.autoscalingGroupName,
      LifecycleHookNames: [operation.id],
    });
    const found = answer.LifecycleHooks?.[0];
    if (found === undefined) return undefined;
    return {
      name: found.LifecycleHookName,
      autoscalingGroupName: found.AutoScalingGroupName,
      lifecycleTransition: found.LifecycleTransition,
      defaultResult: found.DefaultResult,
      heartbeatTimeout: found.HeartbeatTimeout,
    };
  },
  async delete(operation) {
    await operation.call("autoScaling", "deleteLifecycleHook", {
      AutoScalingGroupName: operation.state.autoscalingGroupName,
      LifecycleHookName: operation.id,
    });
  },
});

async function putHook(operation: HookOperation): Promise<void> {
  const { name, autoscalingGroupName } = operation.inputs;
  await operation.call("autoScaling", "putLifecycleHook", {
    ...operation.arguments({ name: undefined, autoscalingGroupName: undefined }),
    LifecycleHookName: name,
    AutoScalingGroupName: autoscalingGroupName,
  });
}

type ScheduleOperation = Operation<aws.autoscaling.Schedule, aws.autoscaling.ScheduleArgs>;

const schedule = resourceType<aws.autoscaling.Schedule, aws.autoscaling.ScheduleArgs>({
  token: "aws:autoscaling/schedule:Schedule",
  inputs: {
    scheduledActionName: replace,
    autoscalingGroupName: replace,
    minSize: update,
    maxSize: update,
    desiredCapacity: update,
    recurrence: update,
    startTime: update,
    endTime: update,
    timeZone: update,
  },
  ...putInPlace(putSchedule, ({ inputs }) => inputs.scheduledActionName),
  async read(operation) {
    const answer = await operation.call("autoScaling", "describeScheduledActions", {
      AutoScalingGroupName: operation.inputs.autoscalingGroupName,
      ScheduledActionNames: [operation.id],
    });
    const found = answer.ScheduledUpdateGroupActions?.[0];
    if (found === undefined) return undefined;
    return {
      arn: found.ScheduledActionARN,
      recurrence: found.Recurrence,
      minSize: found.MinSize,
      maxSize: found.MaxSize,
      desiredCapacity: found.DesiredCapacity,
    };
  },
  async delete(operation) {
    await operation.call("autoScaling", "deleteScheduledAction", {
      AutoScalingGroupName: operation.inputs.autoscalingGroupName,
      ScheduledActionName: operation.id,
    });
  },
});

async function putSchedule(operation: ScheduleOperation): Promise<void> {
  await operation.call("autoScaling", "putScheduledUpdateGroupAction", {
    ...operation.arguments({ autoscalingGroupName: undefined }),
    AutoScalingGroupName: operation.inputs.autoscalingGroupName,
  });
}

/** What changes a group's size, and what happens when a machine comes or goes. */
export const types: readonly AnyResourceType[] = [policy, lifecycleHook, schedule];
