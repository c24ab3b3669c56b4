/** What users and data must not have suffered. */
import type { Measured, MeasuredLoss } from "../measured";
import type { RuleResult } from "../report";
import { judgeJenkins } from "./jenkins";
import { counted, doesNotApply, judge } from "./ruleResult";

/** Judges what was measured. */
export function judgeMeasured(
  measured: Measured,
  servingRegion: string,
  hasHome = true,
): RuleResult[] {
  const { jenkins, builds } = measured;
  if (jenkins !== null) return judgeJenkins(jenkins);
  return [
    usersServed(measured, servingRegion),
    hasHome ? oneWriterEach(measured) : noHomes("Writers", oneWriterOfHomes),
    oldSideSilent(measured),
    ...(hasHome ? [] : [noHomes("Builds", missingFrom("the homes"))]),
    ...(builds === null ? [] : [explained("Builds", "the homes", builds)]),
    ...(measured.rows === null ? [] : [explained("Rows", "the database", measured.rows)]),
  ];
}

function usersServed({ teams }: Measured, servingRegion: string): RuleResult {
  const without = teams.filter(({ lastServedBy }) => lastServedBy !== servingRegion);
  const acknowledged = teams.reduce((sum, team) => sum + team.acknowledged, 0);
  return judge(
    "Users",
    "Every team's users write again in the new region.",
    without.map(({ team }) => `Nobody could write to ${team} in ${servingRegion}.`),
    `${acknowledged} writes of ${counted(teams.length, "team")} were acknowledged, the last ones there.`,
  );
}

const oneWriterOfHomes = "One writer (S1): no home shows traces of two at once.";

function missingFrom(place: string): string {
  return `Nothing acknowledged is missing from ${place} but what the lag at the loss explains.`;
}

function noHomes(rule: string, statement: string): RuleResult {
  return doesNotApply(rule, statement, "Does not apply: these machines keep nothing.");
}

function oneWriterEach({ homes }: Measured): RuleResult {
  return judge(
    "Writers",
    oneWriterOfHomes,
    homes.lines === 0
      ? ["No home holds a build: nothing was proven."]
      : homes.twoWriters.slice(0, 5),
    `${homes.lines} builds of ${counted(homes.writers, "writer")} in ${counted(homes.read, "home")}, one after the other.`,
  );
}

function oldSideSilent({ acceptedByOldSide }: Measured): RuleResult {
  return judge(
    "Fence",
    "The old region accepts no write once the record names the new one.",
    acceptedByOldSide.length === 0
      ? []
      : [`It accepted ${counted(acceptedByOldSide.length, "write")}.`],
    "0 writes, by users' answers, homes and databases; also after it was revived.",
  );
}

/** Lost is what was acknowledged and is not there; a lag explains what was written within it. */
function explained(rule: string, place: string, loss: MeasuredLoss): RuleResult {
  const lag = loss.lagSeconds === null ? "unknown" : `${loss.lagSeconds.toFixed(1)} s`;
  const figures =
    `${loss.lost} of ${loss.acknowledged} acknowledged builds are lost; ` +
    `the lag at the loss (${lag}) explains up to ${loss.withinLag}.`;
  return judge(
    rule,
    missingFrom(place),
    loss.acknowledged === 0
      ? ["Nothing was acknowledged: nothing was proven."]
      : loss.unexplained > 0
        ? [`${figures} ${loss.unexplained} of the lost ones are older or newer than that.`]
        : [],
    figures,
  );
}
