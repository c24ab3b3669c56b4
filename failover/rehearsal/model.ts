/**
 * The words of a rehearsal: what is remembered (the record), what is seen (the observation) and what
 * can be done (the requests). It has no word in common with the failover's record but the reading of
 * its phase, so that nothing of a rehearsal can change what a failover decides.
 */
import type { Announcement, Phase, Reading } from "../model";

/** Why a rehearsal ended; everything but `complete` leaves something unproven. */
export type EndReason =
  /** All that could be found out was found out. */
  | "complete"
  | "timeout"
  /** A person dropped it. */
  | "aborted"
  /** A failover, or a role change, comes first. */
  | "failover";

/** Who asked for it. */
export interface Asked {
  /** Idempotency token: a repeat with the same one changes nothing. */
  readonly id: string;
  readonly by: "schedule" | "person";
  readonly reason?: string;
}

/** What a copy of the database is made from. */
export interface Snapshot {
  readonly identifier: string;
  /** When what it holds was written, epoch milliseconds. */
  readonly takenAt: number;
}

/** A rehearsal from its start until nothing is left of it. Times are epoch milliseconds. */
export interface Rehearsal {
  /** In every tag, name and client token of what it makes. */
  readonly id: string;
  readonly asked: Asked;
  readonly startedAt: number;
  /** The newest one when it began; null: there was none. Absent until it was looked for. */
  readonly snapshot?: Snapshot | null;
  /** Age of the homes' newest complete copy when it began, seconds. */
  readonly homeLagSeconds?: number;
  /** How often a zone had no machine for the team; the next one is tried in the next zone. */
  readonly zonesTried: Readonly<Record<string, number>>;
  /** The machine of each team, once it was seen. */
  readonly machines: Readonly<Record<string, string>>;
  /** When the last team's machine was seen running. */
  readonly machinesAt?: number;
  /** When each team's Jenkins was first seen healthy. */
  readonly healthyAt: Readonly<Record<string, number>>;
  readonly databaseAt?: number;
  /** What RDS says of a copy that will never be available. */
  readonly databaseFailure?: string;
  /** What was last refused, by team, or by `database` and `targets`. */
  readonly refusals: Readonly<Record<string, string>>;
  /** Set once it is decided to be over: from then on everything is taken down. */
  readonly end?: { readonly at: number; readonly why: EndReason };
  /** What was not proven, once it is over. */
  readonly problems?: readonly string[];
}

/** A rehearsal that is over, for people. */
export interface RehearsalOutcome {
  readonly id: string;
  readonly asked: Asked;
  readonly startedAt: number;
  /** When it was known. */
  readonly endedAt: number;
  /** When nothing was left of it. */
  readonly cleanedAt: number;
  readonly result: "success" | "failure" | "aborted" | "preempted";
  /** Why it is no success; empty for one. */
  readonly problems: readonly string[];
  readonly teams: number;
  readonly healthy: number;
  /** Milliseconds from the start until every machine ran. */
  readonly machinesMs?: number;
  /** Milliseconds from then until every Jenkins answered: copy of the home and load. */
  readonly controllersMs?: number;
  /** Milliseconds from the start until the copy of the database was available. */
  readonly databaseMs?: number;
  /** Age of what the copy of the database holds, seconds. */
  readonly snapshotAgeSeconds?: number;
  readonly homeLagSeconds?: number;
}

/** One item of the record table, beside the failover's, changed by compare-and-set on `version`. */
export interface RehearsalRecord {
  readonly version: number;
  /** When the first run wrote it: a deployment that never rehearsed has an age too. */
  readonly since: number;
  readonly running?: Rehearsal;
  /** Newest last, {@link rehearsalHistoryLength} at the most. */
  readonly history: readonly RehearsalOutcome[];
  /** Requests that were judged, newest last. */
  readonly seen: readonly string[];
  readonly outbox: readonly Announcement[];
}

export const rehearsalHistoryLength = 10;

/** What a rehearsal has to know of the failover. */
export interface FailoverView {
  readonly phase: Phase;
  readonly generation: number;
  readonly activeRegion: string;
  /** An aborted failover has put everything back. */
  readonly settled: boolean;
}

/** A machine with a rehearsal's tag that is not terminated yet. */
export interface SeenMachine {
  readonly instanceId: string;
  /** Id of its rehearsal. */
  readonly rehearsal: string;
  readonly team: string;
  /** EC2's word: `pending`, `running`, `shutting-down`, `stopping`, `stopped`. */
  readonly state: string;
}

/** A database instance with a rehearsal's name and tag. */
export interface SeenDatabase {
  readonly identifier: string;
  readonly rehearsal: string;
  /** RDS's word. */
  readonly status: string;
}

/** A target of the rehearsals' target group. */
export interface SeenTarget {
  readonly instanceId: string;
  /** ELB's word: `initial`, `healthy`, `unhealthy`, `draining`, `unused`. */
  readonly state: string;
}

/** What was seen of the world in one round. */
export interface RehearsalObservation {
  /** Null before the failover function's first run. */
  readonly failover: Reading<FailoverView | null>;
  readonly machines: Reading<readonly SeenMachine[]>;
  readonly databases: Reading<readonly SeenDatabase[]>;
  readonly targets: Reading<readonly SeenTarget[]>;
  /** Looked for until the rehearsal has one. */
  readonly snapshot?: Reading<Snapshot | null>;
  readonly homeLagSeconds?: Reading<number | null>;
  /** Requests of the round before that were refused. */
  readonly failures?: readonly Refusal[];
}

export interface Refusal {
  readonly request: RehearsalRequest;
  /** AWS's code, e.g. `InsufficientInstanceCapacity`. */
  readonly code: string;
  readonly error: string;
}

/** Idempotent requests. Nothing is ended or deleted that was not seen with a rehearsal's tag. */
export type RehearsalRequest =
  | {
      readonly kind: "launch";
      readonly rehearsal: string;
      readonly team: string;
      /** Counts zones from 0; part of the client token, because a token takes one zone alone. */
      readonly zone: number;
    }
  | { readonly kind: "register"; readonly instanceIds: readonly string[] }
  | { readonly kind: "deregister"; readonly instanceIds: readonly string[] }
  | { readonly kind: "terminate"; readonly instanceIds: readonly string[] }
  | {
      readonly kind: "restore";
      readonly rehearsal: string;
      readonly identifier: string;
      readonly snapshot: string;
    }
  | { readonly kind: "deleteDatabase"; readonly identifier: string };

/** What a run was started by. */
export type RehearsalTrigger =
  /** Each minute: goes on, cleans up, starts nothing. */
  | { readonly kind: "tick" }
  | { readonly kind: "start"; readonly at: number; readonly asked: Asked }
  | { readonly kind: "abort"; readonly at: number; readonly asked: Asked };

/** The first record of a deployment. */
export function firstRehearsalRecord(now: number): RehearsalRecord {
  return { version: 0, since: now, history: [], seen: [], outbox: [] };
}
