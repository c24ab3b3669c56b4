import type * as aws from "@pulumi/aws";
import { present, type Operation } from "../operation";
import {
  defaulted,
  replace,
  resourceType,
  unread,
  update,
  type AnyResourceType,
} from "../resourceType";
import type { Properties } from "../wire";
import { retagElb } from "./loadBalancing";
import { tagsIfAny } from "./tagging";

type TargetGroupOperation = Operation<aws.lb.TargetGroup, aws.lb.TargetGroupArgs>;

const targetGroup = resourceType<aws.lb.TargetGroup, aws.lb.TargetGroupArgs>({
  token: "aws:lb/targetGroup:TargetGroup",
  inputs: {
    name: replace,
    port: replace,
    protocol: replace,
    protocolVersion: replace,
    vpcId: replace,
    targetType: defaulted(replace, "instance"),
    healthCheck: unread(update),
    deregistrationDelay: defaulted(unread(update), 300),
    slowStart: defaulted(unread(update), 0),
    loadBalancingAlgorithmType: unread(update),
    stickiness: unread(update),
    preserveClientIp: unread(update),
    connectionTermination: unread(update),
    proxyProtocolV2: defaulted(unread(update), false),
    lambdaMultiValueHeadersEnabled: defaulted(unread(update), false),
    ipAddressType: replace,
  },
  name: { property: "name", maxLength: 32 },
  async create(operation) {
    const { inputs } = operation;
    const answer = await operation.call("elb", "createTargetGroup", {
      name: inputs.name,
      port: inputs.port,
      protocol: inputs.protocol,
      protocolVersion: inputs.protocolVersion,
      vpcId: inputs.vpcId,
      targetType: inputs.targetType,
      ipAddressType: inputs.ipAddressType,
      ...healthCheck(inputs.healthCheck),
      tags: tagsIfAny(operation),
    });
    const arn = present(answer.TargetGroups?.[0]?.TargetGroupArn, "the target group's ARN");
    await writeTargetGroupAttributes(operation.withId(arn));
    return arn;
  },
  async read(operation) {
    const answer = await operation.call("elb", "describeTargetGroups", {
      TargetGroupArns: [operation.id],
    });
    const found = answer.TargetGroups?.[0];
    if (found === undefined) return undefined;
    return {
      arn: found.TargetGroupArn,
      arnSuffix: operation.id.split(":").pop(),
      loadBalancerArns: found.LoadBalancerArns,
      name: found.TargetGroupName,
      port: found.Port,
      protocol: found.Protocol,
      protocolVersion: found.ProtocolVersion,
      targetType: found.TargetType,
      vpcId: found.VpcId,
    };
  },
  async update(operation) {
    if (operation.changed("healthCheck")) {
      await operation.call("elb", "modifyTargetGroup", {
        TargetGroupArn: operation.id,
        ...healthCheck(operation.inputs.healthCheck),
      });
    }
    await writeTargetGroupAttributes(operation);
  },
  retag: retagElb,
  async delete(operation) {
    await operation.call("elb", "deleteTargetGroup", { TargetGroupArn: operation.id });
  },
});

function healthCheck(check: TargetGroupOperation["inputs"]["healthCheck"]): Properties {
  if (check === undefined) return {};
  return {
    HealthCheckEnabled: check.enabled,
    HealthCheckIntervalSeconds: check.interval,
    HealthCheckPath: check.path,
    HealthCheckPort: check.port,
    HealthCheckProtocol: check.protocol,
    HealthCheckTimeoutSeconds: check.timeout,
    HealthyThresholdCount: check.healthyThreshold,
    UnhealthyThresholdCount: check.unhealthyThreshold,
    Matcher: check.matcher === undefined ? undefined : { HttpCode: check.matcher },
  };
}

async function writeTargetGroupAttributes(operation: TargetGroupOperation): Promise<void> {
  const { inputs } = operation;
  const { stickiness } = inputs;
  const values: Record<string, unknown> = {
    "deregistration_delay.timeout_seconds": inputs.deregistrationDelay,
    "slow_start.duration_seconds": inputs.targetType === "lambda" ? undefined : inputs.slowStart,
    "load_balancing.algorithm.type": inputs.loadBalancingAlgorithmType,
    "preserve_client_ip.enabled": inputs.preserveClientIp,
    "deregistration_delay.connection_termination.enabled": inputs.connectionTermination,
  };
  if (stickiness !== undefined) {
    values["stickiness.enabled"] = stickiness.enabled ?? true;
    values["stickiness.type"] = stickiness.type;
    const cookie = stickiness.type === "app_cookie" ? "app_cookie" : "lb_cookie";
    values[`stickiness.${cookie}.duration_seconds`] = stickiness.cookieDuration;
    values["stickiness.app_cookie.cookie_name"] = stickiness.cookieName;
  }
  const Attributes = Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([Key, value]) => ({ Key, Value: String(value) }));
  await operation.call("elb", "modifyTargetGroupAttributes", {
    TargetGroupArn: operation.id,
    Attributes,
  });
}

const attachment = resourceType<aws.lb.TargetGroupAttachment, aws.lb.TargetGroupAttachmentArgs>({
  token: "aws:lb/targetGroupAttachment:TargetGroupAttachment",
  inputs: { targetGroupArn: replace, targetId: replace, port: replace, availabilityZone: replace },
  async create(operation) {
    const { targetGroupArn, targetId, port } = operation.inputs;
    await operation.call("elb", "registerTargets", {
      TargetGroupArn: targetGroupArn,
      Targets: [target(operation)],
    });
    return [targetGroupArn, targetId, port].filter((part) => part !== undefined).join("-");
  },
  async read(operation) {
    const { targetGroupArn, targetId } = operation.inputs;
    const answer = await operation.call("elb", "describeTargetHealth", {
      TargetGroupArn: targetGroupArn,
    });
    const found = answer.TargetHealthDescriptions?.some(({ Target }) => Target?.Id === targetId);
    return found === true ? { targetGroupArn, targetId } : undefined;
  },
  async delete(operation) {
    await operation.call("elb", "deregisterTargets", {
      TargetGroupArn: operation.inputs.targetGroupArn,
      Targets: [target(operation)],
    });
  },
});

function target({
  inputs,
}: Operation<aws.lb.TargetGroupAttachment, aws.lb.TargetGroupAttachmentArgs>): Properties {
  return { Id: inputs.targetId, Port: inputs.port, AvailabilityZone: inputs.availabilityZone };
}

/** Groups of targets, and single members of them. */
export const types: readonly AnyResourceType[] = [targetGroup, attachment];
