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
import { retagWith, tagsIfAny } from "./tagging";

/** Changes the tags of a load balancer, target group, listener or rule: their ids are ARNs. */
export const retagElb = retagWith("elb", {
  tag: "addTags",
  untag: "removeTags",
  resource: ({ id }) => ({ ResourceArns: [id] }),
});

type LoadBalancerOperation = Operation<aws.lb.LoadBalancer, aws.lb.LoadBalancerArgs>;

const loadBalancer = resourceType<aws.lb.LoadBalancer, aws.lb.LoadBalancerArgs>({
  token: "aws:lb/loadBalancer:LoadBalancer",
  inputs: {
    name: replace,
    internal: replace,
    loadBalancerType: defaulted(replace, "application"),
    ipAddressType: update,
    securityGroups: update,
    subnets: update,
    accessLogs: unread(update),
    connectionLogs: unread(update),
    enableDeletionProtection: defaulted(update, false),
    enableHttp2: defaulted(update, true),
    enableCrossZoneLoadBalancing: update,
    dropInvalidHeaderFields: defaulted(update, false),
    desyncMitigationMode: defaulted(update, "defensive"),
    idleTimeout: defaulted(update, 60),
    clientKeepAlive: defaulted(update, 3600),
    preserveHostHeader: defaulted(update, false),
    xffHeaderProcessingMode: defaulted(update, "append"),
    enableWafFailOpen: defaulted(update, false),
  },
  name: { property: "name", maxLength: 32 },
  async create(operation) {
    const { inputs } = operation;
    const answer = await operation.call("elb", "createLoadBalancer", {
      name: inputs.name,
      type: inputs.loadBalancerType,
      scheme: inputs.internal === true ? "internal" : "internet-facing",
      ipAddressType: inputs.ipAddressType,
      securityGroups: inputs.securityGroups,
      subnets: inputs.subnets,
      tags: tagsIfAny(operation),
    });
    const arn = present(answer.LoadBalancers?.[0]?.LoadBalancerArn, "the load balancer's ARN");
    await writeAttributes(operation.withId(arn));
    return arn;
  },
  async ready(operation) {
    await operation.untilTrue("active", async () => {
      return (await describe(operation))?.State?.Code === "active";
    });
  },
  async read(operation) {
    const found = await describe(operation);
    if (found === undefined) return undefined;
    return {
      arn: found.LoadBalancerArn,
      arnSuffix: operation.id.split(":loadbalancer/").pop(),
      dnsName: found.DNSName,
      internal: found.Scheme === "internal",
      ipAddressType: found.IpAddressType,
      loadBalancerType: found.Type,
      name: found.LoadBalancerName,
      securityGroups: found.SecurityGroups,
      subnets: found.AvailabilityZones?.map(({ SubnetId }) => SubnetId ?? ""),
      vpcId: found.VpcId,
      zoneId: found.CanonicalHostedZoneId,
    };
  },
  async update(operation) {
    const LoadBalancerArn = operation.id;
    const { securityGroups, subnets, ipAddressType } = operation.inputs;
    if (operation.changed("securityGroups")) {
      await operation.call("elb", "setSecurityGroups", {
        LoadBalancerArn,
        SecurityGroups: securityGroups,
      });
    }
    if (operation.changed("subnets")) {
      await operation.call("elb", "setSubnets", { LoadBalancerArn, Subnets: subnets });
    }
    if (operation.changed("ipAddressType")) {
      await operation.call("elb", "setIpAddressType", {
        LoadBalancerArn,
        IpAddressType: ipAddressType,
      });
    }
    await writeAttributes(operation);
  },
  retag: retagElb,
  async delete(operation) {
    await operation.call("elb", "deleteLoadBalancer", { LoadBalancerArn: operation.id });
  },
});

async function describe(operation: LoadBalancerOperation) {
  const answer = await operation.call("elb", "describeLoadBalancers", {
    LoadBalancerArns: [operation.id],
  });
  return answer.LoadBalancers?.[0];
}

/** Name of each attribute that a plain input sets, and the kind of load balancer that has it. */
const attributes = {
  enableDeletionProtection: ["deletion_protection.enabled", "any"],
  enableCrossZoneLoadBalancing: ["load_balancing.cross_zone.enabled", "network"],
  enableHttp2: ["routing.http2.enabled", "application"],
  dropInvalidHeaderFields: ["routing.http.drop_invalid_header_fields.enabled", "application"],
  desyncMitigationMode: ["routing.http.desync_mitigation_mode", "application"],
  idleTimeout: ["idle_timeout.timeout_seconds", "application"],
  clientKeepAlive: ["client_keep_alive.seconds", "application"],
  preserveHostHeader: ["routing.http.preserve_host_header.enabled", "application"],
  xffHeaderProcessingMode: ["routing.http.xff_header_processing.mode", "application"],
  enableWafFailOpen: ["waf.fail_open.enabled", "application"],
} as const;

async function writeAttributes(operation: LoadBalancerOperation): Promise<void> {
  const { inputs } = operation;
  const written: Properties[] = [];
  for (const [input, [Key, kind]] of Object.entries(attributes)) {
    const name = input as keyof typeof attributes;
    const applies = kind === "any" || kind === inputs.loadBalancerType;
    if (applies && inputs[name] !== undefined && operation.changed(name)) {
      written.push({ Key, Value: String(inputs[name]) });
    }
  }
  if (operation.changed("accessLogs")) {
    written.push(...logAttributes("access_logs", inputs.accessLogs));
  }
  if (operation.changed("connectionLogs")) {
    written.push(...logAttributes("connection_logs", inputs.connectionLogs));
  }
  if (written.length === 0) return;
  await operation.call("elb", "modifyLoadBalancerAttributes", {
    LoadBalancerArn: operation.id,
    Attributes: written,
  });
}

function logAttributes(
  kind: string,
  logs: { bucket: string; prefix?: string | undefined; enabled?: boolean | undefined } | undefined,
): Properties[] {
  const enabled = logs?.enabled ?? false;
  const written: Properties[] = [{ Key: `${kind}.s3.enabled`, Value: String(enabled) }];
  if (logs !== undefined && enabled) {
    written.push({ Key: `${kind}.s3.bucket`, Value: logs.bucket });
    written.push({ Key: `${kind}.s3.prefix`, Value: logs.prefix ?? "" });
  }
  return written;
}

/** Load balancers. */
export const types: readonly AnyResourceType[] = [loadBalancer];
