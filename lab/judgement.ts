import type { PairProfile } from "../components/pair/proxyTiming";
import type { RoundResult, TeamResult } from "./result";
import type { Scenario, Targets } from "./scenario";

/** All rounds of a scenario under one profile in one line: medians over the rounds. */
export interface Summary {
  readonly profile: PairProfile;
  readonly rounds: number;
  /** Of the team that had the longest, ms. */
  readonly outage: number;
  /** False: in some round it was not over when users were watched no longer. */
  readonly ended: boolean;
  /** Failed requests by team, those of lost teams among them. */
  readonly failed: Readonly<Record<string, number>>;
  /** Of the teams that are not lost. */
  readonly failedInAll: number;
  /** The slowest answer of any team, ms. */
  readonly slowest: number;
  /** Longest silence of a WebSocket or an agent's stream, ms. */
  readonly streams: number;
  /** How often the shared address moved. */
  readonly moves: number;
  /** Controllers that answered after the fault, in any round. */
  readonly servedBy: readonly string[];
}

export interface Judgement {
  readonly scenario: string;
  readonly title: string;
  readonly reference?: Summary;
  readonly fast?: Summary;
  /** Targets and rules that were missed; for people. */
  readonly missed: readonly string[];
}

/** @param results of this scenario, of both profiles */
export function judge(scenario: Scenario, results: readonly RoundResult[]): Judgement {
  const of = (profile: PairProfile) => {
    const rounds = results.filter((result) => result.profile === profile);
    return rounds.length === 0 ? undefined : summarise(profile, rounds, scenario.lost);
  };
  const reference = of("reference");
  const fast = of("fast");
  return {
    scenario: scenario.name,
    title: scenario.title,
    ...(reference === undefined ? {} : { reference }),
    ...(fast === undefined ? {} : { fast }),
    missed: [
      ...results.flatMap(({ profile, round, problems }) =>
        problems.map((problem) => `${profile}, round ${round}: ${problem}`),
      ),
      ...missedMoves(scenario.targets, results),
      ...(fast === undefined ? [] : missedTargets(scenario.targets, fast, reference)),
    ],
  };
}

function summarise(
  profile: PairProfile,
  rounds: readonly RoundResult[],
  lost: readonly string[],
): Summary {
  const [first] = rounds;
  const teams = first?.teams.map(({ team }) => team) ?? [];
  const held = (round: RoundResult) => round.teams.filter(({ team }) => !lost.includes(team));
  const worst = (value: (team: TeamResult) => number) =>
    median(rounds.map((round) => Math.max(...held(round).map(value))));
  return {
    profile,
    rounds: rounds.length,
    outage: worst(({ longest }) => longest),
    ended: rounds.every((round) => held(round).every(({ ended }) => ended)),
    failed: Object.fromEntries(
      teams.map((name) => [
        name,
        median(rounds.map((round) => round.teams.find(({ team }) => team === name)?.failed ?? 0)),
      ]),
    ),
    failedInAll: median(
      rounds.map((round) => held(round).reduce((sum, { failed }) => sum + failed, 0)),
    ),
    slowest: worst(({ slowest }) => slowest),
    streams: worst(({ streams }) => Math.max(streams.websocket, streams.agent)),
    moves: median(rounds.map(({ addressMoves }) => addressMoves.length)),
    servedBy: [
      ...new Set(rounds.flatMap((round) => round.teams.flatMap(({ servedAfter }) => servedAfter))),
    ].sort(),
  };
}

/** Of two in the middle the upper one: a value that was measured, and not the better one. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error("There is no median of nothing.");
  return middle;
}

/** Rounds from which on a median is one. */
const roundsOfMedian = 5;

/**
 * Fewer rounds meet whatever else the machine does just then, and no median hides it. So an outage may be
 * half as long again, but for what the scenario's devices take; and where the address is to move, a
 * request of each team may be under way to the machine that had it, and fail. Nothing else has a margin.
 */
function withMargin(targets: Targets, { rounds, failed }: Summary): Targets {
  if (rounds >= roundsOfMedian) return targets;
  const { outage, delay = 0, moves = 0 } = targets;
  const underWay = moves > 0 ? Object.keys(failed).length : 0;
  return {
    ...targets,
    ...(outage === undefined ? {} : { outage: delay + 1.5 * (outage - delay) }),
    ...(targets.failed === undefined ? {} : { failed: targets.failed + underWay }),
  };
}

/** Rounds of ours in which the address moved more or less often than it should. */
function missedMoves({ moves }: Targets, results: readonly RoundResult[]): string[] {
  if (moves === undefined) return [];
  return results
    .filter(({ profile, addressMoves }) => profile === "fast" && addressMoves.length !== moves)
    .map(
      ({ round, addressMoves }) =>
        `fast, round ${round}: the address moved ${addressMoves.length} times, not ${moves}`,
    );
}

function missedTargets(targets: Targets, fast: Summary, reference: Summary | undefined): string[] {
  const { failed, outage, ratio } = withMargin(targets, fast);
  // Where the published timing has no outage either, there is nothing to be better than.
  const longer = reference?.outage ?? 0;
  const times = longer > 0 && fast.outage > 0 ? longer / fast.outage : Infinity;
  return [
    ...(fast.ended ? [] : ["fast: users were not served again while they were watched"]),
    ...(failed !== undefined && fast.failedInAll > failed
      ? [`fast: ${fast.failedInAll} requests failed; at most ${failed} may`]
      : []),
    ...(outage !== undefined && fast.outage > outage
      ? [`fast: away for ${Math.round(fast.outage)} ms; at most ${outage} ms are allowed`]
      : []),
    ...(ratio !== undefined && times < ratio
      ? [`fast: away ${times.toFixed(1)} times shorter than the reference, not ${ratio} times`]
      : []),
  ];
}
