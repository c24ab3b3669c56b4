import type { PairProfile } from "../components/pair/proxyTiming";
import type { Random } from "./random";
import type { RoundResult } from "./result";
import type { Rig } from "./rig";

/** What a fault, or another event, is done to and watched for. */
export interface Scenario {
  /** For `--only`: lower-case words with hyphens. */
  readonly name: string;
  /** For people: "a team's controller dies". */
  readonly title: string;
  /** One of the seven of `--quick`. */
  readonly quick: boolean;
  /** Rounds with our timing when everything is run. Default: see schedule.ts. */
  readonly rounds?: number;
  /** How long users are watched after the fault by profile: until they are served, within these. */
  readonly watch: Readonly<Record<PairProfile, WatchTime>>;
  /** Teams that it takes away for good, whose users no target is about. */
  readonly lost: readonly string[];
  /** What profile `fast` has to reach. */
  readonly targets: Targets;
  /** Makes the machines, healthy, with users that are served. */
  prepare(profile: PairProfile, number: number): Promise<Prepared>;
}

/** Seconds. */
export interface WatchTime {
  /** A fault may hit late: a request that hangs fails after its limit. */
  readonly atLeast: number;
  /** Then it counts as never over. */
  readonly atMost: number;
}

/** Bounds on the median over at least five rounds of profile `fast`; what is absent has none. */
export interface Targets {
  /** Failed requests of all teams together. */
  readonly failed?: number;
  /** Outage of the team that had the longest, ms. */
  readonly outage?: number;
  /** How often the shared address moves, exactly. */
  readonly moves?: number;
  /** How many times shorter than the reference's the outage is, wherever that has one. */
  readonly ratio?: number;
}

/** A scenario with machines of its own, ready to be hit. */
export interface Prepared {
  readonly rig: Rig;
  /**
   * Does it.
   * @throws Error if what the scenario itself asserts on the way is not so
   */
  inject(round: Round): Promise<void>;
  /** What has to have happened, besides that users are served, until it is over. */
  isOver?(): boolean;
  /** What is not as the scenario demands once users are served again; for people. */
  check?(result: RoundResult): Promise<string[]> | string[];
}

export interface Round {
  readonly random: Random;
  /** Writes onto the round's timeline. */
  readonly note: (text: string) => void;
}
