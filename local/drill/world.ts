import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  SetAlarmStateCommand,
} from "@aws-sdk/client-cloudwatch";
import { DescribeReplicationConfigurationsCommand, EFSClient } from "@aws-sdk/client-efs";
import { InvokeCommand, type InvokeCommandOutput, LambdaClient } from "@aws-sdk/client-lambda";
import { DescribeDBInstancesCommand, RDSClient } from "@aws-sdk/client-rds";
import { fakeCredentials } from "../emulator/isolatedEnvironment";
import type { Settings } from "../../stacks/config";
import type { OperationResult } from "../engine/engine";
import type { LocalAws } from "../localAws";
import { type DeployedPair, textOutput } from "./deployment";
import { type RecordVersion, recordVersions } from "./trace";

/** What the drill itself looks at, as a person with the AWS CLI would. */
export class DrillWorld {
  private readonly settings;

  constructor(
    private readonly local: LocalAws,
    readonly names: {
      readonly activeRegion: string;
      readonly waitingRegion: string;
      readonly tableName: string;
      readonly functionName: string;
      readonly alarmName: string;
      readonly replica: string;
      /** Empty where machines keep nothing. */
      readonly homeReplica: string;
      /** Names of the controllers' Auto Scaling groups, the same in both regions. */
      readonly groups: readonly string[];
    },
    /** Its name in the call log. */
    caller: string,
  ) {
    this.settings = {
      endpoint: local.gateway.endpoint,
      credentials: fakeCredentials,
      region: names.waitingRegion,
      userAgentAppId: caller,
    };
  }

  /** Reads the names of what was deployed off both stacks' outputs. */
  static of(local: LocalAws, pair: DeployedPair, settings: Settings, caller = "drill"): DrillWorld {
    return DrillWorld.between(local, { active: pair.primary, waiting: pair.dr }, settings, caller);
  }

  /**
   * The same for either distribution of the roles.
   * @param settings the waiting region's stack's
   */
  static between(
    local: LocalAws,
    { active, waiting }: { readonly active: OperationResult; readonly waiting: OperationResult },
    settings: Settings,
    caller = "drill",
  ): DrillWorld {
    const { prefix, activeRegion, region, teams, application } = settings;
    const carried = application === undefined ? teams : [application];
    return new DrillWorld(
      local,
      {
        activeRegion,
        waitingRegion: region,
        tableName: textOutput(waiting, "recordTable"),
        functionName: textOutput(waiting, "failoverFunction"),
        alarmName: textOutput(waiting, "regionAlarm"),
        replica: textOutput(waiting, "databaseIdentifier"),
        homeReplica: textOutput(active, "homeReplicaFileSystemId"),
        groups: carried.map(({ name }) => `${prefix}-${name}`),
      },
      caller,
    );
  }

  record(): RecordVersion | undefined {
    const { tableName, waitingRegion } = this.names;
    // Either region has a table of that name.
    const calls = this.local.gateway.calls
      .since(0)
      .filter(({ region }) => region === waitingRegion);
    return recordVersions({ tableName, calls }).at(-1);
  }

  /** State of the region alarm; `missing` if there is none. */
  async alarmState(): Promise<string> {
    const alarms = new CloudWatchClient(this.settings);
    try {
      const { CompositeAlarms } = await alarms.send(
        new DescribeAlarmsCommand({
          AlarmNames: [this.names.alarmName],
          AlarmTypes: ["CompositeAlarm"],
        }),
      );
      return CompositeAlarms?.[0]?.StateValue ?? "missing";
    } finally {
      alarms.destroy();
    }
  }

  /** Sets metric alarms to ALARM by hand; AWS evaluates them anew at their next period. */
  async raise(metricAlarms: readonly string[]): Promise<void> {
    const alarms = new CloudWatchClient(this.settings);
    try {
      for (const AlarmName of metricAlarms) {
        await alarms.send(
          new SetAlarmStateCommand({
            AlarmName,
            StateValue: "ALARM",
            StateReason: "Set by hand in the local AWS.",
          }),
        );
      }
    } finally {
      alarms.destroy();
    }
  }

