import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  SuspendProcessesCommand,
  UpdateAutoScalingGroupCommand,
} from "@aws-sdk/client-auto-scaling";
import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import {
  DeleteReplicationConfigurationCommand,
  DescribeFileSystemsCommand,
  DescribeReplicationConfigurationsCommand,
  EFSClient,
} from "@aws-sdk/client-efs";
import {
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import {
  DescribeEndpointGroupCommand,
  GlobalAcceleratorClient,
  UpdateEndpointGroupCommand,
} from "@aws-sdk/client-global-accelerator";
import {
  DescribeDBInstancesCommand,
  PromoteReadReplicaCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { classify } from "../../failover/aws/clients";
import { isSilence } from "../../failover/silence";
import { itemOf } from "../../failover/aws/recordTable";
import { initialRecord } from "../../failover/model";
import { openWeight } from "../../failover/plan";
import { acceleratorRegion, regions } from "../matrix/matrixPlan";
import { clientsOf } from "../matrix/site";
import { benchLimits, requiredTeams, servingSizes } from "./benchPlan";
import type { BenchWorld } from "./benchWorld";
import { countCalls, type PeerMeasurement } from "./measurement";

const caller = "sequential-peer";

/** What the SDK's waiters for databases wait between two looks, modelled milliseconds. */
const slowPoll = 30_000;

/** What those for targets wait, modelled milliseconds. */
const quickPoll = 15_000;

/** How often a region that does not answer is asked again, modelled milliseconds; as ours does. */
const fencePoll = 10_000;

/**
 * The failover as the published pilot lights write it: a function that goes through its steps one
 * after another, waits for each, and asks and changes each group by a call of its own. It does what
 * ours does, so that the two can be compared, which gives it more steps than the published ones
 * have: those neither confirm nor fence, and would write into a database that lives. Where there was
 * a choice it is the one in its favour: no limit of 15 minutes, a dead region found out by its first
 * group, no team waited for beyond those that are required.
 */
export async function measureSequentialPeer(world: BenchWorld): Promise<PeerMeasurement> {
  world.lose();
  const client = clientsOf(world.gateway.endpoint, caller);
  const { clock } = world.gateway;
  const steps: Record<string, number> = {};
  try {
    const peer = { world, client };
    for (const [name, step] of Object.entries(sequence)) {
      const began = clock.now();
      await step(peer);
      steps[name] = clock.now() - began;
    }
  } finally {
    client.destroy();
  }
  const own = world.calls().filter((call) => call.caller === caller);
  return {
    teams: world.deployment.teams.length,
    ...countCalls(own),
    rtoMs: clock.now() - world.lost.at,
    healthyTeams: world.healthyTeams(),
    steps,
  };
}

interface Peer {
  readonly world: BenchWorld;
  readonly client: ReturnType<typeof clientsOf>;
}

type Step = (peer: Peer) => Promise<void>;

/** In this order, and none begins before the one before it is done. */
const sequence: Readonly<Record<string, Step>> = {
  confirm: ({ world }) => world.gateway.clock.sleep(benchLimits.confirmFor),
  fence,
  database,
  home,
  capacity,
  controllers,
  traffic,
};

/** Gives up on a region that has not answered for the fence's timeout. */
async function fence({ world, client }: Peer): Promise<void> {
  const { clock } = world.gateway;
  const scaling = client(AutoScalingClient, regions.active);
  const began = clock.now();
  for (const { group: AutoScalingGroupName } of world.deployment.teams) {
    for (;;) {
      try {
        const ScalingProcesses = ["Launch"];
        await scaling.send(new SuspendProcessesCommand({ AutoScalingGroupName, ScalingProcesses }));
        await scaling.send(sizesOf(AutoScalingGroupName, { min: 0, max: 0, desired: 0 }));
        break;
      } catch (error) {
        if (!isSilence(classify(error))) throw error;
        if (clock.now() - began >= benchLimits.fenceTimeout) return;
        await clock.sleep(fencePoll);
      }
    }
  }
}

async function database({ world, client }: Peer): Promise<void> {
  const rds = client(RDSClient, regions.waiting);
  const DBInstanceIdentifier = world.deployment.names.replica;
  await rds.send(new PromoteReadReplicaCommand({ DBInstanceIdentifier }));
  await poll(world, slowPoll, async () => {
    const { DBInstances } = await rds.send(
      new DescribeDBInstancesCommand({ DBInstanceIdentifier }),
    );
    const source = DBInstances?.[0]?.ReadReplicaSourceDBInstanceIdentifier;
    return DBInstances?.[0]?.DBInstanceStatus === "available" && source === undefined;
  });
}

/** Frees the home and names the new region in the record, which is what controllers start by. */
async function home({ world, client }: Peer): Promise<void> {
  const efs = client(EFSClient, regions.waiting);
  const { plan } = world.deployment;
  const FileSystemId = plan.homeFileSystemId;
  const { Replications } = await efs.send(
    new DescribeReplicationConfigurationsCommand({ FileSystemId }),
  );
  await efs.send(
    new DeleteReplicationConfigurationCommand({
      SourceFileSystemId: Replications?.[0]?.SourceFileSystemId,
      DeletionMode: "LOCAL_CONFIGURATION_ONLY",
    }),
  );
  await poll(world, slowPoll, async () => {
    const { FileSystems } = await efs.send(new DescribeFileSystemsCommand({ FileSystemId }));
    const protection = FileSystems?.[0]?.FileSystemProtection?.ReplicationOverwriteProtection;
    return protection !== undefined && protection !== "REPLICATING";
  });
  const record = { ...initialRecord(regions.waiting, 2, world.gateway.clock.now()), version: 2 };
  await client(DynamoDBClient, regions.waiting).send(
    new PutItemCommand({ TableName: plan.tableName, Item: itemOf(record) }),
  );
}

async function capacity({ world, client }: Peer): Promise<void> {
  const scaling = client(AutoScalingClient, regions.waiting);
  const groups = world.deployment.teams.map(({ group }) => group);
  for (const group of groups) await scaling.send(sizesOf(group, servingSizes));
  for (const group of groups) {
    await poll(world, quickPoll, async () => {
      const { AutoScalingGroups } = await scaling.send(
        new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [group] }),
      );
      const instances = AutoScalingGroups?.[0]?.Instances ?? [];
      return instances.some(({ LifecycleState }) => LifecycleState === "InService");
    });
  }
}

