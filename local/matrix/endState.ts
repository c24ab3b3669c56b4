import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from "@aws-sdk/client-auto-scaling";
import {
  DescribeFileSystemsCommand,
  DescribeReplicationConfigurationsCommand,
  EFSClient,
} from "@aws-sdk/client-efs";
import {
  type EndpointGroup,
  GlobalAcceleratorClient,
  ListAcceleratorsCommand,
  ListEndpointGroupsCommand,
  ListListenersCommand,
} from "@aws-sdk/client-global-accelerator";
import { DescribeDBInstancesCommand, RDSClient } from "@aws-sdk/client-rds";
import type { FailoverRecord, StepName, StepState } from "../../failover/model";
import type { CaseWorld } from "./caseWorld";
import { acceleratorRegion } from "./matrixPlan";
import type { SiteRegion } from "./site";

/** A group's `min/max/desired, running instances, whether launching is suspended`. */
export interface GroupEnd {
  readonly sizes: string;
  readonly instances: number;
  readonly launchSuspended: boolean;
}

/** What a case leaves behind: the record's essence and the world as the describe calls show it. */
export interface EndState {
  readonly record: {
    readonly phase: string;
    readonly generation: number;
    readonly activeRegion: string;
    readonly steps: Readonly<Partial<Record<StepName, StepState>>>;
    /** Messages that were not accepted yet. */
    readonly unsent: number;
    readonly blocked: boolean;
    /** Outcome and generation of each failover that ended. */
    readonly history: readonly string[];
  };
  readonly oldGroups: readonly GroupEnd[];
  readonly newGroups: readonly GroupEnd[];
  /** `dial/weight` of each endpoint group. */
  readonly oldEndpoint: string;
  readonly newEndpoint: string;
  readonly database: string;
  readonly home: string;
  /** Teams whose targets are healthy behind the new region's load balancer. */
  readonly healthyTeams: number;
}

/** Reads the end state past no fault of a case that is over: faults are cleared by then. */
export async function readEndState(world: CaseWorld): Promise<EndState> {
  const { active, waiting } = world.site;
  const [oldGroups, newGroups, endpoints, database, home] = await Promise.all([
    readGroups(world, active),
    readGroups(world, waiting),
    readEndpoints(world),
    readDatabase(world),
    readHome(world),
  ]);
  const { targetHealth } = world.gateway.world;
  return {
    record: essenceOf(world.record()),
    oldGroups,
    newGroups,
    oldEndpoint: endpoints.get(active.region) ?? "none",
    newEndpoint: endpoints.get(waiting.region) ?? "none",
    database,
    home,
    healthyTeams: waiting.targetGroupArns.filter(
      (arn) => targetHealth.healthyTargets(arn).length > 0,
    ).length,
  };
}

function essenceOf(record: FailoverRecord): EndState["record"] {
  const { phase, generation, activeRegion, steps, outbox, blockage, history } = record;
  return {
    phase,
    generation,
    activeRegion,
    steps: Object.fromEntries(Object.entries(steps).map(([name, { state }]) => [name, state])),
    unsent: outbox.length,
    blocked: blockage !== undefined,
    history: history.map((entry) => `${entry.outcome} ${entry.generation}`),
  };
}

async function readGroups({ client, names }: CaseWorld, part: SiteRegion): Promise<GroupEnd[]> {
  const { AutoScalingGroups } = await client(AutoScalingClient, part.region).send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: names.groups }),
  );
  return (AutoScalingGroups ?? [])
    .sort((a, b) => (a.AutoScalingGroupName ?? "").localeCompare(b.AutoScalingGroupName ?? ""))
    .map((group) => ({
      sizes: `${group.MinSize ?? 0}/${group.MaxSize ?? 0}/${group.DesiredCapacity ?? 0}`,
      instances: group.Instances?.length ?? 0,
      launchSuspended: (group.SuspendedProcesses ?? []).some((p) => p.ProcessName === "Launch"),
    }));
}

async function readEndpoints({ client }: CaseWorld): Promise<Map<string, string>> {
  const accelerators = client(GlobalAcceleratorClient, acceleratorRegion);
  const { Accelerators } = await accelerators.send(new ListAcceleratorsCommand({}));
  const AcceleratorArn = Accelerators?.[0]?.AcceleratorArn;
  const { Listeners } = await accelerators.send(new ListListenersCommand({ AcceleratorArn }));
  const ListenerArn = Listeners?.[0]?.ListenerArn;
  const { EndpointGroups } = await accelerators.send(
    new ListEndpointGroupsCommand({ ListenerArn }),
  );
  return new Map((EndpointGroups ?? []).map((g) => [g.EndpointGroupRegion ?? "", shown(g)]));
}

function shown({ TrafficDialPercentage, EndpointDescriptions }: EndpointGroup): string {
  const weights = (EndpointDescriptions ?? []).map(({ Weight }) => Weight ?? 128);
  return `${TrafficDialPercentage ?? 100}/${weights.join(",")}`;
}

async function readDatabase({ client, names, site }: CaseWorld): Promise<string> {
  const { DBInstances } = await client(RDSClient, site.waiting.region).send(
    new DescribeDBInstancesCommand({ DBInstanceIdentifier: names.replica }),
  );
  const source = DBInstances?.[0]?.ReadReplicaSourceDBInstanceIdentifier;
  const role = source === undefined ? "writer" : "replica";
  return `${role}, ${DBInstances?.[0]?.DBInstanceStatus ?? "unknown"}`;
}

async function readHome({ client, site }: CaseWorld): Promise<string> {
  const efs = client(EFSClient, site.waiting.region);
  const FileSystemId = site.waiting.fileSystemId;
  const { FileSystems } = await efs.send(new DescribeFileSystemsCommand({ FileSystemId }));
  const protection = FileSystems?.[0]?.FileSystemProtection?.ReplicationOverwriteProtection;
  try {
    await efs.send(new DescribeReplicationConfigurationsCommand({ FileSystemId }));
    return `replicated, ${protection ?? "unknown"}`;
  } catch (error) {
    if ((error as Error).name !== "ReplicationNotFound") throw error;
    return protection === "REPLICATING" ? "read-only" : "writable";
  }
}
