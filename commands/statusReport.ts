import type { Look } from "../failover/look";
import type {
  Action,
  FailoverRecord,
  GroupState,
  Observation,
  Reading,
  TeamCount,
} from "../failover/model";
import type { RehearsalRecord } from "../failover/rehearsal/model";
import { rehearsalRows } from "./rehearsalStatus";
import { readableDuration, readableLag } from "../failover/duration";
import { acceptanceHolds, isUnfenced } from "../failover/reconcile/unfenced";

/** What could be found out, for people. */
export interface Status {
  readonly stack: string;
  /** What the function sees; undefined while it is at work, or where it cannot be asked. */
  readonly look?: Look;
  /** The record as the table has it; undefined before the function's first run. */
  readonly record?: FailoverRecord;
  /** Absent where nothing was ever rehearsed, or is meant to be. */
  readonly rehearsals?: RehearsalRecord;
  /** Why there is no look. */
  readonly unseen?: string;
}

type Row = readonly [name: string, text: string];

/** The status as lines; times are shown as ages against `now`, epoch milliseconds. */
export function statusReport(status: Status, now: number): string {
  const { record, look, unseen } = status;
  const rows: Row[] = [
    ...recordRows(record, now),
    ...(look === undefined ? [] : worldRows(look)),
    ...unfencedRows(status, now),
    ...stepRows(record),
    ...blockageRows(record, now),
    ...rehearsalRows(status.rehearsals, now),
    ["next", nextOf(status)],
  ];
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  const lines = rows.map(([name, text]) => `${name.padEnd(width)}${text}`);
  return [...lines, ...(unseen === undefined ? [] : ["", unseen])].join("\n");
}

/** True if somebody has to act, or nobody knows: the command then ends with 1. */
export function needsAttention({ look, record, unseen, rehearsals }: Status): boolean {
  if (record?.phase === "blocked" || unseen !== undefined) return true;
  if (rehearsals?.history.at(-1)?.result === "failure") return true;
  return look?.observation.alarm?.known === true && look.observation.alarm.value === "ALARM";
}

function recordRows(record: FailoverRecord | undefined, now: number): Row[] {
  if (record === undefined) {
    return [["phase", "no record yet: the function's first run, within a minute, writes it"]];
  }
  const { phase, since, generation, activeRegion, trigger, lag } = record;
  const rows: Row[] = [
    ["phase", `${phase}, for ${readableDuration(now - since)}`],
    ["serves", `${activeRegion}, generation ${generation}`],
  ];
  if (trigger !== undefined && phase !== "standby") {
    const why = trigger.reason === undefined ? "" : `: ${trigger.reason}`;
    rows.push(["asked by", `${trigger.kind}${why}`]);
  }
  if (lag !== undefined) {
    rows.push([
      "lost at most",
      `database ${readableLag(lag.database ?? null)}, home ${readableLag(lag.home ?? null)}`,
    ]);
  }
  return rows;
}

function worldRows({ observation, activeRegion, waitingRegion, limits }: Look): Row[] {
  const { alarm, answers, targets, activeGroups, waitingGroups, waitingTeams } = observation;
  return [
    ["region alarm", textOf(alarm, String)],
    [
      activeRegion,
      `teams that answer: ${textOf(answers, counted)}; ` +
        `healthy by the control plane: ${textOf(targets, counted)}; ` +
        textOf(activeGroups, groupsOf),
    ],
    [
      waitingRegion,
      `teams that answer: ${textOf(waitingTeams, counted)}; ${textOf(waitingGroups, groupsOf)}`,
    ],
    [
      "edge",
      textOf(
        observation.traffic,
        ({ waitingOpen, activeClosed }) =>
          `${activeRegion} ${activeClosed ? "closed" : "open"}, ${waitingRegion} ${waitingOpen ? "open" : "closed"}`,
      ),
    ],
    ...databaseRows(observation, limits.maxReplicaLag),
    [
      "home",
      textOf(observation.home, ({ state, lagSeconds }) =>
        state === "replicating" ? `replicating, ${lagOf(lagSeconds, limits.maxHomeLag)}` : state,
      ),
    ],
  ];
}

function databaseRows({ replica }: Observation, limit: number): Row[] {
  if (replica === undefined) return [];
  const text = textOf(replica, ({ status, replicates, lagSeconds }) =>
    replicates
      ? `replica ${status}, ${lagOf(lagSeconds, limit)}`
      : `${status}, a writer of its own`,
  );
  return [["database", text]];
}

