import type { Position } from "./position";

/** What a replica says of itself. */
export interface ReplicaState {
  /** Fetches dev's log. `connecting`: tries to, and has not yet. */
  readonly fetching: "yes" | "connecting" | "no";
  /** Applies what it has fetched. */
  readonly applying: boolean;
  /** What it has applied, in dev's log. */
  readonly position: Position;
  /** Seconds behind dev by its own account; unknown while it does not apply. */
  readonly lagSeconds?: number;
  /** Why it does not fetch, or last failed to. Empty: nothing is wrong. */
  readonly fetchError: string;
  /** Why it does not apply. Empty: nothing is wrong. */
  readonly applyError: string;
  /** Its own server id, and that of the server it replicates from; 0 before it was ever connected. */
  readonly serverId: number;
  readonly sourceServerId: number;
  /** It was told to apply up to an exact place; holds until the next start. */
  readonly until: boolean;
  /** Whether it can be told to apply up to an exact place and no farther. */
  readonly canStopAt: boolean;
  /** How replication is begun and ended there. */
  readonly control: "rds" | "plain";
}

/** What dev's server says of itself. */
export interface SourceState {
  /** Where its log ends, in the way that replicas of this kind count. */
  readonly position: Position;
  readonly serverId: number;
}

/** What was found out, or why nothing was. */
export type Reading<T> =
  { readonly known: true; readonly value: T } | { readonly known: false; readonly error: string };

/** A replica and what could be read of it. `value: undefined`: the server is no replica at all. */
export interface SeenReplica {
  readonly identifier: string;
  readonly state: Reading<ReplicaState | undefined>;
}

/** How prod's files differ from dev's. */
export interface FilesState {
  /** New and changed files, and their bytes. */
  readonly differing: number;
  readonly bytes: number;
  /** Folders, links, owners and modes that alone differ. */
  readonly attributes: number;
  /** Files and folders that prod has and dev has not. */
  readonly surplus: number;
  /** The first of them, at most {@link listedPaths}. */
  readonly surplusPaths: readonly string[];
}

/** How many paths a list names: what Run Command returns is limited to 24,000 characters. */
export const listedPaths = 80;

/** What is wrong with the folders. Nothing may be copied then. */
export type FilesProblem =
  | { readonly kind: "missingProgram"; readonly program: string }
  | { readonly kind: "missingFolder"; readonly side: "source" | "target" }
  | { readonly kind: "sameFolder" | "nested" | "emptySource" }
  | { readonly kind: "missingStaticFile"; readonly file: string }
  | { readonly kind: "cannotOwn"; readonly user: string };

/** Either how the files differ or why they must not be touched. */
export type FilesFinding =
  | { readonly fine: true; readonly state: FilesState }
  | { readonly fine: false; readonly problem: FilesProblem };

/** What a promotion came to. */
export type RunResult = "done" | "failed" | "interrupted";

/** One promotion, under way or ended. */
export interface PromotionRun {
  readonly verb: "start" | "stop";
  readonly stopAfter: boolean;
  /** Who asked for it, and from which machine. */
  readonly by: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** What it does, or did last. */
  readonly step: string;
  readonly endedAt?: number;
  readonly result?: RunResult;
  /** What became of it, in sentences. */
  readonly says?: string;
}

/** What outlives a promotion. */
export interface PromotionRecord {
  /** The promotion under way, or one that died on the way. */
  readonly current?: PromotionRun;
  /** The last one that came to an end, or was found dead. */
  readonly last?: PromotionRun;
  /**
   * Epoch milliseconds since when each replica is known to be stopped: at the latest, when somebody
   * else stopped it.
   */
  readonly stoppedSince: Readonly<Record<string, number>>;
}

/** Who holds the lock. */
export interface LockOwner {
  /** A person and a machine. */
  readonly by: string;
  /** Epoch milliseconds, for people. */
  readonly since: number;
  /** Names machine, boot and process space: processes of one place can be asked for by their id. */
  readonly place: string;
  readonly pid: number;
}

/** The lock as it stands in the record's table. */
export interface HeldLock {
  readonly owner: LockOwner;
  /** New for each promotion. */
  readonly token: string;
  /** Counts renewals; a lock whose count stands still for its whole length may be taken over. */
  readonly beat: number;
  /** Epoch milliseconds by the holder's clock, for people. */
  readonly expiresAt: number;
}

/** Everything that a decision or a report looks at. */
export interface Observation {
  readonly source: Reading<SourceState>;
  readonly replicas: readonly SeenReplica[];
  readonly files: Reading<FilesFinding>;
  readonly record: PromotionRecord;
  readonly lock?: HeldLock;
}
