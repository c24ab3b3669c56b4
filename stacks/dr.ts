import { roleOf } from "../components/deployment";
import { Network } from "../components/network/network";
import { networkArgs } from "./arguments";
import type { StackSettings } from "./config";
import { stackContext } from "./deployment";
import { createRegion } from "./region";
import { playRole } from "./roles";
import { readShared } from "./sharedResources";
import { OutputsOf, type PrimaryOutputs } from "./stackOutputs";

/**
 * The stack of `regions.dr`: the pilot light. The same shape as the primary region with capacity
 * zero, the replicas of its state, and what watches it and can take its place. Adopted after a
 * failover, the same program makes its region the active one; see region.ts.
 */
export async function dr({ settings }: StackSettings): Promise<Record<string, unknown>> {
  const context = await stackContext(settings);
  const { deployment, provider, opts } = context;
  const primary = new OutputsOf<PrimaryOutputs>(
    "primaryStack",
    settings.primaryStack,
    settings.prefix,
  );
  const network = new Network("network", networkArgs(settings, deployment, { provider }), opts);
  const peer = roleOf(deployment) === "waiting" ? { peer: primary } : {};
  const former = context.formerLost ? { former: primary } : {};
  const whole = { ...context, network, shared: readShared(primary), ...peer, ...former };
  const region = createRegion(settings, whole);
  const roleOutputs = playRole(settings, whole, region);

  return { ...region.outputs, ...region.addresses, ...roleOutputs };
}
