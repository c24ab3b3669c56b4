/**
 * The failover's view of AWS: the describe calls that make an observation and the requests that
 * carry out an action. Functions and plain data alone, because Pulumi serializes them.
 */
import { publishAnnouncement } from "./aws/announce";
import { countTargets, fence, lower, readCapacity, release } from "./aws/capacity";
import { type Clients, createClients, limited, read } from "./aws/clients";
import { type EdgeMemory, readTraffic, setTraffic } from "./aws/edge";
import { putRecordMetrics, readLoss } from "./aws/metrics";
import { recordTable } from "./aws/recordTable";
import { freeHome, promoteReplica, readHome, readReplica } from "./aws/replicas";
import { countAnswers } from "./aws/teamAnswers";
import type { Action, Observation, ObservationPart, Reading } from "./model";
import type { FailoverPlan } from "./plan";
import type { Cloud } from "./ports";

export function awsCloud(plan: FailoverPlan): Cloud {
  const clients = createClients(plan.waitingRegion);
  const { load, save } = recordTable(clients, plan.tableName);
  const memory: EdgeMemory = {};
  return {
    load,
    save,
    observe: (parts) => observe(clients, plan, parts, memory),
    act: (action) => act(clients, plan, action, memory),
    announce: (announcement) => publishAnnouncement(clients, plan, announcement),
    measure: (record) => putRecordMetrics(clients, plan, record),
  };
}

type Reader = () => Promise<Reading<unknown>>;

async function observe(
  clients: Clients,
  plan: FailoverPlan,
  parts: readonly ObservationPart[],
  memory: EdgeMemory,
): Promise<Observation> {
  // Asked once for all parts that need it, and only if one does.
  let asked: ReturnType<typeof readLoss> | undefined;
  const loss = () => (asked ??= readLoss(clients, plan, Date.now()));
  const groups = (region: string) => readCapacity(clients, plan, region);
  const readers: Record<ObservationPart, Reader> = {
    alarm: () => read(() => readAlarm(clients, plan)),
    lastAlive: () => read(async () => (await loss()).lastAlive ?? missing("A sign of life")),
    answers: () => read(() => countAnswers(plan, plan.activeLoadBalancers)),
    targets: () => read(() => countTargets(clients, plan)),
    activeGroups: () => read(() => groups(plan.activeRegion)),
    waitingGroups: () => read(() => groups(plan.waitingRegion)),
    waitingTeams: () => read(() => countAnswers(plan, plan.waitingLoadBalancers)),
    replica: () => read(() => readReplica(clients, plan.replica ?? missing("A replica"), loss())),
    home: () => read(() => readHome(clients, plan.homeFileSystemId ?? missing("A home"), loss())),
    traffic: () => read(() => readTraffic(clients, plan, memory)),
  };
  const entries = await Promise.all(
    parts.map(async (part) => [part, await readers[part]()] as const),
  );
  return Object.fromEntries(entries);
}

function missing(what: string): never {
  const error = new Error(`${what} is not on record.`);
  error.name = "NotFound";
  throw error;
}

async function readAlarm(
  clients: Clients,
  plan: FailoverPlan,
): Promise<"ALARM" | "OK" | "INSUFFICIENT_DATA"> {
  const { DescribeAlarmsCommand } =
    require("@aws-sdk/client-cloudwatch") as typeof import("@aws-sdk/client-cloudwatch");
  const { CompositeAlarms } = await clients
    .cloudWatch()
    .send(
      new DescribeAlarmsCommand({ AlarmNames: [plan.alarmName], AlarmTypes: ["CompositeAlarm"] }),
      limited(),
    );
  return CompositeAlarms?.[0]?.StateValue ?? missing(`Alarm ${plan.alarmName}`);
}

async function act(
  clients: Clients,
  plan: FailoverPlan,
  action: Action,
  memory: EdgeMemory,
): Promise<void> {
  const { activeRegion, waitingRegion } = plan;
  switch (action.kind) {
    case "fenceGroups":
      return fence(clients, plan, action.groups);
    case "releaseGroups":
      return release(clients, plan, activeRegion, action.groups, action.groups);
    case "raiseCapacity":
      return release(clients, plan, waitingRegion, action.groups, action.resume ?? []);
    case "lowerCapacity":
      return lower(clients, plan, action.groups);
    case "promoteReplica":
      return promoteReplica(clients, plan.replica ?? missing("A replica"));
    case "freeHome":
      return freeHome(clients, plan.homeFileSystemId ?? missing("A home"), action.localOnly);
    case "closeTraffic":
      return setTraffic(clients, plan, "none", memory);
    case "moveTraffic":
      return setTraffic(clients, plan, "waiting", memory);
    case "reopenTraffic":
      return setTraffic(clients, plan, "active", memory);
    default:
      return action satisfies never;
  }
}
