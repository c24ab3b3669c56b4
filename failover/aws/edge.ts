import type { TrafficState } from "../model";
import { listenerOf } from "../listenerArn";
import { type FailoverPlan, openWeight, type PlannedEdge } from "../plan";
import { type Clients, limited, notFound } from "./clients";

type Accelerated = Extract<PlannedEdge, { kind: "globalAccelerator" }>;
type Resolved = Extract<PlannedEdge, { kind: "route53" }>;
type EndpointGroup = import("@aws-sdk/client-global-accelerator").EndpointGroup;
type RecordSet = import("@aws-sdk/client-route-53").ResourceRecordSet;

/** Which region is to take users; `none` closes the old one while nothing else is ready. */
export type Serving = "active" | "waiting" | "none";

/** What was last read of the edge, for as long as one run of the function lasts. */
export interface EdgeMemory {
  reading?: { readonly at: number; readonly traffic: TrafficState };
}

/**
 * How long a reading is believed while nothing was asked of the edge, milliseconds. The edge's control
 * plane takes a call for each shard and few of them, and minutes pass between closing the old region
 * and moving its users. Whatever is asked of the edge, and be it refused, ends the belief.
 */
const believedFor = 120_000;

export async function readTraffic(
  clients: Clients,
  plan: FailoverPlan,
  memory: EdgeMemory,
): Promise<TrafficState> {
  const now = Date.now();
  const { reading } = memory;
  if (reading !== undefined && now - reading.at < believedFor) return reading.traffic;
  const traffic =
    plan.edge.kind === "globalAccelerator"
      ? await readAccelerators(clients, plan.edge)
      : await readRecords(clients, plan, plan.edge);
  memory.reading = { at: now, traffic };
  return traffic;
}

export async function setTraffic(
  clients: Clients,
  plan: FailoverPlan,
  serving: Serving,
  memory: EdgeMemory,
): Promise<void> {
  try {
    if (plan.edge.kind === "globalAccelerator") await setAccelerators(clients, plan.edge, serving);
    else await setRecords(clients, plan, plan.edge, serving);
  } finally {
    delete memory.reading;
  }
}

type Shard = Accelerated["shards"][number];

/** Both regions' endpoint groups of one shard, which have one listener, in one call. */
async function describeShard(
  clients: Clients,
  { activeGroupArn, waitingGroupArn }: Shard,
): Promise<{ readonly active: EndpointGroup; readonly waiting: EndpointGroup }> {
  const { ListEndpointGroupsCommand } = acceleratorSdk();
  const list = new ListEndpointGroupsCommand({ ListenerArn: listenerOf(activeGroupArn) });
  const { EndpointGroups } = await clients.accelerator().send(list, limited());
  const find = (arn: string): EndpointGroup => {
    const group = (EndpointGroups ?? []).find(({ EndpointGroupArn }) => EndpointGroupArn === arn);
    if (group === undefined) throw notFound(`Endpoint group ${arn}`);
    return group;
  };
  return { active: find(activeGroupArn), waiting: find(waitingGroupArn) };
}

async function readAccelerators(clients: Clients, edge: Accelerated): Promise<TrafficState> {
  const shards = await Promise.all(edge.shards.map((shard) => describeShard(clients, shard)));
  return {
    waitingOpen: shards.every(({ waiting }) => isOpen(waiting)),
    activeClosed: shards.every(({ active }) => isClosed(active)),
    waitingShut: shards.some(({ waiting }) => weights(waiting).some((weight) => weight === 0)),
  };
}

function weights(group: EndpointGroup): number[] {
  return (group.EndpointDescriptions ?? []).map(({ Weight }) => Weight ?? openWeight);
}

function isOpen(group: EndpointGroup): boolean {
  return group.TrafficDialPercentage === 100 && weights(group).every((weight) => weight > 0);
}

function isClosed(group: EndpointGroup): boolean {
  return group.TrafficDialPercentage === 0 && weights(group).every((weight) => weight === 0);
}

/**
 * The waiting region's endpoints keep their weight when they are held back: the accelerator's own
 * health routing may use them then. The old region's are shut out by weight 0 (S4).
 */
