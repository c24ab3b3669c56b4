import { DescribeInstancesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { DescribeReplicationConfigurationsCommand, EFSClient } from "@aws-sdk/client-efs";
import {
  GlobalAcceleratorClient,
  ListAcceleratorsCommand,
  ListEndpointGroupsCommand,
  ListListenersCommand,
} from "@aws-sdk/client-global-accelerator";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import {
  CreateDBSnapshotCommand,
  DescribeDBInstancesCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import type { RehearsalAsk } from "../../../failover/rehearsal/rehearsalFunction";
import type { RehearsalRecord } from "../../../failover/rehearsal/model";
import {
  rehearsalName,
  rehearsalRecordId,
  rehearsalTag,
} from "../../../failover/rehearsal/rehearsalPlan";
import type { RehearsalRunResult } from "../../../failover/rehearsal/run";
import { fakeCredentials } from "../../emulator/isolatedEnvironment";
import type { LocalAws } from "../../localAws";

/** What a rehearsal must not change, as text that can be compared. */
export interface Untouched {
  readonly edge: string;
  readonly replica: string;
  readonly homeReplication: string;
}

/** What the drill looks at around a rehearsal, as a person with the AWS CLI would. */
export class RehearsalWorld {
  private readonly settings;

  constructor(
    private readonly local: LocalAws,
    private readonly names: {
      readonly prefix: string;
      readonly region: string;
      readonly tableName: string;
      readonly replica: string;
      readonly homeReplica: string;
    },
  ) {
    this.settings = {
      endpoint: local.gateway.endpoint,
      credentials: fakeCredentials,
      region: names.region,
      userAgentAppId: "drill",
    };
  }

  /** A snapshot in the waiting region, as RDS's automated backup of the replica leaves one. */
  async takeSnapshot(): Promise<void> {
    const { replica, prefix } = this.names;
    await this.with(new RDSClient(this.settings), (rds) =>
      rds.send(
        new CreateDBSnapshotCommand({
          DBInstanceIdentifier: replica,
          DBSnapshotIdentifier: `${prefix}-before-the-rehearsal`,
        }),
      ),
    );
  }

  /** Asks for a rehearsal as `npm run failover -- --stack dr --rehearse` does. */
  async ask(id: string): Promise<RehearsalRunResult> {
    const at = new Date(this.local.gateway.clock.now()).toISOString();
    const request: RehearsalAsk = { source: "direct", command: "rehearse", id, at };
    const { Payload } = await this.with(new LambdaClient(this.settings), (lambda) =>
      lambda.send(
        new InvokeCommand({
          FunctionName: rehearsalName(this.names.prefix),
          Payload: Buffer.from(JSON.stringify(request)),
        }),
      ),
    );
    return JSON.parse(Buffer.from(Payload ?? []).toString()) as RehearsalRunResult;
  }

  /** The rehearsals' record as it was last written. */
  record(): RehearsalRecord | undefined {
    const written = this.local.gateway.calls.since(0).flatMap((call) => {
      const input = call.input as
        { TableName?: string; Item?: { id?: { S?: string }; record?: { S?: string } } } | undefined;
      const isOurs =
        call.action === "PutItem" &&
        call.status < 300 &&
        call.region === this.names.region &&
        input?.TableName === this.names.tableName &&
        input.Item?.id?.S === rehearsalRecordId;
      return isOurs ? [input.Item?.record?.S ?? "{}"] : [];
    });
    const last = written.at(-1);
    return last === undefined ? undefined : (JSON.parse(last) as RehearsalRecord);
  }

  /** What carries a rehearsal's tag or name and still exists. */
  async left(): Promise<string[]> {
    const [{ Reservations }, { DBInstances }] = await Promise.all([
      this.with(new EC2Client(this.settings), (ec2) =>
        ec2.send(
          new DescribeInstancesCommand({
            Filters: [
              { Name: "tag-key", Values: [rehearsalTag] },
              {
                Name: "instance-state-name",
                Values: ["pending", "running", "stopping", "stopped", "shutting-down"],
              },
            ],
          }),
        ),
      ),
      this.with(new RDSClient(this.settings), (rds) => rds.send(new DescribeDBInstancesCommand())),
    ]);
    const machines = (Reservations ?? []).flatMap(({ Instances }) => Instances ?? []);
    const databases = (DBInstances ?? []).map(
      ({ DBInstanceIdentifier = "" }) => DBInstanceIdentifier,
    );
    return [
      ...machines.map(({ InstanceId = "" }) => InstanceId),
      ...databases.filter((name) => name.startsWith(rehearsalName(this.names.prefix))),
    ];
  }

  /** What serves and protects, to be the same before, during and after. */
  async untouched(): Promise<Untouched> {
    const { replica, homeReplica } = this.names;
    const [edge, { DBInstances }, { Replications }] = await Promise.all([
      this.edge(),
      this.with(new RDSClient(this.settings), (rds) =>
        rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: replica })),
      ),
      this.with(new EFSClient(this.settings), (efs) =>
        efs.send(new DescribeReplicationConfigurationsCommand({ FileSystemId: homeReplica })),
      ),
    ]);
    const database = DBInstances?.[0];
    return {
      edge,
      replica: `${database?.DBInstanceStatus ?? "missing"} of ${database?.ReadReplicaSourceDBInstanceIdentifier ?? "nothing"}`,
      homeReplication: Replications?.[0]?.Destinations?.[0]?.Status ?? "missing",
    };
  }

  /** Dials and weights of all endpoint groups; the accelerator's API lives in us-west-2. */
  private edge(): Promise<string> {
    const client = new GlobalAcceleratorClient({ ...this.settings, region: "us-west-2" });
    return this.with(client, async (accelerators) => {
      const groups: string[] = [];
      const { Accelerators } = await accelerators.send(new ListAcceleratorsCommand({}));
      for (const { AcceleratorArn } of Accelerators ?? []) {
        const { Listeners } = await accelerators.send(new ListListenersCommand({ AcceleratorArn }));
        for (const { ListenerArn } of Listeners ?? []) {
          const page = await accelerators.send(new ListEndpointGroupsCommand({ ListenerArn }));
          for (const group of page.EndpointGroups ?? []) {
            const weights = (group.EndpointDescriptions ?? []).map(({ Weight }) => Weight).join();
            groups.push(
              `${group.EndpointGroupRegion ?? ""}:${group.TrafficDialPercentage ?? ""}:${weights}`,
            );
          }
        }
      }
      return groups.sort().join(" ");
    });
  }

  private async with<Client extends { destroy(): void }, Result>(
    client: Client,
    work: (client: Client) => Promise<Result>,
  ): Promise<Result> {
    try {
      return await work(client);
    } finally {
      client.destroy();
    }
  }
}
