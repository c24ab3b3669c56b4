import type {
  FilesFinding,
  HeldLock,
  LockOwner,
  PromotionRecord,
  ReplicaState,
  SourceState,
} from "../../promotion/model";
import type {
  Clock,
  FileSync,
  Ports,
  PromotionRecords,
  ReplicaServer,
} from "../../promotion/ports";
import type { Position } from "../../promotion/position";
import { readTarget } from "../../promotion/target";

export const sampleTarget = readTarget("the sample", {
  region: "eu-central-1",
  source: { address: "dev.db.internal", port: 3306 },
  replicas: [
    { identifier: "web-1", address: "one.db.internal", port: 3306 },
    { identifier: "web-2", address: "two.db.internal", port: 3306 },
  ],
  secretArn: "arn:aws:secretsmanager:eu-central-1:123456789012:secret:promotion",
  recordTable: "web-prod-promotion",
  reach: { autoScalingGroup: "web-prod" },
  files: {
    source: "/mnt/dev",
    target: "/mnt/prod",
    staticFiles: ["wp-config.php"],
    owner: "apache:apache",
  },
});

export const at = (offset: number): Position => ({ kind: "file", file: "bin.000001", offset });

/** Moves when somebody sleeps, and the world with it. */
export class FakeClock implements Clock {
  private time = Date.UTC(2026, 0, 1);
  readonly ticks: (() => void)[] = [];
  now(): number {
    return this.time;
  }
  steady(): number {
    return this.time;
  }
  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    // Renewals sleep for longer than looks do: time passes by looks alone.
    if (milliseconds > 1_000) {
      const end = this.time + milliseconds;
      while (this.time < end && signal?.aborted !== true) await new Promise(setImmediate);
      return;
    }
    this.time += milliseconds;
    for (const tick of this.ticks) tick();
    await new Promise(setImmediate);
  }
}

/** Dev's database: its log grows by `speed` with each look. */
export class FakeSource {
  offset = 1_000;
  speed = 0;
  down = false;
  read = async (): Promise<SourceState> => {
    await Promise.resolve();
    if (this.down) throw new Error("connect ECONNREFUSED dev");
    return { position: at(this.offset), serverId: 1 };
  };
}

/** A replica as MySQL has it, with what can go wrong in it. */
export class FakeReplica implements ReplicaServer {
  fetching: ReplicaState["fetching"] = "no";
  applying = false;
  until: number | undefined;
  offset = 0;
  /** Bytes applied with each look. */
  speed = 400;
  /** Stops with an error at this place. */
  brokenAt = Infinity;
  error = "";
  silent = false;
  gone = false;
  refuses = false;
  canStopAt = true;
  readonly asked: string[] = [];

  constructor(
    readonly identifier: string,
    private readonly source: FakeSource,
  ) {}

  get idle(): boolean {
    return this.fetching === "no" && !this.applying;
  }

  tick(): void {
    if (!this.applying || this.fetching !== "yes") return;
    const end = Math.min(this.source.offset, this.until ?? Infinity);
    const next = Math.min(this.offset + this.speed, Math.max(end, this.offset));
    this.offset = Math.min(next, Math.max(this.brokenAt, this.offset));
    if (this.offset >= this.brokenAt && end > this.brokenAt) {
      this.applying = false;
      this.error = "Duplicate entry '7' for key 'PRIMARY'";
    } else if (
      this.until !== undefined &&
      this.offset >= this.until &&
      this.source.offset > this.until
    ) {
      // Noticed with the next event, and by the thread that applies alone.
      this.applying = false;
    }
  }

  async read(): Promise<ReplicaState | undefined> {
    await Promise.resolve();
    if (this.silent) throw new Error("connect ETIMEDOUT");
    if (this.gone) return undefined;
    return {
      fetching: this.fetching,
      applying: this.applying,
      position: at(this.offset),
      ...(this.applying ? { lagSeconds: 1 } : {}),
      fetchError: "",
      applyError: this.error,
      serverId: this.identifier === "web-1" ? 2 : 3,
      sourceServerId: 1,
      until: this.until !== undefined,
      canStopAt: this.canStopAt,
      control: "rds",
    };
  }

