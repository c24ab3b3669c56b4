import { randomUUID } from "node:crypto";
import { LambdaClient } from "@aws-sdk/client-lambda";
import type { RehearsalAsk } from "../failover/rehearsal/rehearsalFunction";
import { rehearsalName } from "../failover/rehearsal/rehearsalPlan";
import type { RehearsalRunResult } from "../failover/rehearsal/run";
import type { FailoverOptions } from "./failoverRequest";
import { askFunction, type Answer } from "./functionCall";

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * `npm run failover -- --stack dr --rehearse`: asks for a rehearsal, or to drop the one under way.
 *
 * @returns the command's exit code
 */
export async function rehearse(
  { stack, command, reason }: FailoverOptions,
  { region, prefix }: { readonly region: string; readonly prefix: string },
): Promise<number> {
  const request: RehearsalAsk = {
    source: "direct",
    command: command === "abort" ? "abort" : "rehearse",
    id: `direct-${randomUUID()}`,
    at: new Date().toISOString(),
    ...(reason === undefined ? {} : { reason }),
  };
  const wish = command === "abort" ? "drop the rehearsal" : "rehearse a failover";
  console.log(
    `Asking ${rehearsalName(prefix)} in ${region} to ${wish}. Users, replication and the failover are not touched.`,
  );
  const answer = await askFunction(
    new LambdaClient({ region }),
    rehearsalName(prefix),
    request,
    () => {
      console.log("A run of the function is under way; waiting for its end (up to two minutes).");
    },
    sleep,
  );
  report(answer);
  console.log(
    [
      "Follow it (a rehearsal takes some 20 minutes; docs/runbook.md, Rehearse):",
      `  npm run status -- --stack ${stack} --watch`,
      `  aws logs tail /aws/lambda/${rehearsalName(prefix)} --region ${region} --since 5m --follow`,
    ].join("\n"),
  );
  return answer.kind === "failed" ? 1 : 0;
}

function report(answer: Answer): void {
  if (answer.kind === "queued") {
    console.log("Queued: Lambda delivers the request once the present run has ended.");
  } else if (answer.kind === "failed") {
    console.error(`The function failed; its schedule goes on each minute: ${answer.text}`);
  } else {
    const { because, running } = JSON.parse(answer.text) as RehearsalRunResult;
    console.log(`Answer: ${because}`);
    if (running !== undefined) console.log(`Now: rehearsal ${running} is under way.`);
  }
}
