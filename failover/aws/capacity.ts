import type { GroupState, TeamCount } from "../model";
import { type FailoverPlan, groupName } from "../plan";
import type { Clients } from "./clients";
import {
  countHealthy,
  describeGroups,
  fenceGroups,
  releaseGroups,
  resizeGroups,
  stateOf,
} from "./groups";
import { describePairs, fencePairs, pairAsGroup, pairedTeams, releasePairs } from "./pairs";

/**
 * The controllers' machines of all teams, in groups and in pairs alike: the decisions know groups alone.
 * Groups are asked first; a deployment without pairs never calls EC2.
 */
export async function readCapacity(
  clients: Clients,
  plan: FailoverPlan,
  region: string,
): Promise<GroupState[]> {
  const groups = (await describeGroups(clients, plan, region)).map(stateOf);
  return [...groups, ...(await describePairs(clients, plan, region)).map(pairAsGroup)];
}

/** The control plane's view of health. Of a pair it knows no more than that a machine runs. */
export async function countTargets(clients: Clients, plan: FailoverPlan): Promise<TeamCount> {
  const { teams, healthy } = countHealthy(await describeGroups(clients, plan, plan.activeRegion));
  const pairs = (await describePairs(clients, plan, plan.activeRegion)).map(pairAsGroup);
  const running = pairs.filter(({ inService }) => inService > 0).length;
  return { teams: teams + pairs.length, healthy: healthy + running };
}

/** Every part is asked for, also when another one failed; then the first failure is told. */
export async function fence(
  clients: Clients,
  plan: FailoverPlan,
  names: readonly string[],
): Promise<void> {
  const { groups, pairs } = split(plan, names);
  await both(
    () => fenceGroups(clients, plan.activeRegion, groups),
    pairs,
    () => fencePairs(clients, plan, plan.activeRegion, pairs),
  );
}

/** Serving sizes; `suspended` names those whose launch a fence forbids. */
export async function release(
  clients: Clients,
  plan: FailoverPlan,
  region: string,
  names: readonly string[],
  suspended: readonly string[],
): Promise<void> {
  const { groups, pairs } = split(plan, names);
  await both(
    () => releaseGroups(clients, region, groups, split(plan, suspended).groups, plan),
    pairs,
    () => releasePairs(clients, plan, region, pairs),
  );
}

/** The waiting region back to nothing. */
export async function lower(
  clients: Clients,
  plan: FailoverPlan,
  names: readonly string[],
): Promise<void> {
  const { groups, pairs } = split(plan, names);
  await both(
    () => resizeGroups(clients, plan.waitingRegion, groups, plan, "zero"),
    pairs,
    () => fencePairs(clients, plan, plan.waitingRegion, pairs),
  );
}

function split(
  plan: FailoverPlan,
  names: readonly string[],
): { groups: string[]; pairs: string[] } {
  const pairs = pairedTeams(plan).filter((team) => names.includes(groupName(plan.prefix, team)));
  const ofPairs = pairs.map((team) => groupName(plan.prefix, team));
  return { groups: names.filter((name) => !ofPairs.includes(name)), pairs };
}

async function both(
  forGroups: () => Promise<void>,
  pairs: readonly string[],
  forPairs: () => Promise<void>,
): Promise<void> {
  if (pairs.length === 0) return forGroups();
  const outcomes = await Promise.allSettled([forGroups(), forPairs()]);
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
}