  start = (): Promise<void> => this.request("start", undefined);
  startUntil = (point: Position): Promise<void> =>
    this.request("startUntil", point.kind === "file" ? point.offset : 0);

  private async request(kind: string, until: number | undefined): Promise<void> {
    await this.answer(kind);
    this.until = until;
    this.error = "";
    this.fetching = "yes";
    this.applying = until === undefined || until > this.offset;
  }

  async stop(): Promise<void> {
    await this.answer("stop");
    this.fetching = "no";
    this.applying = false;
  }

  private async answer(kind: string): Promise<void> {
    await Promise.resolve();
    this.asked.push(kind);
    if (this.silent) throw new Error("connect ETIMEDOUT");
    if (this.refuses) throw new Error("EXECUTE command denied");
  }
}

/** Prod's files: equal to dev's once copied. */
export class FakeFiles implements FileSync {
  copies: { deletions: number | undefined; replicas: readonly number[] }[] = [];
  finding: FilesFinding = {
    fine: true,
    state: { differing: 3, bytes: 1_234, attributes: 0, surplus: 1, surplusPaths: ["old.php"] },
  };
  failure: Error | undefined;
  constructor(private readonly replicas: readonly FakeReplica[]) {}
  inspect = (): Promise<FilesFinding> => Promise.resolve(this.finding);
  async copy(deletions: number | undefined): Promise<void> {
    await Promise.resolve();
    if (this.failure) throw this.failure;
    this.copies.push({ deletions, replicas: this.replicas.map(({ offset }) => offset) });
  }
}

/** The table with its conditions. */
export class FakeRecords implements PromotionRecords {
  record: PromotionRecord = { stoppedSince: {} };
  lock: HeldLock | undefined;
  readonly saved: PromotionRecord[] = [];
  read: PromotionRecords["read"] = () =>
    Promise.resolve({ record: this.record, ...(this.lock ? { lock: this.lock } : {}) });
  take = (token: string, owner: LockOwner, seen: HeldLock | undefined): Promise<boolean> => {
    if (this.lock?.token !== seen?.token || this.lock?.beat !== seen?.beat)
      return Promise.resolve(false);
    this.lock = { token, owner, beat: 0, expiresAt: 0 };
    return Promise.resolve(true);
  };
  renew = (token: string): Promise<boolean> =>
    this.mine(token, (lock) => (this.lock = { ...lock, beat: lock.beat + 1 }));
  save = (token: string, record: PromotionRecord): Promise<boolean> =>
    this.mine(token, () => {
      this.record = record;
      this.saved.push(record);
    });
  release = (token: string): Promise<boolean> => this.mine(token, () => (this.lock = undefined));
  private mine(token: string, act: (lock: HeldLock) => void): Promise<boolean> {
    if (this.lock?.token !== token) return Promise.resolve(false);
    act(this.lock);
    return Promise.resolve(true);
  }
}

/** Dev and prod with two replicas, all in memory. */
export class FakeEnvironment implements Ports {
  readonly clock = new FakeClock();
  readonly source = new FakeSource();
  readonly one = new FakeReplica("web-1", this.source);
  readonly two = new FakeReplica("web-2", this.source);
  readonly replicas = [this.one, this.two] as const;
  readonly files = new FakeFiles(this.replicas);
  readonly records = new FakeRecords();
  readonly told: string[] = [];
  readonly progress = (text: string): void => {
    this.told.push(text);
  };
  constructor() {
    this.clock.ticks.push(() => {
      this.source.offset += this.source.speed;
      for (const replica of this.replicas) replica.tick();
    });
  }
}

export const owner: LockOwner = { by: "ada on desk", since: 0, place: "desk", pid: 1 };
