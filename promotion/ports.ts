import type {
  FilesFinding,
  HeldLock,
  LockOwner,
  PromotionRecord,
  ReplicaState,
  SourceState,
} from "./model";
import type { Position } from "./position";

/** One of prod's databases. Everything throws when the server does not answer. */
export interface ReplicaServer {
  readonly identifier: string;
  /** Undefined: the server is no replica. */
  read(): Promise<ReplicaState | undefined>;
  /** Begins replication. Whether it then runs, {@link read} tells. */
  start(): Promise<void>;
  /** Begins it up to a place and no farther. @throws also where the server cannot do that */
  startUntil(point: Position): Promise<void>;
  /** Ends it, once what is being applied is complete. */
  stop(): Promise<void>;
}

/** Dev's database. */
export interface SourceServer {
  /** @param kind how the replicas count their place. Throws when the server does not answer. */
  read(kind: Position["kind"]): Promise<SourceState>;
}

/** The files of both environments. */
export interface FileSync {
  /** Compares and changes nothing. Throws when the machine cannot be asked. */
  inspect(): Promise<FilesFinding>;
  /**
   * Makes prod's files dev's, each of them whole or not at all.
   * @param deletions how many files of prod that dev has not may go; undefined: none
   * @throws Error with what is wrong when not everything was copied, and when `signal` aborts.
   */
  copy(deletions: number | undefined, progress: Progress, signal: AbortSignal): Promise<void>;
}

/** The record and the lock, in one place, so that only who holds the lock writes the record. */
export interface PromotionRecords {
  read(): Promise<{ readonly record: PromotionRecord; readonly lock?: HeldLock }>;
  /**
   * Takes the lock if it is still as it was seen.
   * @param seen undefined: nobody held it
   * @returns false when somebody else was faster.
   */
  take(token: string, owner: LockOwner, seen: HeldLock | undefined): Promise<boolean>;
  /** Each returns false when the lock is not the caller's any more; nothing was written then. */
  renew(token: string): Promise<boolean>;
  save(token: string, record: PromotionRecord): Promise<boolean>;
  release(token: string): Promise<boolean>;
}

/** Time, injected so that hours pass in a test without waiting. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Milliseconds of a clock that nobody sets. */
  steady(): number;
  /** Ends early when `signal` aborts; never throws. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** Tells a person what is going on. */
export type Progress = (text: string) => void;

/** Everything that a promotion acts by. */
export interface Ports {
  readonly source: SourceServer;
  readonly replicas: readonly ReplicaServer[];
  readonly files: FileSync;
  readonly records: PromotionRecords;
  readonly clock: Clock;
  readonly progress: Progress;
}
