/** An endpoint as the data plane sees it. */
export interface RoutedEndpoint {
  readonly endpointId: string;
  /** 0–255; 0 takes the endpoint out altogether. */
  readonly weight: number;
  readonly healthy: boolean;
}

/** A listener's endpoint group as the data plane sees it. */
export interface RoutedGroup {
  readonly region: string;
  /** 0–100: percent of the traffic directed to the group that it takes. */
  readonly trafficDialPercentage: number;
  readonly endpoints: readonly RoutedEndpoint[];
}

/** Where a new connection goes, and why there. */
export interface Route {
  readonly region: string;
  readonly endpointId: string;
  /**
   * `dial`: the group that closeness and dials chose. `failover`: that one had nothing healthy.
   * `failOpen`: nobody had.
   */
  readonly because: "dial" | "failover" | "failOpen";
}

/** "…after trying the three closest endpoint groups": how many others a failover looks at. */
const failoverCandidates = 3;

/**
 * Global Accelerator's choice for one new connection. Groups come in order of closeness to the
 * client; `draw` gives random numbers in [0, 1). Undefined when no endpoint has a weight above 0.
 *
 * Rules (Developer Guide, "How failover works for unhealthy endpoints" and "Adjusting the traffic
 * flow with traffic dials"):
 * 1. The closest group takes its dial's share of the traffic, the rest goes on to the next.
 * 2. Inside of a group, healthy endpoints of weight above 0 share by weight.
 * 3. A group without such an endpoint hands over to the closest other group that has one, among
 *    three, **ignoring dials**: a group dialled to 0 takes traffic then.
 * 4. If there is none, a random endpoint of the closest group takes it: it fails open.
 *
 * Where the guide is silent: traffic that every dial turns away goes to the closest group whose dial
 * is not 0, and with all dials at 0 it fails over by rule 3 from the closest group; and failing open
 * respects weight 0, since the guide excludes such endpoints everywhere else.
 */
export function route(groups: readonly RoutedGroup[], draw: () => number): Route | undefined {
  const original = originalGroup(groups, draw);
  if (original === undefined) return undefined;
  const { group, byDial } = original;
  const direct = byDial ? pickHealthy(group, draw) : undefined;
  if (direct !== undefined) return to(group, direct, "dial");

  // With no dial open the closest group is no exception: it too can only be chosen by failover.
  const others = (byDial ? groups.filter((each) => each !== group) : groups).slice(
    0,
    failoverCandidates,
  );
  for (const other of others) {
    const endpoint = pickHealthy(other, draw);
    if (endpoint !== undefined) return to(other, endpoint, "failover");
  }
  for (const any of groups) {
    const open = any.endpoints.filter(({ weight }) => weight > 0);
    const endpoint = open[Math.floor(draw() * open.length)];
    if (endpoint !== undefined) return to(any, endpoint, "failOpen");
  }
  return undefined;
}

function to(group: RoutedGroup, endpoint: RoutedEndpoint, because: Route["because"]): Route {
  return { region: group.region, endpointId: endpoint.endpointId, because };
}

/** Rule 1. */
function originalGroup(
  groups: readonly RoutedGroup[],
  draw: () => number,
): { group: RoutedGroup; byDial: boolean } | undefined {
  for (const group of groups) {
    if (draw() * 100 < group.trafficDialPercentage) return { group, byDial: true };
  }
  const dialled = groups.find((group) => group.trafficDialPercentage > 0);
  if (dialled !== undefined) return { group: dialled, byDial: true };
  const closest = groups[0];
  return closest === undefined ? undefined : { group: closest, byDial: false };
}

/** Rule 2. */
function pickHealthy(group: RoutedGroup, draw: () => number): RoutedEndpoint | undefined {
  const able = group.endpoints.filter(({ healthy, weight }) => healthy && weight > 0);
  const total = able.reduce((sum, { weight }) => sum + weight, 0);
  let point = draw() * total;
  for (const endpoint of able) {
    point -= endpoint.weight;
    if (point < 0) return endpoint;
  }
  return able.at(-1);
}
