import { setTimeout as sleep } from "node:timers/promises";
import { CloudWatchClient, SetAlarmStateCommand } from "@aws-sdk/client-cloudwatch";
import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { itemOf } from "../../failover/aws/recordTable";
import { initialRecord } from "../../failover/model";
import type { LoggedCall } from "../gateway/callLog";
import { ModelledControllers } from "../gateway/controllers/modelledControllers";
import { Gateway } from "../gateway/gateway";
import { type Duration, type LatencyName, LatencyTable } from "../gateway/latencies";
import { ScaledClock } from "../gateway/scaledClock";
import { LocalBehaviours } from "../localBehaviours";
import { regions } from "../matrix/matrixPlan";
import { clientsOf } from "../matrix/site";
import { buildDeployment, type Deployment } from "./deployment";
import { QuickMachines } from "./quickMachines";

/** Real milliseconds between two looks at what is waited for. */
const lookEvery = 100;

/** What AWS takes time for before anything is lost is not waited for; the failover's own is as usual. */
const beforehand: Readonly<Partial<Record<LatencyName, Duration>>> = {
  efsInitialSync: "1 seconds",
  lambdaUpdate: "0 seconds",
};

/** A fresh gateway before the emulator, with both regions in it: one failover is measured in it. */
export class BenchWorld {
  /** Modelled time of the loss, and how many calls had been made by then. */
  lost = { at: 0, calls: 0 };

  private constructor(
    readonly gateway: Gateway,
    readonly behaviours: LocalBehaviours,
    readonly deployment: Deployment,
    private readonly defects: readonly unknown[],
    private readonly destroy: () => void,
  ) {}

  /** Builds both regions as on a good day. */
  static async prepare(of: {
    readonly endpoint: string;
    readonly prefix: string;
    readonly teams: number;
    /** Modelled seconds per real second. */
    readonly scale: number;
  }): Promise<BenchWorld> {
    const defects: unknown[] = [];
    const onDefect = (error: unknown): void => {
      defects.push(error);
    };
    const behaviours = new LocalBehaviours();
    const gateway = new Gateway({
      emulator: { endpoint: of.endpoint },
      // One action has one behaviour, and no program launches machines itself here.
      behaviours: [
        ...behaviours.all.filter(({ service }) => service !== "ec2"),
        new QuickMachines(),
      ],
      controllers: new ModelledControllers(),
      clock: new ScaledClock({ scale: of.scale, onError: onDefect }),
      holdsClockForWork: true,
      latencies: new LatencyTable({ overrides: beforehand }),
      onDefect,
    });
    const client = clientsOf(await gateway.start(), "bench");
    try {
      const deployment = await buildDeployment(of.prefix, of.teams, client, gateway);
      const record = { ...initialRecord(regions.active, 1, gateway.clock.now()), version: 1 };
      const { tableName } = deployment.plan;
      await client(DynamoDBClient, regions.waiting).send(
        new PutItemCommand({ TableName: tableName, Item: itemOf(record) }),
      );
      // The first copy of the home is complete then, without which the RPO gate stays shut.
      await gateway.clock.sleep(60_000);
      return new BenchWorld(gateway, behaviours, deployment, defects, () => {
        client.destroy();
      });
    } catch (error) {
      client.destroy();
      await gateway.stop();
      throw error;
    }
  }

  /** The active region dies. */
  lose(): void {
    const { gateway } = this;
    this.lost = { at: gateway.clock.now(), calls: gateway.calls.since(0).length };
    gateway.faults.loseRegion(regions.active);
  }

  /** The region alarm goes off: how it comes to that is not measured here. */
  async raiseAlarm(): Promise<void> {
    const { deployment } = this;
    await deployment.client(CloudWatchClient, regions.waiting).send(
      new SetAlarmStateCommand({
        AlarmName: deployment.names.probeAlarm,
        StateValue: "ALARM",
        StateReason: "Set by the bench.",
      }),
    );
  }

  /** Calls since the loss. */
  calls(): readonly LoggedCall[] {
    return this.gateway.calls.since(this.lost.calls);
  }

  /** Teams with a healthy target in the waiting region now. */
  healthyTeams(): number {
    const { targetHealth } = this.gateway.world;
    return this.deployment.targetGroupArns.filter(
      (arn) => targetHealth.healthyTargets(arn).length > 0,
    ).length;
  }

  /**
   * Waits until the condition holds.
   * @throws when it does not within an hour of modelled time, or when a behaviour is defective
   */
  async until(what: string, signal: AbortSignal, condition: () => boolean): Promise<void> {
    const { clock } = this.gateway;
    const end = clock.now() + 60 * 60_000;
    while (!condition()) {
      this.checkDefects();
      if (clock.now() > end) throw new Error(`Waited a modelled hour in vain for ${what}.`);
      await sleep(lookEvery, undefined, { signal });
    }
    this.checkDefects();
  }

  async stop(): Promise<void> {
    this.destroy();
    await this.gateway.stop();
  }

  private checkDefects(): void {
    if (this.defects.length > 0) throw new Error(`The local AWS erred: ${String(this.defects[0])}`);
  }
}
