import type { BehaviourContext } from "../../behaviour";
import type { LatencyName } from "../../latencies";
import type { DatabaseKey } from "./databaseNames";
import type { DatabaseServers } from "./databaseServers";

/** How a promotion goes; `available` comes back before the source's identifier is gone. */
type PromotionStep = "modifying" | "rebooting" | "detaching";

const steps: readonly { step: PromotionStep; takes: LatencyName }[] = [
  { step: "modifying", takes: "rdsPromotionModifying" },
  { step: "rebooting", takes: "rdsPromotionRebooting" },
  { step: "detaching", takes: "rdsPromotionDetach" },
];

/** A dead region's machinery looks again this often whether it may go on, modelled milliseconds. */
const deadRegionPauseMs = 30_000;

/** RDS publishes ReplicaLag once a minute. */
const metricPeriodMs = 60_000;

/**
 * One read replica: from its creation until it is promoted or deleted. Promotion stops replication,
 * reboots the instance and only then, with the status available already, drops the source.
 *
 * Sources: RDS User Guide, "Promoting a read replica to be a standalone DB instance" and "Monitoring
 * read replication" (ReplicaLag); the order of status and source id as seen on describe calls.
 */
export class Replica {
  private step: PromotionStep | undefined;
  private attached = true;
  private sourceLostAt: number | undefined;
  private readonly metric: { cancel(): void };

  constructor(
    readonly key: DatabaseKey,
    readonly source: DatabaseKey,
    readonly sourceArn: string,
    private readonly context: BehaviourContext,
    /** Given for a replica that has a real server: what is below happens to that one, too. */
    private readonly servers?: DatabaseServers,
  ) {
    this.metric = context.clock.every(metricPeriodMs, () => this.publishLag());
  }

  /** True until RDS shows the instance without a source. */
  get isReplica(): boolean {
    return this.attached;
  }

  /** Status that overrides the emulator's; undefined when nothing is going on. */
  get status(): "modifying" | "rebooting" | undefined {
    return this.step === "detaching" ? undefined : this.step;
  }

  /** True once a promotion was accepted. */
  get isBeingPromoted(): boolean {
    return this.step !== undefined;
  }

  /** True while changes of the source arrive. */
  get isReplicating(): boolean {
    return this.attached && this.step === undefined;
  }

  /** Seconds behind the source: measured on a real server; undefined when that cannot be told. */
  async lag(): Promise<number | undefined> {
    return this.servers ? this.servers.lagOf(this.key) : this.modelledLag();
  }

  /** Small while the source lives, growing from the moment it was lost. */
  private modelledLag(): number {
    const behind = this.context.latencies.sample("rdsReplicaLag", this.key.identifier) / 1000;
    if (this.context.regionIsAlive(this.source.region)) {
      this.sourceLostAt = undefined;
      return behind;
    }
    this.sourceLostAt ??= this.context.clock.now();
    return behind + (this.context.clock.now() - this.sourceLostAt) / 1000;
  }

  /** Notes when the source's region died, so that the lag grows from then on. */
  sourceRegionChanged(): void {
    if (!this.servers) this.modelledLag();
  }

  /** Starts the promotion; `onDetached` runs when RDS shows the instance without a source. */
  promote(onDetached: () => Promise<void>): void {
    this.servers?.stopReplication(this.key);
    this.enter(0, onDetached);
  }

  /** The replica is gone, or its source was deleted: it stands alone at once. */
  detach(): void {
    this.attached = false;
    this.metric.cancel();
  }

  private enter(index: number, onDetached: () => Promise<void>): void {
    const next = steps[index];
    if (!next) {
      this.step = undefined;
      this.detach();
      this.tell("is promoted: it stands alone and accepts writes");
      return void this.context.clock.after(0, onDetached);
    }
    this.step = next.step;
    this.tell(`is ${next.step}`);
    const { servers } = this;
    const after = (): void => {
      this.enter(index + 1, onDetached);
    };
    const duration = this.context.latencies.sample(next.takes, this.key.identifier);
    if (servers === undefined || next.step !== "rebooting") this.wait(duration, after);
    else this.reboot(servers, duration, after);
  }

  /** The server is away for the modelled time, and longer if it needs longer. */
  private reboot(servers: DatabaseServers, duration: number, after: () => void): void {
    this.context.clock.after(0, () => servers.stop(this.key));
    this.wait(duration, async () => {
      try {
        await servers.startPromoted(this.key);
      } catch (error) {
        if (this.context.regionIsAlive(this.key.region)) throw error;
        this.reboot(servers, deadRegionPauseMs, after);
        return;
      }
      after();
    });
  }

  private wait(duration: number, then: () => void | Promise<void>): void {
    this.context.clock.after(duration, () => {
      if (this.context.regionIsAlive(this.key.region)) return then();
      this.wait(deadRegionPauseMs, then);
      return undefined;
    });
  }

  private tell(what: string): void {
    this.context.events.record({
      at: this.context.clock.now(),
      service: "rds",
      region: this.key.region,
      resource: this.key.identifier,
      what: `database ${this.key.identifier} ${what}`,
    });
  }

  private async publishLag(): Promise<void> {
    if (!this.isPublishing()) return;
    const value = await this.lag();
    // Both may have changed while a server was asked.
    if (value === undefined || !this.isPublishing()) return;
    this.context.world.metrics.put({
      region: this.key.region,
      namespace: "AWS/RDS",
      name: "ReplicaLag",
      dimensions: { DBInstanceIdentifier: this.key.identifier },
      value,
    });
  }

  private isPublishing(): boolean {
    return this.isReplicating && this.context.regionIsAlive(this.key.region);
  }
}
