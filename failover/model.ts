/**
 * The words of a failover: what is remembered (the record), what is seen (the observation), what is
 * allowed (the policy) and what can be done (the actions). Types and a few constants only; the
 * decisions are in reconcile.ts.
 */

/**
 * - `standby`: nothing is wrong.
 * - `confirming`: somebody or something asks for a failover; nothing was touched yet.
 * - `recovering`: the old region is fenced and the waiting region comes up.
 * - `serving`: the failover is complete; the former waiting region serves.
 * - `aborted`: the request was dropped before anything irreversible; rests like `standby`.
 * - `blocked`: a step cannot progress and a person is needed. The function keeps looking, and goes
 *   on by itself once the obstacle is gone.
 */
export type Phase = "standby" | "confirming" | "recovering" | "serving" | "aborted" | "blocked";

/** The steps of a failover, in the order in which people like to read them. */
export const stepNames = [
  "confirm",
  "fence",
  "capacity",
  "database",
  "home",
  "controllers",
  "traffic",
] as const;
export type StepName = (typeof stepNames)[number];

/** `unconfirmed` is the fence's alone: the old region did not answer, S3's terms were met. */
export type StepState = "waiting" | "running" | "done" | "unconfirmed";

/** One step as the record keeps it. Times are epoch milliseconds. */
export interface Step {
  readonly state: StepState;
  readonly startedAt?: number;
  readonly endedAt?: number;
  /** What the step waits for now, in words for a person. */
  readonly waitsFor?: string;
}

/** Who asked for the failover that the record is about. */
export interface AcceptedTrigger {
  readonly kind: "alarm" | "config" | "direct";
  readonly id: string;
  readonly at: number;
  /** A person asked, so neither dwell nor second signal is awaited. */
  readonly human: boolean;
  /** A person accepted the loss of data that the RPO gate would refuse. */
  readonly force: boolean;
  /** A role change of two healthy regions: it waits until nothing is lost. Set or absent. */
  readonly planned?: true;
  readonly reason?: string;
}

/**
 * A person's word that the former region, silent and never seen fenced, is given up as lost, so that
 * the active stack can be updated. It holds for the silence in which it was given.
 */
export interface UnfencedAcceptance {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly by: string;
  readonly reason: string;
}

/** What is lost at the most: replication lag when the old region was last seen alive, in seconds. */
export interface Lag {
  readonly database?: number;
  readonly home?: number;
}

/** Why a failover does not progress (S8). */
export interface Blockage {
  readonly step: StepName;
  readonly since: number;
  readonly reason: string;
  /** What a person can do about it. */
  readonly remedy: string;
  /** When the page was last sent, so that it is repeated but not each round. */
  readonly pagedAt: number;
}

/** A completed or dropped failover, for people. */
export interface HistoryEntry {
  readonly outcome: "serving" | "aborted";
  readonly generation: number;
  readonly trigger: AcceptedTrigger;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly rtoMs?: number;
  readonly lag?: Lag;
  readonly fenced: boolean;
}

/** A message that is to be published; it stays in the record until it was (at-least-once). */
export interface Announcement {
  /** Stable for one event, so that a repeat can be recognised. */
  readonly id: string;
  readonly severity: "info" | "page";
  readonly subject: string;
  readonly body: string;
}

/**
 * The failover record: one item in the waiting region's table, changed by compare-and-set on
 * `version` alone. Controllers read `generation` and `activeRegion` before they start.
 */
