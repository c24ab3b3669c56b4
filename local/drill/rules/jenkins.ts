/** What must have become of a real Jenkins's work. */
import type { JenkinsMeasured, JenkinsTeam } from "../jenkins/jenkinsTrial";
import type { JobBuild } from "../../war/jobClient";
import type { RuleResult } from "../report";
import { counted, judge } from "./ruleResult";

/** Judges what became of the jobs. */
export function judgeJenkins(measured: JenkinsMeasured): RuleResult[] {
  return [jobsThere(measured), buildsOn(measured), oldHomesAsLeft(measured)];
}

function jobsThere({ product, teams }: JenkinsMeasured): RuleResult {
  const before = teams.reduce((sum, team) => sum + team.before.length, 0);
  return judge(
    "Jobs",
    "Jobs and builds of the lost region are there in the new one, with their logs.",
    before === 0 ? ["Nothing was built: nothing was proven."] : teams.flatMap(missing),
    `${product}: ${counted(teams.length, "job")}, ${counted(before, "build")}, each with its result and its whole log.`,
  );
}

function missing({ team, job, before, after, problem }: JenkinsTeam): string[] {
  if (after === null) return [`${team} has no job ${job}: ${problem ?? "it is not known"}`];
  return before
    .filter((build) => !after.some((other) => isSame(build, other)))
    .map(({ number }) => `Build ${number} of ${team} is not there as it was.`);
}

function isSame(one: JobBuild, other: JobBuild): boolean {
  return (
    one.number === other.number && one.result === other.result && one.console === other.console
  );
}

function buildsOn({ teams }: JenkinsMeasured): RuleResult {
  const wrong = teams.flatMap(({ team, before, next, problem }) => {
    const expected = Math.max(0, ...before.map(({ number }) => number)) + 1;
    if (next === null) return [`${team} did not build: ${problem ?? "no build came"}`];
    if (next.number === expected && next.result === "SUCCESS") return [];
    return [
      `${team}'s next build is ${next.number} with ${next.result}, not ${expected} with SUCCESS.`,
    ];
  });
  const numbers = teams.map(({ team, next }) => `${team} ${next?.number ?? "none"}`);
  return judge(
    "Next",
    "Each job builds on in the new region, with the next number.",
    wrong,
    `${numbers.join(", ")}.`,
  );
}

function oldHomesAsLeft({ teams }: JenkinsMeasured): RuleResult {
  return judge(
    "Fence",
    "The lost region's homes hold no build that was not made before the loss.",
    teams.flatMap(({ team, before, inOldHome }) => {
      const made = before.map(({ number }) => number).join(", ");
      const there = inOldHome.join(", ");
      return made === there ? [] : [`${team}'s holds builds ${there || "none"}, not ${made}.`];
    }),
    "Also after it was revived.",
  );
}
