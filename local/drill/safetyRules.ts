import type { FailoverLimits } from "../../failover/plan";
import type { LoggedCall } from "../gateway/callLog";
import type { GatewayEvent } from "../gateway/gatewayEvents";
import type { RuleResult } from "./report";
import { carriedOut, recordAt, type RecordVersion, recordVersions, type Trace } from "./trace";

/** Requests that cannot be undone; S1 to S3 and S6 are about what came before them. */
const irreversible: readonly (readonly [string, string])[] = [
  ["rds", "PromoteReadReplica"],
  ["elasticfilesystem", "DeleteReplicationConfiguration"],
];

/** Requests that would destroy what was the writer before the failover. */
const destructive =
  /^(Delete(DBInstance|DBCluster|FileSystem|Bucket|Table|Secret)|ScheduleKeyDeletion|TerminateInstances)$/;

/**
 * Checks the safety rules over the whole trace of a drill: what was asked of AWS and what happened
 * there, not what the failover says of itself. The one thing taken from the record is its content at
 * the time of each request, because the record is what fences controllers.
 */
export function checkSafety(trace: Trace, limits: DrillLimits): RuleResult[] {
  const versions = recordVersions(trace);
  const last = versions.at(-1);
  const steps = irreversible.flatMap(([service, action]) => carriedOut(trace, service, action));
  return [
    oneWriter(trace, versions, steps),
    trafficLast(trace, limits),
    fenceFirst(trace, versions, steps, limits),
    latch(trace, last),
    stale(versions),
    rpoGate(versions, steps, limits),
    converges(versions),
    neverStuck(versions),
    detectedOutside(trace),
    formerDataKept(trace),
  ];
}

function isAnswering({ service, detail }: GatewayEvent): boolean {
  return service === "controller" && detail?.stage === "answering";
}

function groupOf({ detail }: GatewayEvent): unknown {
  return detail?.AutoScalingGroupName;
}

/** The limits that a drill is held to, as configured. */
export interface DrillLimits extends Pick<
  FailoverLimits,
  "fenceTimeout" | "maxReplicaLag" | "maxHomeLag" | "confirmFor"
> {
  readonly requiredTeams: number;
  readonly hasDatabase: boolean;
}

function result(
  rule: string,
  statement: string,
  broken: readonly string[],
  held: string,
): RuleResult {
  return broken.length === 0
    ? { rule, statement, held: true, evidence: held }
    : { rule, statement, held: false, evidence: broken.join(" ") };
}

