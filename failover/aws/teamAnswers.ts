import { askAll } from "../askTeam";
import { inLanes } from "../lanes";
import type { TeamCount } from "../model";
import type { FailoverPlan } from "../plan";

/** Limit of one request, milliseconds. */
const requestLimit = 5_000;

/** Requests at the same time: 500 dead teams take 25 s. */
const lanes = 100;

/** Asks every protected team through a region's load balancers, as its users would. */
export async function countAnswers(
  plan: FailoverPlan,
  loadBalancers: readonly string[],
): Promise<TeamCount> {
  let healthy = 0;
  await inLanes(plan.teams, lanes, async ({ host, shard }) => {
    const address = loadBalancers[shard];
    if (address === undefined) return;
    const answered = await askAll(plan.healthPaths, {
      host,
      address,
      userAgent: "jenkins-pilot-light-failover",
      limitMs: requestLimit,
    });
    if (answered.healthy) healthy += 1;
  });
  return { teams: plan.teams.length, healthy };
}
