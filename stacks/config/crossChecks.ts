import { containerChecks } from "./containerChecks";
import { deploymentChecks } from "./deploymentChecks";
import { networkChecks } from "./networkChecks";
import { pairChecks } from "./pairChecks";
import type { Problem } from "./problem";
import type { Partially } from "./readFields";
import type { GivenSettings } from "./schema";
import { stateChecks } from "./stateChecks";
import { teamChecks } from "./teamChecks";

/** The settings so far: what was missing or wrong by itself is absent. */
export type Given = Partially<GivenSettings>;

/** A rule about more than one setting. It says nothing while one of them is absent. */
export type Check = (given: Given) => readonly Problem[];

const checks: readonly Check[] = [
  ...deploymentChecks,
  ...networkChecks,
  ...teamChecks,
  ...pairChecks,
  ...containerChecks,
  ...stateChecks,
];

export function crossChecks(given: Given): readonly Problem[] {
  return checks.flatMap((check) => check(given));
}
