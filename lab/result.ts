import type { PairProfile } from "../components/pair/proxyTiming";
import type { Outage } from "./measure/outage";

/** What one round of one scenario came to; written to the JSON report as it is. Times in ms. */
export interface RoundResult {
  readonly scenario: string;
  readonly profile: PairProfile;
  /** From 1. */
  readonly round: number;
  readonly teams: readonly TeamResult[];
  /** Machines that got the shared address after the fault, in order. */
  readonly addressMoves: readonly TimedEvent[];
  /** From the fault on. */
  readonly events: readonly TimedEvent[];
  /** Two writers on one home, or a broken rule; empty: none. */
  readonly problems: readonly string[];
  /** How long users were watched after the fault. */
  readonly watched: number;
}

export interface TeamResult extends Outage {
  readonly team: string;
  /** Controllers that answered before the fault, and since it; in the order of their first answers. */
  readonly servedBefore: readonly string[];
  readonly servedAfter: readonly string[];
  /** Longest silence of its WebSocket and of its agent's stream; 0: they never broke. */
  readonly streams: { readonly websocket: number; readonly agent: number };
  /** For the timeline. */
  readonly strip: readonly StripPart[];
}

/** A stretch of a team's timeline in which all requests met the same. */
export interface StripPart {
  readonly from: number;
  readonly to: number;
  /** Who answered; absent: they failed. */
  readonly servedBy?: string;
}

export interface TimedEvent {
  /** Since the fault. */
  readonly at: number;
  readonly text: string;
}
