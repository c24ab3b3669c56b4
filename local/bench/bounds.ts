import { readableDuration } from "../../failover/duration";
import type { Measured } from "../engine/benchProgram";
import { requiredTeams } from "./benchPlan";
import type { FailoverMeasurement, Measurement } from "./measurement";

/** One thing that must hold, with the figure that says whether it does. */
export interface Bound {
  readonly held: boolean;
  readonly says: string;
}

/** Calls that one more team may cost, looks and changes together. */
const callsPerTeam = 1.2;

/** How much longer than the critical path a failover may take. */
const pathFactor = 1.1;

/** Resident memory of the function's process, MB; half of what it is deployed with. */
const memoryLimit = 256;

/** DynamoDB's limit of an item, bytes. */
const itemLimit = 400 * 1024;

/** How much dearer later teams may be for the program: 1 is linear, 10 would be quadratic. */
const programRatio = 2;

/** What the failover is held to, from the smallest size to the largest. */
export function failoverBounds(measured: readonly FailoverMeasurement[]): Bound[] {
  const [small, large] = [measured[0], measured.at(-1)];
  if (small === undefined || large === undefined) return [];
  const growth = large.teams / small.teams;
  const describes = large.describes / small.describes;
  const perTeam = (callsOf(large) - callsOf(small)) / (large.teams - small.teams);
  const kilobytes = (bytes: number): string => `${(bytes / 1024).toFixed(1)} kB`;
  return [
    {
      held: describes <= Math.sqrt(growth),
      says:
        `describe calls grow ${describes.toFixed(1)}-fold from ${small.teams} to ${large.teams} teams, ` +
        `which is ${growth.toFixed(0)}-fold (at most its square root, ${Math.sqrt(growth).toFixed(1)})`,
    },
    {
      held: perTeam <= callsPerTeam,
      says: `one more team costs ${perTeam.toFixed(2)} calls, describe calls included (at most ${callsPerTeam})`,
    },
    ...measured.map(({ teams, rtoMs, criticalPathMs }) => ({
      held: rtoMs <= pathFactor * criticalPathMs,
      says:
        `RTO with ${teams} teams is ${readableDuration(rtoMs)}, ` +
        `${(rtoMs / criticalPathMs).toFixed(2)} of the critical path (at most ${pathFactor})`,
    })),
    ...measured.map(({ teams, failedRuns }) => ({
      held: failedRuns.length === 0,
      says:
        `${failedRuns.length} runs of the function ended before their time with ${teams} teams (none)` +
        failedRuns.map((error) => `; ${error}`).join(""),
    })),
    {
      held: large.memoryMb < memoryLimit,
      says: `the function's process takes ${large.memoryMb} MB with ${large.teams} teams (less than ${memoryLimit} MB)`,
    },
    {
      held: large.recordBytes <= itemLimit,
      says:
        `the failover record takes ${kilobytes(large.recordBytes)} with ${large.teams} teams ` +
        `(at most DynamoDB's ${kilobytes(itemLimit)})`,
    },
  ];
}

/** That what was measured was a failover: the required teams answer in the new region. */
export function endBound(who: string, { teams, healthyTeams }: Measurement): Bound {
  const required = requiredTeams(teams);
  return {
    held: healthyTeams >= required,
    says: `${who}: ${healthyTeams} of ${teams} teams answered in the end (at least ${required})`,
  };
}

/** That the program grows in proportion to its teams: later ones cost about what earlier ones do. */
export function programBound(measured: readonly Measured[]): Bound {
  const [first, middle, last] = [measured[0], measured.at(-2), measured.at(-1)];
  if (first === undefined || middle === undefined || last === undefined || measured.length < 3) {
    return { held: false, says: "the program was measured with fewer than three sizes" };
  }
  const ratio = costOfTeam(middle, last) / costOfTeam(first, middle);
  return {
    held: ratio <= programRatio,
    says:
      `the program is linear: a team beyond the ${middle.teams}th costs ${ratio.toFixed(2)} times ` +
      `what one before it costs (at most ${programRatio})`,
  };
}

function costOfTeam(smaller: Measured, larger: Measured): number {
  return (larger.cpuSeconds - smaller.cpuSeconds) / (larger.teams - smaller.teams);
}

function callsOf({ describes, changes }: Measurement): number {
  return describes + changes;
}