function lagOf(seconds: number | undefined, limit: number): string {
  if (seconds === undefined) return "lag unknown: the RPO gate would refuse";
  const verdict = seconds > limit ? "above" : "within";
  return `${readableLag(seconds)} behind, ${verdict} the RPO gate's ${readableLag(limit)}`;
}

function counted({ teams, healthy }: TeamCount): string {
  return `${healthy} of ${teams}`;
}

function groupsOf(groups: readonly GroupState[]): string {
  const sum = (of: (group: GroupState) => number) =>
    groups.reduce((total, group) => total + of(group), 0);
  const inService = `${sum((group) => group.inService)} of ${sum(({ desired }) => desired)} machines in service`;
  const fenced = groups.filter(({ launchSuspended }) => launchSuspended).length;
  return fenced === 0 ? inService : `${inService}, ${fenced} of ${groups.length} groups fenced`;
}

function textOf<Value>(reading: Reading<Value> | undefined, say: (value: Value) => string): string {
  if (reading === undefined) return "not looked at";
  return reading.known ? say(reading.value) : `unknown, ${reading.failure} (${reading.error})`;
}

function stepRows(record: FailoverRecord | undefined): Row[] {
  if (record === undefined || record.phase === "standby") return [];
  return Object.entries(record.steps).map(([name, { state, waitsFor }]) => [
    `  ${name}`,
    waitsFor === undefined ? state : `${state}; waits for ${waitsFor}`,
  ]);
}

/** An open fence is what keeps both stacks from being updated, so it says what ends it. */
function unfencedRows({ record, stack }: Status, now: number): Row[] {
  if (record === undefined || !isUnfenced(record)) return [];
  const { unfencedAcceptance, silentSince } = record;
  if (unfencedAcceptance !== undefined && acceptanceHolds(record)) {
    const { by, at, reason } = unfencedAcceptance;
    return [
      [
        "unfenced",
        `accepted by ${by} ${readableDuration(now - at)} ago: ${reason}; fencing goes on`,
      ],
    ];
  }
  const silence =
    silentSince === undefined
      ? "the old region answers and is being fenced"
      : `the old region is silent for ${readableDuration(now - silentSince)}; if it is lost for good: ` +
        `npm run failover -- --stack ${stack} --accept-unfenced --reason "…"`;
  return [["unfenced", `${silence}; until then neither stack can be updated`]];
}

function blockageRows(record: FailoverRecord | undefined, now: number): Row[] {
  if (record?.blockage === undefined) return [];
  const { step, since, reason, remedy } = record.blockage;
  return [
    ["blocked", `at step ${step} for ${readableDuration(now - since)}: ${reason}`],
    ["to do", remedy],
  ];
}

/** In the words of somebody who watches; the record's phase decides what may be said. */
function nextOf({ record, look, stack }: Status): string {
  const waiting = (look?.next ?? []).map(describe);
  if (waiting.length > 0) return waiting.join("; ");
  switch (record?.phase) {
    case undefined:
    case "standby":
    case "aborted":
      return look?.limits.mode === "manual"
        ? `nothing by itself: the alarm pages, a person decides: npm run failover -- --stack ${stack} --reason "…"`
        : `nothing; the region alarm, or npm run failover -- --stack ${stack}, starts a failover`;
    case "confirming":
      return `the verdict on both signals; npm run failover -- --stack ${stack} --abort drops it`;
    case "recovering":
      return "waits for what the steps say; the function looks again within a minute";
    case "blocked":
      return "goes on by itself once the obstacle is gone";
    case "serving":
      return "nothing: the failover is complete (docs/runbook.md, Verify and Afterwards)";
  }
}

function describe(action: Action): string {
  switch (action.kind) {
    case "fenceGroups":
      return `fence ${action.groups.length} groups of the old region`;
    case "releaseGroups":
      return `put ${action.groups.length} groups of the old region back`;
    case "raiseCapacity":
      return `raise ${action.groups.length} groups of the waiting region`;
    case "lowerCapacity":
      return `lower ${action.groups.length} groups of the waiting region`;
    case "promoteReplica":
      return "promote the replica";
    case "freeHome":
      return "end the home's replication";
    case "closeTraffic":
      return "close the old region's edge";
    case "moveTraffic":
      return "move the traffic";
    case "reopenTraffic":
      return "reopen the old region's edge";
  }
}
