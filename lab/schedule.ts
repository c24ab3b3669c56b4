import type { PairProfile } from "../components/pair/proxyTiming";
import type { RoundPlan } from "./runRound";
import type { Scenario } from "./scenario";

/** What a person asks of the lab. */
export interface Selection {
  readonly quick: boolean;
  /** Parts of scenarios' names; empty: all. */
  readonly only: readonly string[];
  readonly profiles: readonly PairProfile[];
  /** Rounds of profile `fast`. Default: the scenario's, or {@link defaultRounds}. */
  readonly rounds?: number;
}

/**
 * Of profile `fast`: five of the basic faults, whose targets are about medians, one of others that do not
 * say how many they need. The reference, of which no figure is held to a bound, has one.
 */
export const defaultRounds = { basic: 5, others: 1, reference: 1 } as const;

/**
 * All rounds, in the order in which they are begun: both profiles of a scenario beside each other, each
 * scenario's rounds after another, so that a disturbance of the machine meets both.
 *
 * @throws Error if a name of `only` is none
 */
export function schedule(all: readonly Scenario[], selection: Selection): RoundPlan[] {
  const { quick, only, profiles } = selection;
  for (const word of only) {
    if (all.some(({ name }) => name.includes(word))) continue;
    const names = all.map(({ name }) => name).join(", ");
    throw new Error(`--only ${word} is in no scenario's name; they are ${names}.`);
  }
  const chosen = all
    .filter((scenario) => !quick || scenario.quick)
    .filter(({ name }) => only.length === 0 || only.some((word) => name.includes(word)));
  if (chosen.length === 0) {
    throw new Error(
      `--only ${only.join(" ")} leaves no scenario of --quick; leave one of them out.`,
    );
  }
  return chosen.flatMap((scenario) => roundsOf(scenario, selection, profiles));
}

function roundsOf(
  scenario: Scenario,
  selection: Selection,
  profiles: readonly PairProfile[],
): RoundPlan[] {
  const counts = profiles.map((profile) => ({
    profile,
    count: count(scenario, selection, profile),
  }));
  const most = Math.max(...counts.map((one) => one.count));
  return Array.from({ length: most }, (_, index) => index + 1).flatMap((round) =>
    counts
      .filter((one) => one.count >= round)
      .map(({ profile }): RoundPlan => ({ scenario, profile, round })),
  );
}

function count(scenario: Scenario, { quick, rounds }: Selection, profile: PairProfile): number {
  if (quick) return profile === "fast" ? (rounds ?? 1) : 1;
  if (profile === "reference") return defaultRounds.reference;
  return rounds ?? scenario.rounds ?? (scenario.quick ? defaultRounds.basic : defaultRounds.others);
}
