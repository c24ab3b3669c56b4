import { AutoScalingClient, CreateAutoScalingGroupCommand } from "@aws-sdk/client-auto-scaling";
import {
  CloudWatchClient,
  PutCompositeAlarmCommand,
  PutMetricAlarmCommand,
} from "@aws-sdk/client-cloudwatch";
import {
  CreateReplicationConfigurationCommand,
  DeleteReplicationConfigurationCommand,
  EFSClient,
  UpdateFileSystemProtectionCommand,
} from "@aws-sdk/client-efs";
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from "@aws-sdk/client-eventbridge";
import {
  CreateFunctionCommand,
  LambdaClient,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
} from "@aws-sdk/client-lambda";
import { CreateDBInstanceReadReplicaCommand, RDSClient } from "@aws-sdk/client-rds";
import { metricNamespace } from "../../failover/probe/probePlan";
import type { Gateway } from "../gateway/gateway";
import type { CaseWorld, WorldOptions } from "./caseWorld";
import { createEdge } from "./edgeParts";
import { type namesOf, regions, servingSizes, topicArn } from "./matrixPlan";
import type { PackedFunction } from "./packedFunction";
import type { ClientOf, SiteRegion } from "./site";

/** How long before a case's beginning the region was last seen alive, modelled milliseconds. */
const aliveBefore = 90_000;

/** What parts are made in: a case's world, or another pair of regions. */
export interface PartsWorld {
  readonly site: {
    readonly prefix: string;
    readonly active: Pick<SiteRegion, "region" | "fileSystemId">;
    readonly waiting: Pick<SiteRegion, "region" | "fileSystemId">;
  };
  readonly names: ReturnType<typeof namesOf>;
  readonly client: ClientOf;
  readonly gateway: Gateway;
}

/** Makes all that the failover changes: replication, groups, edge, alarms, the function. */
export async function buildCase(
  world: CaseWorld,
  packed: PackedFunction,
  options: WorldOptions,
): Promise<void> {
  await Promise.all([
    buildReplication(world),
    buildGroups(world, world.site.active, options.healthy ?? false),
    buildGroups(world, world.site.waiting, false),
    createEdge(world.site, world.client),
    buildAlarms(world, options.alarmPublishes ?? true),
    buildFunction(world, packed, options.functionTimeout),
  ]);
  rememberAlive(world, options.replicaLag ?? 2);
}

export async function buildReplication({ site, names, client }: PartsWorld): Promise<void> {
  const { active, waiting } = site;
  await client(EFSClient, waiting.region).send(
    new UpdateFileSystemProtectionCommand({
      FileSystemId: waiting.fileSystemId,
      ReplicationOverwriteProtection: "DISABLED",
    }),
  );
  await client(EFSClient, active.region).send(
    new CreateReplicationConfigurationCommand({
      SourceFileSystemId: active.fileSystemId,
      Destinations: [{ Region: waiting.region, FileSystemId: waiting.fileSystemId }],
    }),
  );
  await client(RDSClient, waiting.region).send(
    new CreateDBInstanceReadReplicaCommand({
      DBInstanceIdentifier: names.replica,
      SourceDBInstanceIdentifier: `arn:aws:rds:${active.region}:123456789012:db:${names.database}`,
    }),
  );
}

/** Ends the home's replication as a person would, and waits until the home is writable. */
export async function freeHomeByHand(world: CaseWorld, signal: AbortSignal): Promise<void> {
  const { active, waiting } = world.site;
  const SourceFileSystemId = active.fileSystemId;
  await world
    .client(EFSClient, waiting.region)
    .send(new DeleteReplicationConfigurationCommand({ SourceFileSystemId }));
  const isFree = (): boolean =>
    world.gateway.world.fileSystems.isWritable(waiting.region, waiting.fileSystemId);
  await world.reached(isFree, 60_000, signal);
}