function oneWriter(
  trace: Trace,
  versions: readonly RecordVersion[],
  steps: readonly LoggedCall[],
): RuleResult {
  const broken: string[] = [];
  if (steps.length === 0) broken.push("Nothing was promoted or freed, so nothing was proven.");
  for (const step of steps) {
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
  if (early.length > 0) broken.push(`${early.length} controllers answered before the commit.`);
  return result(
    "S1",
    "One writer: no controller or database of the new region writes before the record names it.",
    broken,
    `${steps.length} irreversible requests and all controller starts came after the one commit.`,
  );
}

function trafficLast(trace: Trace, limits: DrillLimits): RuleResult {
  const statement = "Traffic moves last: after database, home and enough controllers.";
  const moves = carriedOut(trace, "globalaccelerator", "UpdateEndpointGroup")
    .filter(({ input }) => input?.TrafficDialPercentage === 100)
    .concat(carriedOut(trace, "route53", "ChangeResourceRecordSets"));
  const first = moves[0];
  if (first === undefined) return result("S2", statement, ["Traffic was never moved."], "");
  const before = trace.events.filter(
    ({ at, region }) => region === trace.servingRegion && at <= first.at,
  );
  const happened = (service: string, what: RegExp) =>
    before.some((event) => event.service === service && what.test(event.what));
  const teams = new Set(before.filter(isAnswering).map(groupOf));
  const required = limits.requiredTeams;
  const broken = [
    ...(limits.hasDatabase && !happened("rds", /is promoted/)
      ? ["The database was not promoted yet."]
      : []),
    ...(!happened("elasticfilesystem", /is writable/) ? ["The home was not writable yet."] : []),
    ...(teams.size < required
      ? [`Only ${teams.size} of ${required} required teams answered.`]
      : []),
  ];
  return result("S2", statement, broken, `${teams.size} teams answered when traffic moved.`);
}

function fenceFirst(
  trace: Trace,
  versions: readonly RecordVersion[],
  steps: readonly LoggedCall[],
  limits: DrillLimits,
): RuleResult {
  const statement = "Fence first; unfenced only after the old region was silent for fenceTimeout.";
  const tried = trace.calls.find(
    ({ action, region }) =>
      (action === "SuspendProcesses" || action === "UpdateAutoScalingGroup") &&
      region === trace.lostRegion,
  );
  const broken: string[] = [];
  let unfenced = false;
  for (const step of steps) {
    const record = recordAt(versions, step)?.record;
    if (tried === undefined || tried.number > step.number) {
      broken.push(`${step.action} came before any attempt to fence.`);
    }
    const state = record?.steps.fence?.state;
    unfenced ||= state === "unconfirmed";
    const answered = trace.calls.filter(
      ({ region, service, status, number }) =>
        region === trace.lostRegion &&
        service === "autoscaling" &&
        status > 0 &&
        number < step.number,
    );
    const silent = step.at - Math.max(trace.lostAt, ...answered.map(({ at }) => at));
    if (state === "unconfirmed" && silent < limits.fenceTimeout) {
      broken.push(`${step.action} went on unfenced after ${Math.round(silent / 1000)} s.`);
    }
    if (state !== "done" && state !== "unconfirmed") broken.push(`${step.action} met no fence.`);
  }
  const said = versions.some(({ record }) =>
    record.outbox.some(({ id }) => id.startsWith("unfenced")),
  );
  if (unfenced && !said) broken.push("Nobody was told that the failover went on unfenced.");
  return result(
    "S3",
    statement,
    broken,
    unfenced ? "Unfenced on S3's terms, and said so." : "The fence was confirmed first.",
  );
}

function latch(trace: Trace, last: RecordVersion | undefined): RuleResult {
  const statement = "One-way latch: the revived region gets neither users nor controllers back.";
  const broken: string[] = [];
  if (last?.record.phase !== "serving")
    broken.push(`The record is ${last?.record.phase ?? "empty"}.`);
  if (last?.record.activeRegion !== trace.servingRegion)
    broken.push("The record names the old region.");
  const after = trace.events.filter(
    (event) => event.region === trace.lostRegion && event.at > trace.lostAt && isAnswering(event),
  );
  if (after.length > 0)
    broken.push(`${after.length} controllers of the old region answered again.`);
  return result("S4", statement, broken, "It was revived after serving; nothing drifted back.");
}

function stale(versions: readonly RecordVersion[]): RuleResult {
  const statement = "Stale means no: a repeat, an old or a forged message changes nothing.";
  const serving = versions.find(({ record }) => record.phase === "serving");
  const later = versions.filter(
    ({ at, record }) =>
      serving !== undefined && at > serving.at && record.generation !== serving.record.generation,
  );
  const phases = versions.filter(
    ({ at, record }) => serving !== undefined && at > serving.at && record.phase !== "serving",
  );
  const broken = [...later, ...phases].map(({ at }) => `The record changed at ${at}.`);
  return result("S5", statement, broken, "The drill sent each after serving; the record stayed.");
}

function rpoGate(
  versions: readonly RecordVersion[],
  steps: readonly LoggedCall[],
  limits: DrillLimits,
): RuleResult {
  const broken = steps.flatMap((step) => {
    const record = recordAt(versions, step)?.record;
    const { database, home } = record?.lag ?? {};
    if (record?.trigger?.force === true) return [];
    const databaseOk =
      !limits.hasDatabase || (database !== undefined && database <= limits.maxReplicaLag);
    const homeOk = home !== undefined && home <= limits.maxHomeLag;
    return databaseOk && homeOk ? [] : [`${step.action} passed with lag ${database}, ${home}.`];
  });
  return result(
    "S6",
    "RPO gate: nothing irreversible with a lag that is unknown or above the limit.",
    broken,
    "Both lags were known and below their limits.",
  );
}

function converges(versions: readonly RecordVersion[]): RuleResult {
  const broken = versions.flatMap(({ record }, index) => {
    const before = versions[index - 1]?.record.version;
    return before === undefined || record.version === before + 1
      ? []
      : [`Version ${record.version} was written over ${before}.`];
  });
  return result(
    "S7",
    "Crash anywhere: every version of the record follows from the one before.",
    broken,
    `${versions.length} versions, each by compare-and-set. The crashes themselves are tested apart.`,
  );
}

function neverStuck(versions: readonly RecordVersion[]): RuleResult {
  const mute = versions.filter(
    ({ record }) =>
      record.phase === "recovering" &&
      !Object.values(record.steps).some(({ state, waitsFor }) => state !== "running" || waitsFor),
  );
  return result(
    "S8",
    "Never silently stuck: each version of the record says what it waits for.",
    mute.map(({ record }) => `Version ${record.version} says nothing.`),
    "Each running step named what it waited for.",
  );
}

function detectedOutside(trace: Trace): RuleResult {
  const probes = trace.calls.filter(
    ({ action, at }) => action === "PutMetricData" && at > trace.lostAt,
  );
  const foreign = probes.filter(({ region }) => region !== trace.servingRegion);
  const broken = [
    ...(probes.length === 0 ? ["The probe published nothing."] : []),
    ...foreign.map(({ number }) => `Call ${number} published in the lost region.`),
  ];
  return result(
    "S10",
    "Detected from outside: probe and alarm live in the waiting region.",
    broken,
    `${probes.length} measurements after the loss, all in ${trace.servingRegion}.`,
  );
}

function formerDataKept(trace: Trace): RuleResult {
  const destroyed = trace.calls.filter(
    ({ action, at, status }) => status === 200 && at > trace.lostAt && destructive.test(action),
  );
  return result(
    "S11",
    "Former data is kept: nothing that held state was deleted.",
    destroyed.map(({ action, number }) => `Call ${number} was ${action}.`),
    "No deleting request was made.",
  );
}
