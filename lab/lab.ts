import type { CheckedWar } from "../local/war/checkedWar";
import { installWar } from "./controllers/realController";
import { judge, type Judgement } from "./judgement";
import { inLanes } from "./lanes";
import { monotonic } from "./monotonic";
import type { LabOptions } from "./options";
import { seeded } from "./random";
import { outageText } from "./report/summaryTable";
import type { RoundResult } from "./result";
import { type RoundPlan, runRound } from "./runRound";
import { realScenarios } from "./real/realScenarios";
import { scenarios } from "./scenarios";
import { schedule } from "./schedule";

/** What the lab found. */
export interface LabReport {
  readonly verdict: "proven" | "missed";
  readonly seed: number;
  readonly startedAt: string;
  readonly seconds: number;
  readonly judgements: readonly Judgement[];
  readonly rounds: readonly RoundResult[];
}

/**
 * Runs what was asked for and tells of each round when it is over.
 *
 * @param war for real controllers; undefined: none
 */
export async function runLab(
  options: LabOptions,
  war: CheckedWar | undefined,
  say: (line: string) => void,
): Promise<LabReport> {
  const startedAt = new Date().toISOString();
  const begun = monotonic();
  const plans = schedule(
    war === undefined ? scenarios : [...scenarios, ...realScenarios(installWar(war))],
    options,
  );
  say(`${plans.length} rounds, ${options.lanes} at a time; seed ${options.seed}.`);
  let over = 0;
  const rounds = await inLanes(plans, options.lanes, async (plan, index) => {
    const { scenario, profile, round } = plan;
    const random = seeded(options.seed, scenario.name, profile, round);
    const result = await runRound(plan, (index % 250) + 1, random);
    say(`${++over}/${plans.length} after ${elapsed(begun)} s: ${describe(plan, result)}`);
    return result;
  });
  const judgements = [...new Set(plans.map(({ scenario }) => scenario))].map((scenario) =>
    judge(
      scenario,
      rounds.filter((result) => result.scenario === scenario.name),
    ),
  );
  return {
    verdict: judgements.every(({ missed }) => missed.length === 0) ? "proven" : "missed",
    seed: options.seed,
    startedAt,
    seconds: Number(elapsed(begun)),
    judgements,
    rounds,
  };
}

function elapsed(since: number): string {
  return ((monotonic() - since) / 1000).toFixed(0);
}

function describe(
  { scenario, profile, round }: RoundPlan,
  { teams, problems }: RoundResult,
): string {
  const failed = teams.reduce((sum, team) => sum + team.failed, 0);
  const outage = outageText({
    outage: Math.max(...teams.map(({ longest }) => longest)),
    ended: teams.every(({ ended }) => ended),
  });
  const trouble = problems.map((problem) => `\n    ✗ ${problem}`).join("");
  return `${scenario.title}, ${profile} ${round}: outage ${outage}, ${failed} failed${trouble}`;
}
