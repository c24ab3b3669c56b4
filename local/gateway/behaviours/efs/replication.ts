import type { BehaviourContext } from "../../behaviour";
import type { ScheduledAction } from "../../scaledClock";
import type { FileSystemFiles } from "./fileSystemFiles";
import type { ReplicationEnd } from "./fileSystems";

/** A dead region's part of the machinery is looked at again this often, modelled milliseconds. */
const deadRegionPauseMs = 30_000;

/** EFS publishes TimeSinceLastSync each minute. */
const metricPeriodMs = 60_000;

/**
 * One replication of a file system into another region, as far as it shows from outside: state, time
 * of the last complete sync, and what deleting leaves behind in each region. Given files, each sync
 * copies them, and is complete when they have arrived.
 *
 * Sources: EFS User Guide, "Replicating file systems", "Viewing replication details"; API reference,
 * DeleteReplicationConfiguration (`DeletionMode`).
 */
export class Replication {
  readonly createdAt: number;
  /** Regions that (still) hold their half of the configuration. */
  private readonly halves: Set<string>;
  private status: "ENABLING" | "ENABLED" | "DELETING" | "DELETED" = "ENABLING";
  private syncedAt: number | undefined;
  private pending: ScheduledAction | undefined;
  private readonly metric: ScheduledAction;

  constructor(
    readonly source: ReplicationEnd,
    readonly destination: ReplicationEnd,
    private readonly context: BehaviourContext,
    private readonly files?: FileSystemFiles,
  ) {
    this.createdAt = context.clock.now();
    this.halves = new Set([source.region, destination.region]);
    files?.hold(destination);
    const initialSync = context.latencies.sample("efsInitialSync", destination.fileSystemId);
    this.sync(this.createdAt, initialSync);
    this.metric = context.clock.every(metricPeriodMs, () => {
      this.publishAge();
    });
  }

  /** Modelled time up to which every change of the source is at the destination. */
  get lastSyncAt(): number | undefined {
    return this.syncedAt;
  }

  /** True while EFS keeps the destination read-only. */
  get holdsDestination(): boolean {
    return this.status !== "DELETED" && this.halves.has(this.destination.region);
  }

  /** True if a describe call in the region still shows the replication. */
  isSeenIn(region: string): boolean {
    return this.halves.has(region);
  }

  /** Status as that region's describe call tells it. */
  statusIn(region: string): "ENABLING" | "ENABLED" | "DELETING" | "ERROR" {
    if (this.status === "DELETING" || this.status === "DELETED") {
      // The half that a local deletion left behind in the other region can only be cleaned up.
      return this.halves.size === 1 && region === this.source.region ? "ERROR" : "DELETING";
    }
    return this.status;
  }

  /**
   * Deletes the halves in the given regions. Without the destination's half nothing keeps the
   * destination read-only: it is freed after the modelled time, then `onFreed` runs.
   */
  delete(regions: readonly string[], onFreed: () => void): void {
    const { clock, latencies } = this.context;
    for (const region of regions)
      if (region !== this.destination.region) this.halves.delete(region);
    // Asked again while it is under way: what was begun goes on.
    if (this.status === "DELETING") return;
    this.pending?.cancel();
    this.metric.cancel();
    if (!regions.includes(this.destination.region)) return;
    this.status = "DELETING";
    const finish = () => {
      if (!this.context.regionIsAlive(this.destination.region)) {
        this.pending = clock.after(deadRegionPauseMs, finish);
        return;
      }
      this.files?.release(this.destination);
      this.status = "DELETED";
      this.halves.delete(this.destination.region);
      onFreed();
    };
    const duration = latencies.sample("efsReplicationDelete", this.destination.fileSystemId);
    this.pending = clock.after(duration, finish);
  }

  /** Real files are copied over the whole duration; without them it only passes. */
  private sync(startedAt: number, duration: number): void {
    const { clock } = this.context;
    const { files, source, destination } = this;
    if (!files) {
      this.pending = clock.after(duration, () => {
        this.endSync(startedAt, this.bothAlive());
      });
      return;
    }
    const goesOn = (): boolean => this.isRunning && this.bothAlive();
    this.pending = clock.after(0, async () => {
      const isComplete = await files.copy({ source, destination, duration, clock, goesOn });
      if (this.isRunning) this.endSync(startedAt, isComplete);
    });
  }

  /** One sync after another: what changed while one ran comes with the next. */
  private endSync(startedAt: number, isComplete: boolean): void {
    const { clock } = this.context;
    if (isComplete) {
      this.status = "ENABLED";
      this.syncedAt = startedAt;
      this.sync(clock.now(), this.sampleLag());
    } else {
      // A sync that lost one end starts over when both are back.
      this.pending = clock.after(deadRegionPauseMs, () => {
        if (this.bothAlive()) this.sync(clock.now(), this.sampleLag());
        else this.endSync(startedAt, false);
      });
    }
  }

  private sampleLag(): number {
    return this.context.latencies.sample("efsReplicationLag", this.destination.fileSystemId);
  }

  /** False from the moment on at which one half was deleted. */
  private get isRunning(): boolean {
    return this.halves.size === 2 && (this.status === "ENABLING" || this.status === "ENABLED");
  }

  /** The metric is the source region's, so it falls silent with that region. */
  private publishAge(): void {
    if (this.syncedAt === undefined || !this.context.regionIsAlive(this.source.region)) return;
    this.context.world.metrics.put({
      region: this.source.region,
      namespace: "AWS/EFS",
      name: "TimeSinceLastSync",
      dimensions: {
        FileSystemId: this.source.fileSystemId,
        DestinationFileSystemId: this.destination.fileSystemId,
      },
      value: (this.context.clock.now() - this.syncedAt) / 1000,
    });
  }

  private bothAlive(): boolean {
    return [this.source, this.destination].every(({ region }) =>
      this.context.regionIsAlive(region),
    );
  }
}
