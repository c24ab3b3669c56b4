/**
 * A rehearsal's view of AWS. Functions and plain data alone, because Pulumi serializes them.
 */
import { publishAnnouncement } from "../aws/announce";
import { read } from "../aws/clients";
import { createRehearsalClients, type RehearsalClients } from "./aws/clients";
import { deleteCopy, homeLag, listCopies, newestSnapshot, restoreCopy } from "./aws/data";
import {
  deregisterTargets,
  launchMachine,
  listMachines,
  listTargets,
  registerTargets,
  terminateMachines,
} from "./aws/machines";
import { measuresOf, putMeasures } from "./aws/metrics";
import { readFailover, rehearsalRecordTable } from "./aws/record";
import type { RehearsalObservation, RehearsalRequest } from "./model";
import type { RehearsalCloud, RehearsalNeeds } from "./ports";
import type { RehearsalPlan } from "./rehearsalPlan";

export function rehearsalCloud(plan: RehearsalPlan): RehearsalCloud {
  const clients = createRehearsalClients(plan.waitingRegion);
  return {
    ...rehearsalRecordTable(clients, plan.tableName),
    observe: (needs) => observe(clients, plan, needs),
    act: (request) => act(clients, plan, request),
    announce: (announcement) => publishAnnouncement(clients, plan, announcement),
    measure: (record) => putMeasures(clients, plan, measuresOf(record, Date.now())),
  };
}

async function observe(
  clients: RehearsalClients,
  plan: RehearsalPlan,
  needs: RehearsalNeeds,
): Promise<RehearsalObservation> {
  const [failover, machines, databases, targets, start] = await Promise.all([
    read(() => readFailover(clients, plan.tableName)),
    read(() => listMachines(clients, plan)),
    read(() => listCopies(clients, plan)),
    read(() => listTargets(clients, plan)),
    needs.start ? observeStart(clients, plan) : {},
  ]);
  return { failover, machines, databases, targets, ...start };
}

async function observeStart(
  clients: RehearsalClients,
  plan: RehearsalPlan,
): Promise<Pick<RehearsalObservation, "snapshot" | "homeLagSeconds">> {
  const [snapshot, homeLagSeconds] = await Promise.all([
    read(() => newestSnapshot(clients, plan)),
    read(() => homeLag(clients, plan, Date.now())),
  ]);
  return { snapshot, homeLagSeconds };
}

async function act(
  clients: RehearsalClients,
  plan: RehearsalPlan,
  request: RehearsalRequest,
): Promise<void> {
  switch (request.kind) {
    case "launch":
      return launchMachine(clients, plan, request);
    case "register":
      return registerTargets(clients, plan, request.instanceIds);
    case "deregister":
      return deregisterTargets(clients, plan, request.instanceIds);
    case "terminate":
      return terminateMachines(clients, request.instanceIds);
    case "restore":
      return restoreCopy(clients, plan, request);
    case "deleteDatabase":
      return deleteCopy(clients, request.identifier);
    default:
      return request satisfies never;
  }
}
