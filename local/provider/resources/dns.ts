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
import { retagWith, type Retag } from "./tagging";

function retagRoute53(ResourceType: "hostedzone" | "healthcheck"): Retag {
  return retagWith("route53", {
    tag: "changeTagsForResource",
    untag: "changeTagsForResource",
    resource: ({ id }) => ({ ResourceType, ResourceId: id }),
    keys: (RemoveTagKeys) => ({ RemoveTagKeys }),
    tags: (AddTags) => ({ AddTags }),
  });
}

const retagZone = retagRoute53("hostedzone");

const zone = resourceType<aws.route53.Zone, aws.route53.ZoneArgs>({
  token: "aws:route53/zone:Zone",
  inputs: {
    name: replace,
    comment: defaulted(update, "Managed by Pulumi"),
    forceDestroy: defaulted(unread(update), false),
    vpcs: unread(replace),
  },
  name: { property: "name", maxLength: 255 },
  async create(operation) {
    const { name, comment, vpcs } = operation.inputs;
    const [first, ...others] = vpcs ?? [];
    const VPC = (item: { vpcId: string; vpcRegion?: string | undefined }): Properties => ({
      VPCId: item.vpcId,
      VPCRegion: item.vpcRegion ?? operation.region,
    });
    const { HostedZone } = await operation.call("route53", "createHostedZone", {
      Name: name,
      CallerReference: operation.idempotencyToken,
      HostedZoneConfig: { Comment: comment, PrivateZone: first !== undefined },
      VPC: first === undefined ? undefined : VPC(first),
    });
    const id = present(HostedZone?.Id, "the zone's id").replace("/hostedzone/", "");
    for (const item of others) {
      await operation.call("route53", "associateVPCWithHostedZone", {
        HostedZoneId: id,
        VPC: VPC(item),
      });
    }
    const change = { set: operation.tags, remove: [] };
    await retagZone(operation.withId(id), change);
    return id;
  },
  async update(operation) {
    await operation.call("route53", "updateHostedZoneComment", {
      Id: operation.id,
      Comment: operation.inputs.comment,
    });
  },
  async read(operation) {
    const found = await operation.call("route53", "getHostedZone", { Id: operation.id });
    const servers = found.DelegationSet?.NameServers;
    return {
      arn: `arn:aws:route53:::hostedzone/${operation.id}`,
      name: found.HostedZone?.Name?.replace(/\.$/, ""),
      nameServers: servers,
      primaryNameServer: servers?.[0],
      zoneId: operation.id,
    };
  },
  retag: retagZone,
  async delete(operation) {
    await operation.call("route53", "deleteHostedZone", { Id: operation.id });
  },
});

type RecordOperation = Operation<aws.route53.Record, aws.route53.RecordArgs>;

const record = resourceType<aws.route53.Record, aws.route53.RecordArgs>({
  token: "aws:route53/record:Record",
  inputs: {
    zoneId: replace,
    name: replace,
    type: replace,
    ttl: update,
    records: update,
    aliases: unread(update),
    setIdentifier: replace,
    weightedRoutingPolicies: unread(update),
    failoverRoutingPolicies: unread(update),
    latencyRoutingPolicies: unread(update),
    healthCheckId: update,
    multivalueAnswerRoutingPolicy: unread(update),
    allowOverwrite: unread(update),
  },
  async create(operation) {
    const { zoneId, name, type, setIdentifier, allowOverwrite } = operation.inputs;
    await change(operation, allowOverwrite === true ? "UPSERT" : "CREATE", operation.inputs);
    return [zoneId, name, type, setIdentifier].filter((part) => part !== undefined).join("_");
  },
  async update(operation) {
    await change(operation, "UPSERT", operation.inputs);
  },
  async read(operation) {
    const { zoneId, name, type, setIdentifier } = operation.inputs;
    const answer = await operation.call("route53", "listResourceRecordSets", {
      HostedZoneId: zoneId,
      StartRecordName: name,
      StartRecordType: type,
    });
    const found = answer.ResourceRecordSets?.find(
      (item) =>
        withoutDot(item.Name) === withoutDot(name) &&
        item.Type === type &&
        item.SetIdentifier === setIdentifier,
    );
    if (found === undefined) return undefined;
    return {
      fqdn: withoutDot(name),
      name,
      ttl: found.TTL,
      type,
      zoneId,
      records: found.ResourceRecords?.map(({ Value }) => Value ?? ""),
    };
  },
  async delete(operation) {
    await change(operation, "DELETE", operation.inputs);
  },
});

