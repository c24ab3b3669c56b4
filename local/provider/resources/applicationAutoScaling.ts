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
import type { Properties } from "../wire";
import { retagWith, tagsIfAny } from "./tagging";

type TargetOperation = Operation<aws.appautoscaling.Target, aws.appautoscaling.TargetArgs>;

const target = resourceType<aws.appautoscaling.Target, aws.appautoscaling.TargetArgs>({
  token: "aws:appautoscaling/target:Target",
  inputs: {
    serviceNamespace: replace,
    resourceId: replace,
    scalableDimension: replace,
    minCapacity: update,
    maxCapacity: update,
    roleArn: unread(update),
  },
  ...putInPlace(register, ({ inputs }) => {
    const { serviceNamespace, resourceId, scalableDimension } = inputs;
    return [serviceNamespace, resourceId, scalableDimension].join("/");
  }),
  async read(operation) {
    const { serviceNamespace, resourceId, scalableDimension } = operation.inputs;
    const answer = await operation.call("appAutoScaling", "describeScalableTargets", {
      serviceNamespace,
      resourceIds: [resourceId],
      scalableDimension,
    });
    const found = answer.ScalableTargets?.[0];
    if (found === undefined) return undefined;
    return {
      arn: found.ScalableTargetARN,
      minCapacity: found.MinCapacity,
      maxCapacity: found.MaxCapacity,
      roleArn: found.RoleARN,
    };
  },
  async delete(operation) {
    const { serviceNamespace, resourceId, scalableDimension } = operation.inputs;
    await operation.call("appAutoScaling", "deregisterScalableTarget", {
      serviceNamespace,
      resourceId,
      scalableDimension,
    });
  },
  retag: retagWith("appAutoScaling"),
});

async function register(operation: TargetOperation): Promise<void> {
  const isNew = operation.id === "";
  await operation.call("appAutoScaling", "registerScalableTarget", {
    ...operation.arguments(),
    tags: isNew ? tagsIfAny(operation) : undefined,
  });
}

type PolicyOperation = Operation<aws.appautoscaling.Policy, aws.appautoscaling.PolicyArgs>;

const policy = resourceType<aws.appautoscaling.Policy, aws.appautoscaling.PolicyArgs>({
  token: "aws:appautoscaling/policy:Policy",
  inputs: {
    name: replace,
    policyType: defaulted(replace, "StepScaling"),
    serviceNamespace: replace,
    resourceId: replace,
    scalableDimension: replace,
    targetTrackingScalingPolicyConfiguration: unread(update),
  },
  name: { property: "name", maxLength: 256 },
  ...putInPlace(put, ({ inputs }) => inputs.name ?? ""),
  async read(operation) {
    const answer = await operation.call("appAutoScaling", "describeScalingPolicies", {
      ...key(operation),
      policyNames: [operation.id],
    });
    const found = answer.ScalingPolicies?.[0];
    if (found === undefined) return undefined;
    return { arn: found.PolicyARN, name: found.PolicyName, alarmArns: [] };
  },
  async delete(operation) {
    await operation.call("appAutoScaling", "deleteScalingPolicy", {
      ...key(operation),
      policyName: operation.id,
    });
  },
});

function key({ inputs }: PolicyOperation): Properties {
  const { serviceNamespace, resourceId, scalableDimension } = inputs;
  return { serviceNamespace, resourceId, scalableDimension };
}

async function put(operation: PolicyOperation): Promise<void> {
  await operation.call("appAutoScaling", "putScalingPolicy", {
    ...operation.arguments({ name: undefined }),
    policyName: operation.inputs.name,
  });
}

/** Scaling of what is no EC2 group, such as container services. */
export const types: readonly AnyResourceType[] = [target, policy];
