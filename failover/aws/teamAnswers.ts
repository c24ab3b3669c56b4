import type { TeamCount } from "../model";
import type { FailoverPlan, PlannedTeam } from "../plan";
import { isHealthyAnswer } from "../probe/probePlan";

/** Limit of one request, milliseconds. */
const requestLimit = 5_000;

/** Requests at the same time: 500 dead teams take 25 s. */
const lanes = 100;

/** Asks every protected team through a region's load balancers, as its users would. */
export async function countAnswers(
  plan: FailoverPlan,
  loadBalancers: readonly string[],
): Promise<TeamCount> {
  const waiting = [...plan.teams];
  let healthy = 0;
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      if (await answers(next, loadBalancers[next.shard])) healthy += 1;
    }
  };
  const running: Promise<void>[] = [];
  for (let each = 0; each < lanes; each++) running.push(lane());
  await Promise.all(running);
  return { teams: plan.teams.length, healthy };
}

function answers(team: PlannedTeam, address: string | undefined): Promise<boolean> {
  const https = require("https") as typeof import("https");
  if (address === undefined) return Promise.resolve(false);
  return new Promise((resolve) => {
    const request = https.request(
      {
        host: address,
        port: 443,
        // The certificate is for the team's name, not for the load balancer's.
        servername: team.host,
        headers: { host: team.host, "user-agent": "jenkins-pilot-light-failover" },
        path: "/login",
        method: "GET",
        // A connection of its own: a kept one could outlive the machine that it led to.
        agent: false,
        signal: AbortSignal.timeout(requestLimit),
      },
      (response) => {
        response.resume();
        resolve(isHealthyAnswer(team.host, response.statusCode ?? 0, response.headers.location));
      },
    );
    request.on("error", () => {
      resolve(false);
    });
    request.end();
  });
}
