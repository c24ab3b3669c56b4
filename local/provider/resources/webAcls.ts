import type * as aws from "@pulumi/aws";
import { present, type Operation } from "../operation";
import { replace, resourceType, unread, update, type AnyResourceType } from "../resourceType";
import type { Properties } from "../wire";
import { retagWith, tagsIfAny } from "./tagging";

type AclOperation = Operation<aws.wafv2.WebAcl, aws.wafv2.WebAclArgs>;

const webAcl = resourceType<aws.wafv2.WebAcl, aws.wafv2.WebAclArgs>({
  token: "aws:wafv2/webAcl:WebAcl",
  inputs: {
    name: replace,
    scope: replace,
    description: update,
    defaultAction: unread(update),
    rules: unread(update),
    visibilityConfig: unread(update),
  },
  name: { property: "name", maxLength: 128 },
  async create(operation) {
    const { Summary } = await operation.call("waf", "createWebACL", {
      ...request(operation),
      tags: tagsIfAny(operation),
    });
    return present(Summary?.Id, "the access list's id");
  },
  async update(operation) {
    await operation.call("waf", "updateWebACL", {
      ...request(operation),
      Id: operation.id,
      LockToken: (await get(operation)).LockToken,
    });
  },
  async read(operation) {
    const { WebACL: found, LockToken } = await get(operation);
    if (found === undefined) return undefined;
    return {
      arn: found.ARN,
      capacity: found.Capacity,
      lockToken: LockToken,
      name: found.Name,
      description: found.Description,
    };
  },
  retag: retagWith("waf"),
  async delete(operation) {
    const { name: Name, scope: Scope } = operation.inputs;
    const { LockToken } = await get(operation);
    await operation.call("waf", "deleteWebACL", { Name, Scope, Id: operation.id, LockToken });
  },
});

function get(operation: AclOperation) {
  const { name: Name, scope: Scope } = operation.inputs;
  return operation.call("waf", "getWebACL", { Name, Scope, Id: operation.id });
}

function request(operation: AclOperation): Properties {
  const { visibilityConfig, rules } = operation.inputs;
  return operation.arguments({
    visibilityConfig: visibility(visibilityConfig),
    rules: rules?.map((rule) => ({
      ...rule,
      visibilityConfig: visibility(rule.visibilityConfig),
    })),
  });
}

function visibility(config: {
  cloudwatchMetricsEnabled: boolean;
  metricName: string;
  sampledRequestsEnabled: boolean;
}): Properties {
  return {
    CloudWatchMetricsEnabled: config.cloudwatchMetricsEnabled,
    MetricName: config.metricName,
    SampledRequestsEnabled: config.sampledRequestsEnabled,
  };
}

const association = resourceType<aws.wafv2.WebAclAssociation, aws.wafv2.WebAclAssociationArgs>({
  token: "aws:wafv2/webAclAssociation:WebAclAssociation",
  inputs: { resourceArn: replace, webAclArn: replace },
  async create(operation) {
    const { resourceArn, webAclArn } = operation.inputs;
    await operation.call("waf", "associateWebACL", operation.arguments());
    return `${webAclArn},${resourceArn}`;
  },
  async read(operation) {
    const { resourceArn } = operation.inputs;
    const { WebACL } = await operation.call("waf", "getWebACLForResource", {
      ResourceArn: resourceArn,
    });
    return WebACL === undefined ? undefined : { resourceArn };
  },
  async delete(operation) {
    await operation.call("waf", "disassociateWebACL", {
      ResourceArn: operation.inputs.resourceArn,
    });
  },
});

/** Web application firewalls. */
export const types: readonly AnyResourceType[] = [webAcl, association];