async function setAccelerators(
  clients: Clients,
  edge: Accelerated,
  serving: Serving,
): Promise<void> {
  await Promise.all(
    edge.shards.map(async (shard) => {
      const { active, waiting } = await describeShard(clients, shard);
      await Promise.all([
        serving === "active"
          ? setGroup(clients, active, 100, openWeight)
          : setGroup(clients, active, 0, 0),
        ...(serving === "none"
          ? []
          : [setGroup(clients, waiting, serving === "waiting" ? 100 : 0, openWeight)]),
      ]);
    }),
  );
}

async function setGroup(
  clients: Clients,
  group: EndpointGroup,
  dial: number,
  weight: number,
): Promise<void> {
  const { UpdateEndpointGroupCommand } = acceleratorSdk();
  await clients.accelerator().send(
    new UpdateEndpointGroupCommand({
      EndpointGroupArn: group.EndpointGroupArn,
      TrafficDialPercentage: dial,
      // The call replaces the whole list, so each endpoint is repeated with what it has.
      EndpointConfigurations: (group.EndpointDescriptions ?? []).map((endpoint) => ({
        EndpointId: endpoint.EndpointId,
        Weight: weight,
        ClientIPPreservationEnabled: endpoint.ClientIPPreservationEnabled,
      })),
    }),
    limited(),
  );
}

async function describeRecords(clients: Clients, edge: Resolved): Promise<RecordSet[]> {
  const { ListResourceRecordSetsCommand } = route53Sdk();
  const pages = await Promise.all(
    edge.names.map((name) =>
      clients.route53().send(
        new ListResourceRecordSetsCommand({
          HostedZoneId: edge.hostedZoneId,
          StartRecordName: name,
          StartRecordType: "A",
          MaxItems: 10,
        }),
        limited(),
      ),
    ),
  );
  return pages.flatMap((page, index) =>
    (page.ResourceRecordSets ?? []).filter(
      (set) => set.Name?.replace(/\.$/, "") === edge.names[index] && set.Type === "A",
    ),
  );
}

async function readRecords(
  clients: Clients,
  plan: FailoverPlan,
  edge: Resolved,
): Promise<TrafficState> {
  const records = await describeRecords(clients, edge);
  const of = (region: string) => {
    const found = records.filter(({ SetIdentifier }) => SetIdentifier === region);
    if (found.length < edge.names.length) throw notFound(`A weighted record of ${region}`);
    return found;
  };
  return {
    waitingOpen: of(plan.waitingRegion).every(({ Weight }) => (Weight ?? 0) > 0),
    activeClosed: of(plan.activeRegion).every(({ Weight }) => Weight === 0),
  };
}

/**
 * All records in one batch, which Route 53 applies whole or not at all. Closing the old region alone
 * is not done here: with every weight at 0 Route 53 would answer with both.
 */
async function setRecords(
  clients: Clients,
  plan: FailoverPlan,
  edge: Resolved,
  serving: Serving,
): Promise<void> {
  if (serving === "none") return;
  const { ChangeResourceRecordSetsCommand } = route53Sdk();
  const open = serving === "waiting" ? plan.waitingRegion : plan.activeRegion;
  const records = await describeRecords(clients, edge);
  await clients.route53().send(
    new ChangeResourceRecordSetsCommand({
      HostedZoneId: edge.hostedZoneId,
      ChangeBatch: {
        Changes: records.map((record) => ({
          Action: "UPSERT",
          ResourceRecordSet: { ...record, Weight: record.SetIdentifier === open ? 100 : 0 },
        })),
      },
    }),
    limited(),
  );
}

function acceleratorSdk(): typeof import("@aws-sdk/client-global-accelerator") {
  return require("@aws-sdk/client-global-accelerator") as typeof import("@aws-sdk/client-global-accelerator");
}

function route53Sdk(): typeof import("@aws-sdk/client-route-53") {
  return require("@aws-sdk/client-route-53") as typeof import("@aws-sdk/client-route-53");
}
