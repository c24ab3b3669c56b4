import { roleOf } from "../components/deployment";
import { Network } from "../components/network/network";
import { networkArgs } from "./arguments";
import type { StackSettings } from "./config";
import { stackContext } from "./deployment";
import { createRegion } from "./region";
import { playRole } from "./roles";
import { createShared } from "./sharedResources";
import { OutputsOf, publish, type RegionOutputs, type SharedOutputs } from "./stackOutputs";

/**
 * The stack of `regions.primary`: highly available Jenkins over two or three zones, and what the pair
 * of regions shares. It serves until a failover; adopted afterwards, the same program makes its
 * region the pilot light. Whoever reads one file to see what is deployed reads this one, then
 * region.ts.
 */
export async function primary(stack: StackSettings): Promise<Record<string, unknown>> {
  const { settings } = stack;
  const context = await stackContext(settings);
  const { deployment, provider, opts } = context;
  const network = new Network("network", networkArgs(settings, deployment, { provider }), opts);
  const shared = createShared(stack, context, network);
  const waits = roleOf(deployment) === "waiting";
  const other =
    waits || context.formerLost
      ? new OutputsOf<RegionOutputs>("drStack", settings.drStack, settings.prefix)
      : undefined;
  const role = other === undefined ? {} : waits ? { peer: other } : { former: other };
  const whole = { ...context, network, shared, ...role };
  const region = createRegion(settings, whole);
  const roleOutputs = playRole(settings, whole, region);

  return {
    ...region.outputs,
    ...publish<SharedOutputs>({
      keyArns: shared.keyArns,
      imageIds: shared.imageIds,
      artifactBucketArns: shared.artifactBucketArns,
      databaseSecretName: shared.databaseSecretName,
      databaseSecretArns: shared.databaseSecretArns,
      backupVaults: shared.backupVaults,
      listenerArns: region.traffic.listenerArns,
    }),
    ...region.addresses,
    ...roleOutputs,
  };
}
