/** S1, S3 and S6: what must have come before the requests that nobody can undo. */
import type { RuleResult } from "../report";
import { recordAt } from "../trace";
import { counted, type Evidence, isAnswering, judge } from "./ruleResult";

export function oneWriter({ trace, versions, irreversible, limits }: Evidence): RuleResult {
  const broken: string[] = [];
  if (irreversible.length === 0) broken.push("Nothing was promoted or freed: nothing was proven.");
  for (const step of irreversible) {
    const record = recordAt(versions, step)?.record;
    if (record?.activeRegion !== trace.servingRegion) {
      broken.push(`${step.action} (call ${step.number}) came before the record named its region.`);
    }
  }
  const commits = versions.filter(({ record }, index) => {
    const before = versions[index - 1]?.record.generation;
    return before !== undefined && record.generation !== before;
  });
  if (commits.length !== 1) broken.push(`The generation changed ${commits.length} times.`);
  const early = trace.events.filter(
    (event) =>
      event.region === trace.servingRegion &&
      isAnswering(event) &&
      event.at < (commits[0]?.at ?? Number.POSITIVE_INFINITY),
  );
  // Without a home a machine that answers writes nothing: the database refuses it.
  if (early.length > 0 && limits.hasHome) {
    broken.push(`${counted(early.length, "controller")} answered before the commit.`);
  }
  if (!limits.hasHome) {
    return judge(
      "S1",
      "One writer: the database of the new region takes no write before the record names it. Of homes there are none.",
      broken,
      `${counted(irreversible.length, "irreversible request")} came after the one commit.`,
    );
  }
  return judge(
    "S1",
    "One writer: no controller or database of the new region writes before the record names it.",
    broken,
    `${counted(irreversible.length, "irreversible request")} and all controller starts came after the one commit.`,
  );
}

export function fenceFirst({ trace, versions, irreversible, limits }: Evidence): RuleResult {
  const tried = trace.calls.find(
    ({ action, region }) =>
      (action === "SuspendProcesses" || action === "UpdateAutoScalingGroup") &&
      region === trace.lostRegion,
  );
  const broken: string[] = [];
  let unfenced = false;
  for (const step of irreversible) {
    if (tried === undefined || tried.number > step.number) {
      broken.push(`${step.action} came before any attempt to fence.`);
    }
    const state = recordAt(versions, step)?.record.steps.fence?.state;
    if (state === "unconfirmed") {
      unfenced = true;
      const silent = step.at - lastSignOfLife(trace, step.number);
      if (silent < limits.fenceTimeout) {
        broken.push(`${step.action} went on unfenced after ${Math.round(silent / 1000)} s.`);
      }
    } else if (state !== "done") {
      broken.push(`${step.action} met no fence.`);
    }
  }
  const said = versions.some(({ record }) =>
    record.outbox.some(({ id }) => id.startsWith("unfenced")),
  );
  if (unfenced && !said) broken.push("Nobody was told that the failover went on unfenced.");
  return judge(
    "S3",
    "Fence first; unfenced only after the old region was silent for fenceTimeout.",
    broken,
    unfenced ? "Unfenced on S3's terms, and said so." : "The fence was confirmed first.",
  );
}

/**
 * When the lost region's control plane answered last, or was lost. An answer of 500 is no more of an
 * answer than none: it is what a region gives that is going down.
 */
function lastSignOfLife(trace: Evidence["trace"], before: number): number {
  const answered = trace.calls.filter(
    ({ region, service, status, number }) =>
      region === trace.lostRegion &&
      service === "autoscaling" &&
      status > 0 &&
      status < 500 &&
      number < before,
  );
  return Math.max(trace.lostAt, ...answered.map(({ at }) => at));
}

export function rpoGate({ versions, irreversible, limits }: Evidence): RuleResult {
  const broken = irreversible.flatMap((step) => {
    const record = recordAt(versions, step)?.record;
    const { database, home } = record?.lag ?? {};
    if (record?.trigger?.force === true) return [];
    const databaseOk =
      !limits.hasDatabase || (database !== undefined && database <= limits.maxReplicaLag);
    const homeOk = !limits.hasHome || (home !== undefined && home <= limits.maxHomeLag);
    if (databaseOk && homeOk) return [];
    const lags = `database ${database ?? "unknown"}, home ${home ?? "unknown"}`;
    return [`${step.action} passed with these lags in seconds: ${lags}.`];
  });
  return judge(
    "S6",
    "RPO gate: nothing irreversible with a lag that is unknown or above the limit.",
    broken,
    limits.hasHome
      ? "Both lags were known and below their limits."
      : "The database's lag was known and below its limit; there is no home.",
  );
}