/** In the active region the second team has lost its machine already, unless that is healthy. */
async function buildGroups(
  { site, names, client }: CaseWorld,
  part: SiteRegion,
  healthy: boolean,
): Promise<void> {
  const active = part.region === regions.active;
  for (const [index, name] of names.groups.entries()) {
    const count = active && (healthy || index === 0) ? servingSizes.desired : 0;
    await client(AutoScalingClient, part.region).send(
      new CreateAutoScalingGroupCommand({
        AutoScalingGroupName: name,
        LaunchTemplate: { LaunchTemplateName: site.prefix },
        MinSize: count,
        MaxSize: active ? servingSizes.max : 0,
        DesiredCapacity: count,
        VPCZoneIdentifier: part.subnets.join(","),
        TargetGroupARNs: [part.targetGroupArns[index] ?? ""],
      }),
    );
  }
}

export async function buildAlarms(
  { names, client }: PartsWorld,
  publishes: boolean,
): Promise<void> {
  const cloudWatch = client(CloudWatchClient, regions.waiting);
  await cloudWatch.send(
    new PutMetricAlarmCommand({
      AlarmName: names.probeAlarm,
      Namespace: metricNamespace,
      // No probe runs here: this metric has no data, and the alarm keeps the state it is set to.
      MetricName: "SetByTheMatrix",
      Statistic: "Maximum",
      ComparisonOperator: "GreaterThanOrEqualToThreshold",
      Threshold: 1,
      Period: 60,
      EvaluationPeriods: 1,
      TreatMissingData: "ignore",
    }),
  );
  await cloudWatch.send(
    new PutCompositeAlarmCommand({
      AlarmName: names.alarmName,
      AlarmRule: `ALARM("${names.probeAlarm}")`,
      ...(publishes ? { AlarmActions: [topicArn(names.alarmsTopic)] } : {}),
    }),
  );
}

export async function buildFunction(
  { names, client }: PartsWorld,
  { zip, settings }: PackedFunction,
  timeout?: number,
): Promise<void> {
  const FunctionName = names.functionName;
  const lambda = client(LambdaClient, regions.waiting);
  const queue = `arn:aws:sqs:${regions.waiting}:123456789012:${FunctionName}-dead-letters`;
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Role: "arn:aws:iam::123456789012:role/failover",
      Handler: settings.handler,
      Runtime: settings.runtime as "nodejs22.x",
      Timeout: timeout ?? settings.timeout,
      MemorySize: settings.memorySize,
      DeadLetterConfig: { TargetArn: queue },
      Code: { ZipFile: Buffer.from(zip, "base64") },
    }),
  );
  await lambda.send(
    new PutFunctionConcurrencyCommand({
      FunctionName,
      ReservedConcurrentExecutions: settings.reservedConcurrency,
    }),
  );
  await lambda.send(
    new PutFunctionEventInvokeConfigCommand({
      FunctionName,
      MaximumEventAgeInSeconds: settings.maximumEventAge,
      MaximumRetryAttempts: settings.maximumRetries,
    }),
  );
}

/** Starts the function's schedule as deployed, and lets its first minute come now. */
export async function startSchedule(
  { names, client, gateway }: PartsWorld,
  { settings }: PackedFunction,
): Promise<void> {
  const FunctionName = names.functionName;
  const arn = `arn:aws:lambda:${regions.waiting}:123456789012:function:${FunctionName}`;
  const events = client(EventBridgeClient, regions.waiting);
  const rule = { Name: FunctionName, ScheduleExpression: settings.schedule };
  await events.send(new PutRuleCommand(rule));
  const Targets = [{ Id: "1", Arn: arn }];
  await events.send(new PutTargetsCommand({ Rule: FunctionName, Targets }));
  await gateway.world.functions.invokeAsync(arn, { source: "aws.events" });
}

/** What probe and RDS have published by the time at which the region is lost. */
export function rememberAlive({ gateway, names, site }: PartsWorld, replicaLag: number): void {
  const at = gateway.clock.now() - aliveBefore;
  const region = regions.waiting;
  gateway.world.metrics.put({
    ...{ region, namespace: metricNamespace, name: "TeamsDown", value: 0, at },
    dimensions: { Deployment: site.prefix, Region: regions.active },
  });
  gateway.world.metrics.put({
    ...{ region, namespace: "AWS/RDS", name: "ReplicaLag", value: replicaLag, at },
    dimensions: { DBInstanceIdentifier: names.replica },
  });
}
