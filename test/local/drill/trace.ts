/** A minimal trace in which every rule holds; tests break one thing each. */
import type { FailoverRecord } from "../../../failover/model";
import type { DrillLimits } from "../../../local/drill/rules/ruleResult";
import type { Trace } from "../../../local/drill/trace";
import type { LoggedCall } from "../../../local/gateway/callLog";
import type { GatewayEvent } from "../../../local/gateway/gatewayEvents";

export const lost = "eu-central-1";
export const serving = "eu-west-1";

export const limits: DrillLimits = {
  confirmFor: 60_000,
  fenceTimeout: 300_000,
  maxReplicaLag: 300,
  maxHomeLag: 900,
  requiredTeams: 1,
  teamTargetGroups: ["jenkins-ma"],
  hasDatabase: true,
  hasHome: true,
};

type CallParts = Partial<LoggedCall> & Pick<LoggedCall, "at" | "service" | "action">;

export function call(parts: CallParts): Omit<LoggedCall, "number"> {
  return {
    latency: 1,
    region: serving,
    caller: "failover",
    status: 200,
    answeredBy: "x",
    ...parts,
  };
}

export function put(at: number, record: FailoverRecord): Omit<LoggedCall, "number"> {
  const input = {
    TableName: "records",
    Item: { id: { S: "failover" }, record: { S: JSON.stringify(record) } },
  };
  return call({ at, service: "dynamodb", action: "PutItem", input });
}

function event(at: number, service: string, what: string, parts: Partial<GatewayEvent> = {}) {
  return { at, service, region: serving, resource: "r", what, ...parts };
}

/** A target group's first healthy target. */
export function healthy(at: number, TargetGroupName: string, region = serving): GatewayEvent {
  const detail = { TargetGroupName, State: "healthy" };
  return event(at, "elasticloadbalancing", "target is healthy", { region, detail });
}

export function answers(at: number, region = serving): GatewayEvent {
  const detail = { stage: "answering", AutoScalingGroupName: "jenkins-ma" };
  return event(at, "controller", "answers", { region, detail });
}

const record: FailoverRecord = {
  version: 1,
  generation: 1,
  activeRegion: lost,
  phase: "confirming",
  since: 60_000,
  steps: { confirm: { state: "running", startedAt: 60_000, waitsFor: "the dwell" } },
  seenTriggers: [],
  outbox: [],
  history: [],
};

/** The record's versions by name, each a step on from the one before. */
export function history() {
  const confirming = record;
  const fencing: FailoverRecord = {
    ...confirming,
    version: 2,
    phase: "recovering",
    steps: {
      confirm: { state: "done", startedAt: 60_000, endedAt: 120_000 },
      fence: { state: "running", startedAt: 120_000, waitsFor: "the control plane" },
    },
  };
  const committed: FailoverRecord = {
    ...fencing,
    version: 3,
    generation: 2,
    activeRegion: serving,
    committedAt: 420_000,
    lag: { database: 2, home: 300 },
    outbox: [{ id: "unfenced-2", severity: "page", subject: "Unfenced", body: "" }],
    steps: {
      ...fencing.steps,
      fence: { state: "unconfirmed", startedAt: 120_000, endedAt: 420_000 },
      database: { state: "running", startedAt: 420_000, waitsFor: "the promotion" },
    },
  };
  const done: FailoverRecord = {
    ...committed,
    version: 4,
    phase: "serving",
    outbox: [],
    steps: {
      ...committed.steps,
      database: { state: "done", startedAt: 420_000, endedAt: 700_000 },
      home: { state: "done", startedAt: 420_000, endedAt: 720_000 },
      controllers: { state: "done", startedAt: 420_000, endedAt: 760_000 },
      traffic: { state: "done", startedAt: 760_000, endedAt: 800_000 },
    },
  };
  return { confirming, fencing, committed, done };
}

/** Calls and events are changed by the tests, therefore made anew each time. */
export function goodTrace() {
  const { confirming, fencing, committed, done } = history();
  const metrics = { MetricData: [{ MetricName: "TeamsDown", Value: 1 }] };
  const calls = {
    probe: call({ at: 30_000, service: "monitoring", action: "PutMetricData", input: metrics }),
    confirming: put(60_000, confirming),
    fencing: put(120_000, fencing),
    fence: call({
      ...{ at: 121_000, service: "autoscaling", action: "SuspendProcesses" },
      ...{ region: lost, status: 0 },
    }),
    committed: put(420_000, committed),
    promote: call({ at: 421_000, service: "rds", action: "PromoteReadReplica" }),
    // EFS answers a deletion with 204 and nothing.
    free: call({
      ...{ at: 422_000, service: "elasticfilesystem" },
      ...{ action: "DeleteReplicationConfiguration", status: 204 },
    }),
    move: call({
      ...{ at: 770_000, service: "globalaccelerator", action: "UpdateEndpointGroup" },
      ...{ region: "us-west-2", input: { TrafficDialPercentage: 100 } },
    }),
    done: put(800_000, done),
  };
  const events = {
    promoted: event(700_000, "rds", "replica is promoted"),
    writable: event(720_000, "elasticfilesystem", "fs-1 is writable"),
    answers: answers(750_000),
    healthy: healthy(760_000, "jenkins-ma"),
  };
  return { calls, events };
}

export type Parts = ReturnType<typeof goodTrace>;

/** @param extra further calls, after the others */
export function traceOf(
  { calls, events }: Parts,
  extra: readonly Omit<LoggedCall, "number">[] = [],
  happened: readonly GatewayEvent[] = [],
): Trace {
  const all = [...Object.values(calls), ...extra];
  return {
    lostAt: 0,
    endedAt: 900_000,
    lostRegion: lost,
    servingRegion: serving,
    tableName: "records",
    calls: all.map((one, index) => ({ ...one, number: index + 1 })),
    events: [...Object.values(events), ...happened],
    latencies: [
      { name: "rdsPromotionModifying", key: "a", value: 90_000 },
      { name: "rdsPromotionRebooting", key: "a", value: 190_000 },
      { name: "efsReplicationDelete", key: "a", value: 300_000 },
      { name: "efsReplicationDelete", key: "b", value: 200_000 },
      { name: "jenkinsLoad", key: "a", value: 40_000 },
    ],
  };
}