export interface FailoverRecord {
  readonly version: number;
  readonly generation: number;
  readonly activeRegion: string;
  readonly phase: Phase;
  /** When the phase began, epoch milliseconds. */
  readonly since: number;
  readonly trigger?: AcceptedTrigger;
  /** Since when both signals say without a break that the active region is down. */
  readonly downSince?: number;
  /** When the old region was last seen alive: the outage is counted from here. */
  readonly lostAt?: number;
  /** Since when the old region's control plane has not answered without a break. */
  readonly silentSince?: number;
  /** Some of that silence were server errors: the region is there, and broken. Set or absent. */
  readonly silentErrors?: true;
  /** Since when a lag that the RPO gate asks for could not be read, with the fence up already. */
  readonly unreadSince?: number;
  /**
   * When all was seen as the phase wants it, late enough that no run which an abort left behind can
   * still change it: what an aborted attempt had touched is put back, or what serves has its sizes.
   */
  readonly settledAt?: number;
  /** When people were last told that something is not put back yet. */
  readonly unsettledPagedAt?: number;
  /**
   * When the irreversible part was decided, together with the new `generation` and `activeRegion`.
   * From here on there is only forward.
   */
  readonly committedAt?: number;
  /**
   * The file system whose homes this generation writes, from the commit on, where there are homes; the
   * configuration takes it over when the failover is adopted.
   */
  readonly homeFileSystemId?: string;
  readonly lag?: Lag;
  readonly steps: Readonly<Partial<Record<StepName, Step>>>;
  readonly blockage?: Blockage;
  /** After an abort the standing alarm does not start another attempt before this is over. */
  readonly disarmed?: { readonly until: number | "alarmClears" };
  /**
   * The waiting region was the active one before, and its endpoints are still shut out by the weight
   * 0 that fenced them. Until they are held back by their dial alone, the accelerator's own health
   * routing has nowhere to move users to.
   */
  readonly edgeShut?: true;
  /** See {@link file://./reconcile/unfenced.ts}. */
  readonly unfencedAcceptance?: UnfencedAcceptance;
  /** Triggers that were looked at, newest last, so that a repeat changes nothing (S5). */
  readonly seenTriggers: readonly {
    readonly id: string;
    readonly at: number;
    readonly forever?: boolean;
  }[];
  readonly outbox: readonly Announcement[];
  /** Newest last, {@link historyLength} at the most. */
  readonly history: readonly HistoryEntry[];
}

/** Enough for years of rehearsals and far below DynamoDB's 400 kB an item. */
export const historyLength = 20;

/**
 * Why a part of the world could not be read.
 *
 * - `unreachable`: nobody answered.
 * - `faulty`: the service answered, with a server error.
 * - `refused`: it lives, and does not let the function.
 * - `failed`: it lives and throttles, or cannot serve the request; or the error is our own.
 *
 * The first two count as "does not answer" (S3), see silence.ts.
 */
export type ReadFailure = "unreachable" | "faulty" | "refused" | "failed";

/** A part of the world as a describe call returned it, or why it could not be read. */
export type Reading<T> =
  | { readonly known: true; readonly value: T }
  | { readonly known: false; readonly failure: ReadFailure; readonly error: string };

/** How many of the protected teams answer. */
export interface TeamCount {
  readonly teams: number;
  readonly healthy: number;
}

/** Sizes of an Auto Scaling group, in instances. */
export interface GroupSizes {
  readonly min: number;
  readonly max: number;
  readonly desired: number;
}

/** An Auto Scaling group of one team's controllers. */
export interface GroupState extends GroupSizes {
  readonly name: string;
  /** Instances in any state that may still write, terminating ones included. */
  readonly instances: number;
  readonly inService: number;
  readonly launchSuspended: boolean;
}

/** The read replica in the waiting region. */
export interface ReplicaState {
  /** RDS status: `available`, `modifying`, `rebooting`, `storage-full`, … */
  readonly status: string;
  /** True while RDS still names a source. */
  readonly replicates: boolean;
  /** Seconds behind when the old region was last alive; absent is unknown (S6). */
  readonly lagSeconds?: number;
  /** Everything written until then is there, epoch milliseconds; absent is unknown. */
  readonly syncedUntil?: number;
}

/** The shared home's file system in the waiting region. */
export interface HomeState {
  readonly state: "replicating" | "freeing" | "writable";
  readonly lagSeconds?: number;
  /** Like a replica's. */
  readonly syncedUntil?: number;
}

/** How the edge treats one region: every endpoint group or weighted record of it must agree. */
export interface TrafficState {
  /** All of the waiting region's endpoints take traffic. */
  readonly waitingOpen: boolean;
  /** All of the old region's endpoints have weight 0. */
  readonly activeClosed: boolean;
  /**
   * Some of the waiting region's endpoints are shut out by weight 0, so that not even health routing
   * uses them. Absent where health moves nothing (`route53`).
   */
  readonly waitingShut?: boolean;
}

/** What was seen of the world in one round. A part that the phase does not need is absent. */
export interface Observation {
  /** State of the composite alarm. */
  readonly alarm?: Reading<"ALARM" | "OK" | "INSUFFICIENT_DATA">;
  /** When the probe last saw the active region alive, epoch milliseconds. */
  readonly lastAlive?: Reading<number>;
  /** First signal: the teams' own answers through the old region's load balancers. */
  readonly answers?: Reading<TeamCount>;
  /** Second signal: what the old region's control plane says of the teams' targets. */
  readonly targets?: Reading<TeamCount>;
  readonly activeGroups?: Reading<readonly GroupState[]>;
  readonly waitingGroups?: Reading<readonly GroupState[]>;
  readonly replica?: Reading<ReplicaState>;
  readonly home?: Reading<HomeState>;
  /** Teams that answer in the waiting region, by its target groups. */
  readonly waitingTeams?: Reading<TeamCount>;
  readonly traffic?: Reading<TrafficState>;
  /** Requests of the round before that were refused, for the messages. */
  readonly failures?: readonly { readonly action: Action["kind"]; readonly error: string }[];
}
export type ObservationPart = Exclude<keyof Observation, "failures">;