  /** What still keeps the pair from being in its steady state; empty when nothing does. */
  async unsteady(): Promise<string[]> {
    const efs = new EFSClient(this.settings);
    const rds = new RDSClient(this.settings);
    const { replica, homeReplica, groups, activeRegion } = this.names;
    const [alarm, { Replications }, { DBInstances }] = await Promise.all([
      this.alarmState(),
      homeReplica === ""
        ? { Replications: [] }
        : efs.send(new DescribeReplicationConfigurationsCommand({ FileSystemId: homeReplica })),
      rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: replica })),
    ]);
    for (const client of [efs, rds]) client.destroy();
    const answering = this.answering(activeRegion);
    const missing = groups.filter((group) => !answering.has(group));
    const phase = this.record()?.record.phase;
    const replication = Replications?.[0]?.Destinations?.[0]?.Status;
    return [
      ...(missing.length > 0 ? [`teams that do not answer yet: ${missing.join(", ")}`] : []),
      ...(phase === "standby" ? [] : [`failover record: ${phase ?? "not written yet"}`]),
      ...(alarm === "OK" ? [] : [`region alarm: ${alarm}`]),
      ...(homeReplica === "" || replication === "ENABLED"
        ? []
        : [`home replication: ${replication ?? "missing"}`]),
      ...(DBInstances?.[0]?.DBInstanceStatus === "available"
        ? []
        : [`replica: ${DBInstances?.[0]?.DBInstanceStatus ?? "missing"}`]),
    ];
  }

  /**
   * Groups with a controller that answers now, by the events of its machines. In a dead region none
   * does: its machines are cut off, and only show as ended once it is back.
   */
  answering(region: string): ReadonlySet<string> {
    if (this.local.gateway.faults.deadRegions().includes(region)) return new Set();
    const controllers = new Map<string, string | undefined>();
    for (const event of this.local.gateway.events.all()) {
      if (event.service !== "controller" || event.region !== region) continue;
      const answers = event.detail?.stage === "answering";
      controllers.set(
        event.resource,
        answers ? String(event.detail.AutoScalingGroupName) : undefined,
      );
    }
    return new Set([...controllers.values()].filter((group) => group !== undefined));
  }

  /** True once the record says that the fence around the lost region is confirmed. */
  isFenced(): boolean {
    return this.record()?.record.steps.fence?.state === "done";
  }

  /** The region alarm as SNS would deliver it, from a topic of that name. */
  alarmMessage(topic: string, at: number): object {
    const message = {
      AlarmName: this.names.alarmName,
      NewStateValue: "ALARM",
      StateChangeTime: new Date(at).toISOString(),
    };
    const arn = `arn:aws:sns:${this.names.waitingRegion}:123456789012:${topic}`;
    const sns = {
      MessageId: `drill-${topic}-${at}`,
      TopicArn: arn,
      Message: JSON.stringify(message),
    };
    return { Records: [{ EventSource: "aws:sns", Sns: sns }] };
  }

  /** Sends an event to the failover function as a person would, and waits for its end. */
  async invoke(event: object): Promise<string> {
    const { Payload } = await this.send(event, "RequestResponse");
    return Buffer.from(Payload ?? []).toString();
  }

  /**
   * Hands an event to the failover function as SNS does: Lambda takes it, and tries again while the
   * function is busy with another one.
   */
  async deliver(event: object): Promise<void> {
    await this.send(event, "Event");
  }

  private async send(
    event: object,
    type: "Event" | "RequestResponse",
  ): Promise<InvokeCommandOutput> {
    const lambda = new LambdaClient(this.settings);
    try {
      return await lambda.send(
        new InvokeCommand({
          FunctionName: this.names.functionName,
          InvocationType: type,
          Payload: Buffer.from(JSON.stringify(event)),
        }),
      );
    } finally {
      lambda.destroy();
    }
  }
}
