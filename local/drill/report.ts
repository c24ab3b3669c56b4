import type { PathPart } from "./criticalPath";
import type { Measured } from "./measured";

/**
 * What a drill found out, for machines (`drill-report.json`) and as the source of the terminal's
 * summary and of the HTML page. Times are modelled milliseconds since the region was lost, negative
 * before it, unless a name says otherwise.
 */
export interface DrillReport {
  readonly format: 1;
  /** `proven` only if every rule and every target holds. */
  readonly verdict: "proven" | "missed";
  /** Real time at which the drill was started, ISO 8601. */
  readonly startedAt: string;
  /** Real seconds that the drill took, installation of the emulator included. */
  readonly realSeconds: number;
  readonly setup: DrillSetup;
  /** Real seconds of each stage, in order. */
  readonly stages: readonly StageTime[];
  readonly timeline: readonly TimelineStep[];
  /** Things that happened at one moment, in order. */
  readonly moments: readonly Moment[];
  readonly recovery: RecoveryFigures;
  readonly rules: readonly RuleResult[];
  readonly teams: readonly TeamResult[];
  /** What users and data really met; null where no users came (see measurement.ts). */
  readonly measured: Measured | null;
  /** Calls of the failover function by service and action, most first. */
  readonly calls: readonly CallCount[];
  /** Rows of the latency table that were drawn after the loss. */
  readonly modelled: readonly ModelledLatency[];
  /** What this drill cannot show, in sentences. */
  readonly limits: readonly string[];
}

export interface DrillSetup {
  /** What both regions carry. */
  readonly workload: "jenkins" | "containers";
  readonly engine: "standin" | "pulumi";
  readonly emulator: string;
  /** What stood behind the database calls, e.g. `PostgreSQL 17.10`; null where it was modelled. */
  readonly database: string | null;
  /** What leads users to a region. */
  readonly edge: "globalAccelerator" | "route53";
  readonly seed: number;
  /** Modelled seconds per real second. */
  readonly timeScale: number;
  readonly lostRegion: string;
  readonly servingRegion: string;
  readonly resources: { readonly primary: number; readonly dr: number };
}

export interface StageTime {
  readonly name: string;
  readonly seconds: number;
}

/** A bar of the timeline. */
export interface TimelineStep {
  /** `detection`, `confirm`, `fence`, `capacity`, `database`, `home`, `controllers`, `traffic`. */
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** `unconfirmed` is the fence's alone. */
  readonly outcome: "done" | "unconfirmed" | "missed";
  /** What it waited for at last, as the record said it. */
  readonly waitedFor: string;
  readonly onCriticalPath: boolean;
}

export interface Moment {
  readonly at: number;
  readonly kind: "fault" | "alarm" | "phase" | "announcement" | "world";
  readonly text: string;
}

export interface RecoveryFigures {
  /** Lost → serving, modelled milliseconds. */
  readonly rto: number;
  /** The longest chain of waits that no implementation could shorten, modelled milliseconds. */
  readonly criticalPath: number;
  /** Parts of the critical path in order. */
  readonly criticalPathParts: readonly PathPart[];
  /** Replication lag at the loss in seconds; null is unknown. */
  readonly rpo: { readonly database: number | null; readonly home: number | null };
  readonly generation: number;
  readonly fenced: boolean;
}

export interface RuleResult {
  /** `S1` … `S11` or a target's name. */
  readonly rule: string;
  readonly statement: string;
  /** Null where the rule does not apply, which is neither held nor missed. */
  readonly held: boolean | null;
  /** How it was checked, or what broke it. */
  readonly evidence: string;
}

export interface TeamResult {
  readonly team: string;
  readonly url: string;
  readonly strategy: string;
  /** Modelled milliseconds after the loss at which the team answered in the new region. */
  readonly healthyAt: number | null;
}

export interface CallCount {
  readonly service: string;
  readonly action: string;
  readonly region: string;
  readonly count: number;
  readonly refused: number;
}

export interface ModelledLatency {
  readonly name: string;
  readonly milliseconds: number;
  readonly source: string;
}