/** Route 53 escapes what is no letter, such as the star of a wildcard. */
function withoutDot(name: string | undefined): string {
  return (name ?? "").replace(/\.$/, "").replace("\\052", "*");
}

async function change(
  operation: RecordOperation,
  Action: string,
  inputs: RecordOperation["inputs"],
): Promise<void> {
  const alias = inputs.aliases?.[0];
  await operation.call("route53", "changeResourceRecordSets", {
    HostedZoneId: inputs.zoneId,
    ChangeBatch: {
      Changes: [
        {
          Action,
          ResourceRecordSet: {
            Name: inputs.name,
            Type: inputs.type,
            TTL: inputs.ttl,
            ResourceRecords: inputs.records?.map((Value) => ({ Value })),
            AliasTarget:
              alias === undefined
                ? undefined
                : {
                    DNSName: alias.name,
                    HostedZoneId: alias.zoneId,
                    EvaluateTargetHealth: alias.evaluateTargetHealth,
                  },
            SetIdentifier: inputs.setIdentifier,
            Weight: inputs.weightedRoutingPolicies?.[0]?.weight,
            Failover: inputs.failoverRoutingPolicies?.[0]?.type,
            Region: inputs.latencyRoutingPolicies?.[0]?.region,
            MultiValueAnswer: inputs.multivalueAnswerRoutingPolicy,
            HealthCheckId: inputs.healthCheckId,
          },
        },
      ],
    },
  });
}

const healthCheck = resourceType<aws.route53.HealthCheck, aws.route53.HealthCheckArgs>({
  token: "aws:route53/healthCheck:HealthCheck",
  inputs: {
    type: replace,
    fqdn: update,
    ipAddress: update,
    port: update,
    resourcePath: update,
    requestInterval: replace,
    failureThreshold: update,
    measureLatency: replace,
    enableSni: update,
    invertHealthcheck: update,
    disabled: update,
    regions: update,
    searchString: update,
    cloudwatchAlarmName: update,
    cloudwatchAlarmRegion: update,
    insufficientDataHealthStatus: update,
    childHealthchecks: update,
    childHealthThreshold: update,
    referenceName: replace,
  },
  async create(operation) {
    const { HealthCheck } = await operation.call("route53", "createHealthCheck", {
      CallerReference: operation.idempotencyToken,
      HealthCheckConfig: healthCheckConfig(operation),
    });
    const id = present(HealthCheck?.Id, "the health check's id");
    if (Object.keys(operation.tags).length > 0) {
      await operation.call("route53", "changeTagsForResource", {
        ResourceType: "healthcheck",
        ResourceId: id,
        AddTags: operation.tags,
      });
    }
    return id;
  },
  async update(operation) {
    await operation.call("route53", "updateHealthCheck", {
      ...healthCheckConfig(operation),
      HealthCheckId: operation.id,
      // Fixed when the check was made.
      Type: undefined,
      RequestInterval: undefined,
      MeasureLatency: undefined,
    });
  },
  async read(operation) {
    await operation.call("route53", "getHealthCheck", { HealthCheckId: operation.id });
    return { arn: `arn:aws:route53:::healthcheck/${operation.id}` };
  },
  retag: retagRoute53("healthcheck"),
  async delete(operation) {
    await operation.call("route53", "deleteHealthCheck", { HealthCheckId: operation.id });
  },
});

type HealthCheckOperation = Operation<aws.route53.HealthCheck, aws.route53.HealthCheckArgs>;

function healthCheckConfig({ inputs }: HealthCheckOperation): Properties {
  return {
    Type: inputs.type,
    FullyQualifiedDomainName: inputs.fqdn,
    IPAddress: inputs.ipAddress,
    Port: inputs.port,
    ResourcePath: inputs.resourcePath,
    RequestInterval: inputs.requestInterval,
    FailureThreshold: inputs.failureThreshold,
    MeasureLatency: inputs.measureLatency,
    EnableSNI: inputs.enableSni,
    Inverted: inputs.invertHealthcheck,
    Disabled: inputs.disabled,
    Regions: inputs.regions,
    SearchString: inputs.searchString,
    AlarmIdentifier:
      inputs.cloudwatchAlarmName === undefined
        ? undefined
        : { Name: inputs.cloudwatchAlarmName, Region: inputs.cloudwatchAlarmRegion },
    InsufficientDataHealthStatus: inputs.insufficientDataHealthStatus,
    ChildHealthChecks: inputs.childHealthchecks,
    HealthThreshold: inputs.childHealthThreshold,
  };
}

/** Names. */
export const types: readonly AnyResourceType[] = [zone, record, healthCheck];
