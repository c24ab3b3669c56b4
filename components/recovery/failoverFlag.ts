import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { FailoverRequest } from "../../failover/failoverFunction";
import type { RunResult } from "../../failover/run";
import type { Deployment } from "../deployment";
import type { InlineFunction } from "./inlineFunction";

/**
 * The config flag's one invocation. CREATE_ONLY: neither an update nor the flag's removal sends
 * anything. Its input is ignored from then on, so that a flag that is left set does not ask for the
 * next failover once the configuration's generation is raised; should a provider upgrade send it once
 * more nevertheless, the function knows the token and the generation.
 *
 * @param after What the function needs before it is asked: its permissions, its alarm.
 * @returns What the function answered. The update fails if it did not take the request.
 */
export function fireOnce(
  parent: pulumi.ComponentResource,
  name: string,
  deployment: Deployment,
  lambda: InlineFunction,
  after: readonly pulumi.Resource[],
): pulumi.Output<string> {
  const { activeRegion, region, generation, stack } = deployment;
  void pulumi.log.warn(
    `The config flag "failover" is set: exactly one request to move ${deployment.prefix} from ${activeRegion} to ${region} ` +
      `is sent for generation ${generation}, by the update that creates ${name}-request; repeats send none. ` +
      `Unsetting it does not fail back. To stop the failover before it is irreversible: ` +
      `npm run failover -- --stack ${stack} --abort`,
    parent,
  );
  const request: FailoverRequest = {
    source: "config",
    command: "failover",
    id: `config-${deployment.prefix}-generation-${generation}`,
    generation,
    reason: `config flag of stack ${stack}`,
  };
  const invocation = new aws.lambda.Invocation(
    `${name}-request`,
    {
      functionName: lambda.functionName,
      input: JSON.stringify(request),
      lifecycleScope: "CREATE_ONLY",
    },
    { parent, dependsOn: [...after], ignoreChanges: ["input"] },
  );
  return invocation.result.apply((result) => requireTaken(result, stack));
}

/**
 * A request that was not taken must not look like one that was: nobody may wait for a failover that
 * nobody will do. It happens where the flag is set again after its first request was aborted: a token
 * counts once for each generation, because a repeat cannot be told from a new wish.
 *
 * @throws pulumi.RunError with what to do instead.
 */
export function requireTaken(result: string, stack: string): string {
  const answer = JSON.parse(result) as Partial<RunResult>;
  if (answer.accepted !== false) return answer.trigger ?? "";
  throw new pulumi.RunError(
    `The failover function did not take the config flag's request: ${answer.trigger ?? "it gave no reason"} ` +
      `Nothing was moved by it; the record is in phase ${answer.phase ?? "unknown"}. ` +
      `The flag asks once for each generation. Ask directly, then take the flag back:\n` +
      `  npm run failover -- --stack ${stack} --reason "…"\n` +
      `  pulumi config rm failover --stack ${stack} && pulumi up --stack ${stack}`,
  );
}