async function controllers({ world, client }: Peer): Promise<void> {
  const elb = client(ElasticLoadBalancingV2Client, regions.waiting);
  const { targetGroupArns } = world.deployment;
  for (const TargetGroupArn of targetGroupArns.slice(0, requiredTeams(targetGroupArns.length))) {
    await poll(world, quickPoll, async () => {
      const { TargetHealthDescriptions = [] } = await elb.send(
        new DescribeTargetHealthCommand({ TargetGroupArn }),
      );
      return TargetHealthDescriptions.some(({ TargetHealth }) => TargetHealth?.State === "healthy");
    });
  }
}

async function traffic({ world, client }: Peer): Promise<void> {
  const { plan } = world.deployment;
  if (plan.edge.kind !== "globalAccelerator") throw new Error("The peer knows accelerators alone.");
  const accelerators = client(GlobalAcceleratorClient, acceleratorRegion);
  const set = async (EndpointGroupArn: string, dial: number, weight: number): Promise<void> => {
    const describe = new DescribeEndpointGroupCommand({ EndpointGroupArn });
    const { EndpointGroup } = await accelerators.send(describe);
    await accelerators.send(
      new UpdateEndpointGroupCommand({
        EndpointGroupArn,
        TrafficDialPercentage: dial,
        EndpointConfigurations: (EndpointGroup?.EndpointDescriptions ?? []).map(
          ({ EndpointId, ClientIPPreservationEnabled }) => {
            return { EndpointId, ClientIPPreservationEnabled, Weight: weight };
          },
        ),
      }),
    );
  };
  for (const { activeGroupArn, waitingGroupArn } of plan.edge.shards) {
    await set(activeGroupArn, 0, 0);
    await set(waitingGroupArn, 100, openWeight);
  }
  await client(SNSClient, regions.waiting).send(
    new PublishCommand({ TopicArn: plan.announcementsTopicArn, Message: "Failed over." }),
  );
}

function sizesOf(
  AutoScalingGroupName: string,
  { min, max, desired }: { readonly min: number; readonly max: number; readonly desired: number },
): UpdateAutoScalingGroupCommand {
  const sizes = { MinSize: min, MaxSize: max, DesiredCapacity: desired };
  return new UpdateAutoScalingGroupCommand({ AutoScalingGroupName, ...sizes });
}

/** Looks until it is so; the first look comes at once. */
async function poll(world: BenchWorld, every: number, isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await world.gateway.clock.sleep(every);
}
