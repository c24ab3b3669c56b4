import type { GroupState } from "../model";
import { launchTag, pairName, pairTags } from "../pairTags";
import { type FailoverPlan, groupName } from "../plan";
import { type Attempts, batches, type Clients, limited, notFound } from "./clients";

/** Values that one filter of DescribeInstances takes are 200; a pair has two machines. */
const pairsPerCall = 100;

/** One machine of a pair. */
interface PairMachine {
  readonly id: string;
  /** EC2's: `pending`, `running`, `stopping`, `stopped`, … */
  readonly state: string;
  readonly launch: string;
}

/** A team's two machines, which stand outside of any Auto Scaling group. */
export interface PairState {
  /** As of a group, so that policy and record know one name for each team. */
  readonly name: string;
  readonly machines: readonly PairMachine[];
}

/**
 * Reads the pairs of one region. A region that may be dead is asked once.
 *
 * @throws NotFound if a pair has no machine: a fence around machines that nobody sees would be
 *   confirmed by their absence.
 */
export async function describePairs(
  clients: Clients,
  plan: FailoverPlan,
  region: string,
  teams: readonly string[] = pairedTeams(plan),
): Promise<PairState[]> {
  const attempts = region === plan.activeRegion ? 1 : 2;
  const found: PairState[] = [];
  for (const batch of batches(teams, pairsPerCall)) {
    found.push(...(await describeBatch(clients, plan, region, batch, attempts)));
  }
  const missing = found.filter(({ machines }) => machines.length === 0).map(({ name }) => name);
  if (missing.length > 0) throw notFound(`The pair of ${missing.join(", ")} in ${region}`);
  return found;
}

/** Teams that are served by a pair instead of a group. */
export function pairedTeams({ teams }: FailoverPlan): string[] {
  return teams.filter(({ pair }) => pair === true).map(({ team }) => team);
}

async function describeBatch(
  clients: Clients,
  plan: FailoverPlan,
  region: string,
  teams: readonly string[],
  attempts: Attempts,
): Promise<PairState[]> {
  const { DescribeInstancesCommand } = sdk();
  const names = teams.map((team) => pairName(plan.prefix, team));
  const machines: { readonly pair: string; readonly machine: PairMachine }[] = [];
  let NextToken: string | undefined;
  do {
    const answer = await clients.ec2In(region, attempts).send(
      new DescribeInstancesCommand({
        Filters: [{ Name: `tag:${pairTags.pair}`, Values: names }],
        ...(NextToken === undefined ? {} : { NextToken }),
      }),
      limited(),
    );
    for (const instance of (answer.Reservations ?? []).flatMap(
      ({ Instances }) => Instances ?? [],
    )) {
      const tag = (key: string) => instance.Tags?.find(({ Key }) => Key === key)?.Value ?? "";
      const state = instance.State?.Name ?? "unknown";
      // What was replaced is gone for good and shows for an hour.
      if (state === "terminated") continue;
      const id = instance.InstanceId ?? "";
      machines.push({
        pair: tag(pairTags.pair),
        machine: { id, state, launch: tag(pairTags.launch) },
      });
    }
    NextToken = answer.NextToken;
  } while (NextToken !== undefined);
  return teams.map((team) => ({
    name: groupName(plan.prefix, team),
    machines: machines
      .filter(({ pair }) => pair === pairName(plan.prefix, team))
      .map(({ machine }) => machine),
  }));
}

/**
 * A pair as the decisions see a group: both machines stopped and not to be started by anybody is an
 * empty group whose Launch is suspended. A machine in any state but `stopped` may still write.
 */
export function pairAsGroup({ name, machines }: PairState): GroupState {
  const alive = machines.filter(({ state }) => state !== "stopped").length;
  const up = machines.filter(({ state }) => state === "running" || state === "pending").length;
  const suspended = machines.every(({ launch }) => launch === launchTag.suspended);
  // One machine is enough to serve; its peer, or a person, brings the other one back.
  const serves = up > 0 && !suspended;
  return {
    name,
    min: serves ? 1 : 0,
    max: serves ? machines.length : up,
    desired: up,
    instances: alive,
    inService: machines.filter(({ state }) => state === "running").length,
    launchSuspended: suspended,
  };
}

/** Stops both machines of each pair, and first keeps them from starting each other. */
export async function fencePairs(
  clients: Clients,
  plan: FailoverPlan,
  region: string,
  teams: readonly string[],
): Promise<void> {
  const { StopInstancesCommand } = sdk();
  const ids = idsOf(await describePairs(clients, plan, region, teams));
  const client = clients.ec2In(region, region === plan.activeRegion ? 1 : 2);
  await markLaunch(client, ids, launchTag.suspended);
  await client.send(new StopInstancesCommand({ InstanceIds: ids }), limited());
}

/**
 * Starts both machines of each pair, one by one: where a zone has no machine to give, the other zone's
 * is to start all the same.
 */
export async function releasePairs(
  clients: Clients,
  plan: FailoverPlan,
  region: string,
  teams: readonly string[],
): Promise<void> {
  const { StartInstancesCommand } = sdk();
  const pairs = await describePairs(clients, plan, region, teams);
  const client = clients.ec2In(region, region === plan.activeRegion ? 1 : 2);
  await markLaunch(client, idsOf(pairs), launchTag.allowed);
  const failed: unknown[] = [];
  for (const { machines } of pairs) {
    const outcomes = await Promise.allSettled(
      machines.map(({ id }) =>
        client.send(new StartInstancesCommand({ InstanceIds: [id] }), limited()),
      ),
    );
    const refused = outcomes.filter((outcome) => outcome.status === "rejected");
    if (refused.length === outcomes.length) failed.push(refused[0]?.reason);
  }
  if (failed.length > 0) throw failed[0];
}

async function markLaunch(
  client: ReturnType<Clients["ec2In"]>,
  ids: readonly string[],
  value: string,
): Promise<void> {
  const { CreateTagsCommand } = sdk();
  const Tags = [{ Key: pairTags.launch, Value: value }];
  await client.send(new CreateTagsCommand({ Resources: [...ids], Tags }), limited());
}

function idsOf(pairs: readonly PairState[]): string[] {
  return pairs.flatMap(({ machines }) => machines.map(({ id }) => id));
}

function sdk(): typeof import("@aws-sdk/client-ec2") {
  return require("@aws-sdk/client-ec2") as typeof import("@aws-sdk/client-ec2");
}
