import { AutoScalingClient, CreateAutoScalingGroupCommand } from "@aws-sdk/client-auto-scaling";
import { inLanes } from "../../failover/lanes";
import type { FailoverPlan } from "../../failover/plan";
import { buildAlarms, buildReplication, type PartsWorld, rememberAlive } from "../matrix/caseParts";
import { createEdge } from "../matrix/edgeParts";
import { namesOf } from "../matrix/matrixPlan";
import {
  buildGround,
  buildLoadBalancer,
  buildRecovery,
  type ClientOf,
  type Ground,
  type LoadBalancer,
} from "../matrix/site";
import type { Gateway } from "../gateway/gateway";
import { type BenchTeam, benchPlan, benchTeams, shardsOf } from "./benchPlan";

/** A pair of regions in which one failover is measured. */
export interface Deployment extends PartsWorld {
  readonly plan: FailoverPlan;
  readonly teams: readonly BenchTeam[];
  /** Of the waiting region, in the order of the teams. */
  readonly targetGroupArns: readonly string[];
}

/** Requests at the same time while building; the emulator works on one after the other. */
const lanes = 4;

/** Seconds that the replica was behind when the region was last seen alive. */
const replicaLag = 2;

/**
 * Makes both regions for so many teams: the waiting one whole, with a group of size 0, a target group
 * and a rule for each team; of the active one what outlives its loss (its endpoints at the edge) and
 * what replication needs. Its groups are not made: from the first call on the region answers nobody,
 * so that nothing could tell whether there are any.
 */
export async function buildDeployment(
  prefix: string,
  count: number,
  client: ClientOf,
  gateway: Gateway,
): Promise<Deployment> {
  const teams = benchTeams(prefix, count);
  const shards = shardsOf(teams);
  const active = await buildGround(prefix, "active", client);
  const waiting = await buildGround(prefix, "waiting", client);
  await buildRecovery(prefix, client);
  const nobody = shards.map(() => []);
  const activeBalancers = await buildBalancers(prefix, active, nobody, client);
  const waitingBalancers = await buildBalancers(prefix, waiting, shards, client);
  const endpointGroups = [];
  for (const [shard, waitingBalancer] of waitingBalancers.entries()) {
    const loadBalancerArn = activeBalancers[shard]?.loadBalancerArn ?? "";
    endpointGroups.push(
      await createEdge(
        {
          prefix: nameOfShard(prefix, shard),
          active: { region: active.region, loadBalancerArn },
          waiting: { region: waiting.region, loadBalancerArn: waitingBalancer.loadBalancerArn },
        },
        client,
      ),
    );
  }
  const targetGroupArns = waitingBalancers.flatMap((each) => each.targetGroupArns);
  await buildGroups({ prefix, ground: waiting, teams, targetGroupArns }, client);
  const parts: PartsWorld = {
    site: { prefix, active, waiting },
    names: namesOf(prefix),
    client,
    gateway,
  };
  await buildReplication(parts);
  await buildAlarms(parts, true);
  rememberAlive(parts, replicaLag);
  const plan = benchPlan(prefix, teams, {
    activeLoadBalancers: activeBalancers.map(({ loadBalancerName }) => loadBalancerName),
    waitingLoadBalancers: waitingBalancers.map(({ loadBalancerName }) => loadBalancerName),
    homeFileSystemId: waiting.fileSystemId,
    endpointGroups,
  });
  return { ...parts, plan, teams, targetGroupArns };
}

function nameOfShard(prefix: string, shard: number): string {
  return `${prefix}-${shard + 1}`;
}

async function buildBalancers(
  prefix: string,
  ground: Ground,
  shards: readonly (readonly BenchTeam[])[],
  client: ClientOf,
): Promise<LoadBalancer[]> {
  const balancers: LoadBalancer[] = [];
  // One after another: the emulator fails on a rule while it makes one for another load balancer.
  for (const [shard, teams] of shards.entries()) {
    balancers.push(await buildLoadBalancer(nameOfShard(prefix, shard), teams, ground, client));
  }
  return balancers;
}

async function buildGroups(
  of: {
    readonly prefix: string;
    readonly ground: Ground;
    readonly teams: readonly BenchTeam[];
    readonly targetGroupArns: readonly string[];
  },
  client: ClientOf,
): Promise<void> {
  const { prefix, ground, teams, targetGroupArns } = of;
  await inLanes([...teams.entries()], lanes, async ([index, { group }]) => {
    await client(AutoScalingClient, ground.region).send(
      new CreateAutoScalingGroupCommand({
        AutoScalingGroupName: group,
        LaunchTemplate: { LaunchTemplateName: prefix },
        MinSize: 0,
        MaxSize: 0,
        DesiredCapacity: 0,
        VPCZoneIdentifier: ground.subnets.join(","),
        TargetGroupARNs: [targetGroupArns[index] ?? ""],
      }),
    );
  });
}
