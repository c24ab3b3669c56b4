import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../components/deployment";
import type { Settings } from "./config";
import { requireAgreement } from "./failoverRecord/requireAgreement";

/** What every component of a stack is given: where it is, and the provider that puts it there. */
export interface StackContext {
  readonly deployment: Deployment;
  readonly provider: aws.Provider;
  readonly opts: pulumi.ComponentResourceOptions;
  /**
   * This region serves after a failover from one that was never seen fenced and is given up: it goes on
   * being fenced from here, and nothing is replicated to it.
   */
  readonly formerLost: boolean;
}

/**
 * The stack's one provider. Its default tags reach every resource but the machines, which Auto
 * Scaling makes itself and tags by its own list.
 *
 * Whoever composes a stack gets its provider here and nowhere else, so nothing can be registered
 * before the failover record was asked.
 *
 * @throws StackRefused when the settings disagree with the failover record, see
 *   {@link file://./failoverRecord/agreement.ts}.
 */
export async function stackContext(settings: Settings): Promise<StackContext> {
  const { prefix, generation, region, peerRegion, activeRegion, stackName } = settings;
  const provider = new aws.Provider("region", {
    region,
    defaultTags: {
      tags: {
        project: pulumi.getProject(),
        stack: stackName,
        generation: String(generation),
      },
    },
  });
  const { formerLost } = await requireAgreement(settings, provider);
  const accountId = aws
    .getCallerIdentityOutput({}, { provider })
    .apply((identity) => identity.accountId);
  const deployment: Deployment = {
    prefix,
    stack: stackName,
    generation,
    region,
    peerRegion,
    activeRegion,
    accountId,
  };
  return { deployment, provider, opts: { provider }, formerLost };
}
