import { readableDuration } from "../duration";
import type { Announcement } from "../model";
import { hasEnded } from "./progress";
import type { EndReason, Rehearsal, RehearsalObservation, RehearsalOutcome } from "./model";
import { rehearsalName, type RehearsalPlan } from "./rehearsalPlan";

type Facts = Pick<RehearsalPlan, "prefix" | "stack" | "teams" | "database" | "timeout">;

/** How many teams a message names; the rest is counted. */
const namedTeams = 5;

/**
 * What is not proven by a rehearsal that ends now, in sentences; empty when all is. To be asked before
 * its machines are taken down.
 */
export function problemsOf(
  rehearsal: Rehearsal,
  machines: RehearsalObservation["machines"],
  facts: Facts,
): string[] {
  const log = `docs/runbook.md, Rehearse, says where their logs are`;
  const unhealthy = facts.teams.filter((team) => rehearsal.healthyAt[team] === undefined);
  const gone = unhealthy.filter((team) => hasEnded(team, rehearsal, machines));
  const late = unhealthy.filter((team) => !gone.includes(team));
  const missing = late.filter((team) => rehearsal.machines[team] === undefined);
  const silent = late.filter((team) => rehearsal.machines[team] !== undefined);
  const refusal = missing.map((team) => rehearsal.refusals[team]).find((text) => text);
  return [
    ...(gone.length === 0
      ? []
      : [`${named(gone)}: the machine ended itself, which it does when it cannot work; ${log}.`]),
    ...(missing.length === 0
      ? []
      : [`${named(missing)}: no machine${refusal === undefined ? "" : ` (${refusal})`}.`]),
    ...(silent.length === 0 ? [] : [`${named(silent)}: Jenkins did not answer; ${log}.`]),
    ...databaseProblems(rehearsal, facts),
  ];
}

function databaseProblems(rehearsal: Rehearsal, { database }: Facts): string[] {
  if (database === undefined || rehearsal.databaseAt !== undefined) return [];
  if (rehearsal.snapshot === null) {
    return [
      `There is no snapshot of ${database.snapshotsOf.join(" or ")} in this region to restore: see ` +
        "recovery.snapshot and the alarm about the snapshots' age.",
    ];
  }
  const refusal = rehearsal.refusals.database;
  return [
    rehearsal.databaseFailure ??
      `The copy of the database was not available in time${refusal === undefined ? "" : ` (${refusal})`}.`,
  ];
}

function named(teams: readonly string[]): string {
  const rest = teams.length - namedTeams;
  const names = teams.slice(0, namedTeams).join(", ");
  return rest > 0 ? `${names} and ${rest} more teams` : names;
}

const results: Readonly<Record<EndReason, RehearsalOutcome["result"]>> = {
  complete: "success",
  timeout: "failure",
  aborted: "aborted",
  failover: "preempted",
};

/** The entry that stays of a rehearsal that nothing is left of. */
export function outcomeOf(
  rehearsal: Rehearsal,
  problems: readonly string[],
  facts: Facts,
  now: number,
): RehearsalOutcome {
  const { id, asked, startedAt, machinesAt, databaseAt, snapshot, homeLagSeconds } = rehearsal;
  const { at: endedAt, why } = rehearsal.end ?? { at: now, why: "complete" as const };
  const healthy = Object.values(rehearsal.healthyAt);
  const everybody = facts.teams.every((team) => rehearsal.healthyAt[team] !== undefined);
  const result = results[why];
  return {
    id,
    asked,
    startedAt,
    endedAt,
    cleanedAt: now,
    result: result === "success" && problems.length > 0 ? "failure" : result,
    problems,
    teams: facts.teams.length,
    healthy: healthy.length,
    ...(machinesAt === undefined ? {} : { machinesMs: machinesAt - startedAt }),
    ...(machinesAt === undefined || !everybody
      ? {}
      : { controllersMs: Math.max(0, Math.max(...healthy) - machinesAt) }),
    ...(databaseAt === undefined ? {} : { databaseMs: databaseAt - startedAt }),
    ...(snapshot === undefined || snapshot === null
      ? {}
      : { snapshotAgeSeconds: Math.max(0, Math.round((startedAt - snapshot.takenAt) / 1000)) }),
    ...(homeLagSeconds === undefined ? {} : { homeLagSeconds }),
  };
}

/** The outcome in one line, for announcements and `npm run status`. */
export function describeOutcome(outcome: RehearsalOutcome): string {
  const { result, teams, healthy, startedAt, endedAt, problems } = outcome;
  const part = (name: string, ms: number | undefined) =>
    ms === undefined ? [] : [`${name} ${readableDuration(ms)}`];
  const age = (name: string, seconds: number | undefined) =>
    part(name, seconds === undefined ? undefined : seconds * 1000);
  const took = [
    ...part("machines", outcome.machinesMs),
    ...part("homes copied and Jenkins up", outcome.controllersMs),
    ...part("database", outcome.databaseMs),
  ];
  const ages = [
    ...age("database", outcome.snapshotAgeSeconds),
    ...age("homes", outcome.homeLagSeconds),
  ];
  return [
    `${result} after ${readableDuration(endedAt - startedAt)}, ${healthy} of ${teams} teams healthy`,
    ...(took.length === 0 ? [] : [took.join(", ")]),
    ...(ages.length === 0 ? [] : [`age of the data: ${ages.join(", ")}`]),
    ...problems,
  ].join("; ");
}

/** What people are told of it. A failed one calls somebody; so would the failover that it stands for. */
export function outcomeMessage(
  outcome: RehearsalOutcome,
  { prefix, stack }: Pick<RehearsalPlan, "prefix" | "stack">,
): Announcement {
  const failed = outcome.result === "failure";
  return {
    id: `${rehearsalName(prefix)}-${outcome.id}`,
    severity: failed ? "page" : "info",
    subject: `the rehearsal of the failover ${failed ? "FAILED" : spoken[outcome.result]}`,
    body:
      `${describeOutcome(outcome)}. Asked for by ${outcome.asked.by}` +
      `${outcome.asked.reason === undefined ? "" : `: ${outcome.asked.reason}`}. ` +
      "Users, replication and the failover were not touched, and nothing is left of it. " +
      `npm run status -- --stack ${stack} shows the last one.`,
  };
}

const spoken = {
  success: "succeeded",
  failure: "failed",
  aborted: "was dropped",
  preempted: "gave way to a failover",
} as const;
