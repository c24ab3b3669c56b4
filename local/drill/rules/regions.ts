/** S2, S4, S10 and S11: what happened in the two regions, and when. */
import type { LoggedCall } from "../../gateway/callLog";
import type { RuleResult } from "../report";
import { carriedOut, succeeded } from "../trace";
import { counted, type Evidence, isAnswering, judge } from "./ruleResult";

/** Requests that would destroy what was the writer before the failover. */
const destructive =
  /^(Delete(DBInstance|DBCluster|FileSystem|Bucket|Table|Secret)|ScheduleKeyDeletion|TerminateInstances)$/;

/** What the probe measures, as the alarms know it; the failover measures other things. */
const probeMetrics: ReadonlySet<unknown> = new Set(["TeamsDown", "ControlPlaneDown"]);

export function trafficLast({ trace, limits }: Evidence): RuleResult {
  const statement = limits.hasHome
    ? "Traffic moves last: after database, home and enough controllers."
    : "Traffic moves last: after database and enough machines. There is no home.";
  const moves = [
    ...carriedOut(trace, "globalaccelerator", "UpdateEndpointGroup").filter(
      ({ input }) => input?.TrafficDialPercentage === 100,
    ),
    ...carriedOut(trace, "route53", "ChangeResourceRecordSets"),
  ];
  if (moves.length === 0) return judge("S2", statement, ["Traffic was never moved."], "");
  const movedAt = Math.min(...moves.map(({ at }) => at));
  const before = trace.events.filter(
    ({ at, region }) => region === trace.servingRegion && at <= movedAt,
  );
  const happened = (service: string, what: RegExp): boolean =>
    before.some((event) => event.service === service && what.test(event.what));
  const teams = new Set(
    before.filter(isAnswering).map(({ detail }) => detail?.AutoScalingGroupName),
  );
  const required = limits.requiredTeams;
  const broken = [
    ...(limits.hasDatabase && !happened("rds", /is promoted/)
      ? ["The database was not promoted yet."]
      : []),
    ...(!limits.hasHome || happened("elasticfilesystem", /is writable/)
      ? []
      : ["The home was not writable yet."]),
    ...(teams.size < required
      ? [`Only ${teams.size} of ${required} required teams answered.`]
      : []),
  ];
  return judge("S2", statement, broken, `${teams.size} teams answered when traffic moved.`);
}

export function latch({ trace, versions, limits }: Evidence): RuleResult {
  const record = versions.at(-1)?.record;
  const revived = trace.events.filter(
    (event) => event.region === trace.lostRegion && event.at > trace.lostAt && isAnswering(event),
  );
  // What keeps nothing has no lease to wait for: it boots with its region, until the fence goes up.
  const again = limits.hasHome
    ? revived
    : revived.filter(({ resource }) => !ended(trace, resource));
  const broken = [
    ...(record?.phase === "serving"
      ? []
      : [`At the end the record is ${record?.phase ?? "empty"}.`]),
    ...(record?.activeRegion === trace.servingRegion ? [] : ["The record names the old region."]),
    ...(again.length === 0
      ? []
      : [`${again.length} controllers of the old region answered again.`]),
  ];
  const fenced = revived.length - again.length;
  return judge(
    "S4",
    limits.hasHome
      ? "One-way latch: the revived region gets neither users nor controllers back."
      : "One-way latch: the revived region gets no users back, and keeps no machine.",
    broken,
    "It was revived after serving; nothing drifted back." +
      (fenced === 0 ? "" : ` ${counted(fenced, "machine")} started with it, until fenced.`),
  );
}

/** Auto Scaling has ordered the machine's end since the loss. */
function ended({ events, lostAt }: Evidence["trace"], instanceId: string): boolean {
  return events.some(
    ({ service, at, what }) =>
      service === "autoscaling" &&
      at > lostAt &&
      what.includes(`instance ${instanceId} is terminating`),
  );
}

export function detectedOutside({ trace }: Evidence): RuleResult {
  const probes = trace.calls.filter((call) => call.at > trace.lostAt && measuresHealth(call));
  const foreign = probes.filter(({ region }) => region !== trace.servingRegion);
  const broken = [
    ...(probes.length === 0 ? ["The probe published nothing."] : []),
    ...foreign.map(({ number }) => `Call ${number} published in the lost region.`),
  ];
  return judge(
    "S10",
    "Detected from outside: probe and alarm live in the waiting region.",
    broken,
    `${probes.length} measurements after the loss, all in ${trace.servingRegion}.`,
  );
}

function measuresHealth({ action, input }: LoggedCall): boolean {
  const data = input?.MetricData;
  return (
    action === "PutMetricData" &&
    Array.isArray(data) &&
    data.some((datum: { readonly MetricName?: unknown }) => probeMetrics.has(datum.MetricName))
  );
}

export function formerDataKept({ trace }: Evidence): RuleResult {
  const destroyed = trace.calls.filter(
    (call) => call.at > trace.lostAt && succeeded(call) && destructive.test(call.action),
  );
  return judge(
    "S11",
    "Former data is kept: nothing that held state was deleted.",
    destroyed.map(({ action, number, caller }) => `Call ${number} was ${action} by ${caller}.`),
    "No deleting request was made.",
  );
}
