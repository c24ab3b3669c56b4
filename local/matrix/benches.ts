import { Gateway } from "../gateway/gateway";
import { ScaledClock } from "../gateway/scaledClock";
import { LocalBehaviours } from "../localBehaviours";
import type { Bench } from "./caseWorld";
import { createEdge, type EdgeArns } from "./edgeParts";
import { planOf } from "./matrixPlan";
import { packFunctions } from "./packedFunction";
import { buildSite, type ClientOf, clientsOf, type Site } from "./site";

/** Builds so many sites with the emulator and has the function packed for each. */
export async function buildBenches(
  endpoint: string,
  emulator: ClientOf,
  options: { readonly count: number; readonly scale: number },
  signal: AbortSignal,
): Promise<Bench[]> {
  const sites: Site[] = [];
  for (let number = 1; number <= options.count; number += 1) {
    sites.push(await buildSite(`site-${number}`, emulator));
  }
  const edges: EdgeArns[] = [];
  for (const site of sites) edges.push(await edgeOf(endpoint, site));
  const plans = sites.map((site, index) =>
    planOf({
      prefix: site.prefix,
      activeLoadBalancer: site.active.loadBalancerName,
      waitingLoadBalancer: site.waiting.loadBalancerName,
      homeFileSystemId: site.waiting.fileSystemId,
      activeGroupArn: edges[index]?.activeGroupArn ?? "",
      waitingGroupArn: edges[index]?.waitingGroupArn ?? "",
    }),
  );
  const packages = await packFunctions(plans, signal);
  return sites.flatMap((site, index) => {
    const packed = packages[index];
    return packed === undefined ? [] : [{ site, packed, endpoint, emulator, scale: options.scale }];
  });
}

/** The ARNs that the site's accelerator has in every gateway. */
async function edgeOf(endpoint: string, site: Site): Promise<EdgeArns> {
  const gateway = new Gateway({
    emulator: { endpoint },
    behaviours: new LocalBehaviours().all,
    clock: new ScaledClock(),
  });
  const client = clientsOf(await gateway.start(), "matrix");
  try {
    return await createEdge(site, client);
  } finally {
    client.destroy();
    await gateway.stop();
  }
}