/** Idempotent requests; each may be repeated at any time while its phase lasts. */
export type Action =
  /** Old region: suspend Launch and set the sizes to zero. */
  | { readonly kind: "fenceGroups"; readonly groups: readonly string[] }
  /** Old region's endpoints: weight 0 and dial 0. */
  | { readonly kind: "closeTraffic" }
  /** Waiting region: serving sizes. `resume` names those whose Launch an earlier fence suspended. */
  | {
      readonly kind: "raiseCapacity";
      readonly groups: readonly string[];
      readonly resume?: readonly string[];
    }
  | { readonly kind: "promoteReplica" }
  /** `localOnly` when the source region does not answer: its half is left to be cleaned up. */
  | { readonly kind: "freeHome"; readonly localOnly: boolean }
  /** Waiting region's endpoints take the traffic, the old region's none. */
  | { readonly kind: "moveTraffic" }
  /** Abort: resume Launch and restore the serving sizes in the old region. */
  | { readonly kind: "releaseGroups"; readonly groups: readonly string[] }
  /** Abort: old region's endpoints as they were. */
  | { readonly kind: "reopenTraffic" }
  /** Abort: the waiting region back to zero. */
  | { readonly kind: "lowerCapacity"; readonly groups: readonly string[] };

/** What may be done and when. Durations in milliseconds, lags in seconds. */
export interface Policy {
  /** `manual`: an alarm pages and waits in `confirming` for a person. */
  readonly mode: "automatic" | "manual";
  /** Name of the only alarm that may start a failover. */
  readonly alarmName: string;
  /** The healthy share below which a region may be down, 0 to 1. */
  readonly threshold: number;
  /** A region with at least this many healthy teams is never down. */
  readonly quorum: number;
  /** Both signals must agree for this long before anything is touched. */
  readonly confirmFor: number;
  /** After so long in `confirming` without a verdict a person is called. */
  readonly confirmLimit: number;
  /** A silent control plane is waited for so long before going on unfenced (S3). */
  readonly fenceTimeout: number;
  readonly maxReplicaLag: number;
  readonly maxHomeLag: number;
  /** Share of the protected teams that must answer before traffic moves (S2), 0 to 1. */
  readonly requiredHealthyShare: number;
  /** After so long a running step is reported as blocked. */
  readonly stepLimit: number;
  /** Sizes by waiting group's name. */
  readonly servingSizes: Readonly<Record<string, GroupSizes>>;
  /** Sizes by the old region's group's name; to undo a fence on abort. */
  readonly activeServingSizes: Readonly<Record<string, GroupSizes>>;
  readonly activeRegion: string;
  readonly waitingRegion: string;
  /** The waiting region's Pulumi stack, for the commands in messages. */
  readonly stack: string;
  /** The waiting region's file system of homes; absent where machines keep nothing. */
  readonly homeFileSystemId?: string;
  /** False where the deployment has no database; the step is then skipped. */
  readonly hasDatabase: boolean;
}

/** What a person can ask of the function. */
export const humanCommands = ["failover", "abort", "acceptUnfenced"] as const;
export type HumanCommand = (typeof humanCommands)[number];

/** A trigger as the function received it, before it is judged. */
export type Trigger =
  /** Each minute; asks for nothing by itself. */
  | { readonly kind: "schedule" }
  | {
      readonly kind: "alarm";
      readonly id: string;
      /** When the alarm changed, epoch milliseconds. */
      readonly at: number;
      readonly alarmName: string;
      readonly newState: string;
      /** False when the message came over another topic or cannot be read. */
      readonly authentic: boolean;
    }
  | {
      readonly kind: "config" | "direct";
      readonly id: string;
      readonly at: number;
      readonly command: HumanCommand;
      readonly force: boolean;
      readonly planned?: boolean;
      readonly reason?: string;
      /** Who asks, in their own words. */
      readonly by?: string;
      /** The generation that the person looked at; another one now means that somebody was faster. */
      readonly generation: number;
    };

/** The first record of a deployment. */
export function initialRecord(region: string, generation: number, now: number): FailoverRecord {
  return {
    version: 0,
    generation,
    activeRegion: region,
    phase: "standby",
    since: now,
    steps: {},
    seenTriggers: [],
    outbox: [],
    history: [],
  };
}
