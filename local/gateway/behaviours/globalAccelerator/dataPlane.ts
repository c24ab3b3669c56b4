import type { BehaviourContext } from "../../behaviour";
import type { KeptAccelerator, KeptGroup, KeptListener } from "./accelerators";
import { EndpointHealth, type HealthState } from "./endpointHealth";
import type { RoutedGroup } from "./routing";

/** What one edge location knows: the groups as of the last change that reached it. */
type EffectiveGroup = Pick<KeptGroup, "region" | "settings" | "endpoints">;

/**
 * The edge locations: what is configured reaches them after a while, and they go on with it whether
 * the control plane answers or not.
 */
export class DataPlane {
  /** By listener ARN. */
  private readonly effective = new Map<string, readonly EffectiveGroup[]>();
  private health: EndpointHealth | undefined;

  start(context: BehaviourContext): void {
    this.health = new EndpointHealth(context);
  }

  stop(): void {
    this.health?.stop();
  }

  /** Health of a load balancer, given by its ARN. */
  healthOf(endpointId: string): HealthState {
    return this.health?.of(endpointId) ?? "INITIAL";
  }

  /** Puts the configuration as it is now into effect, when it has reached the edge locations. */
  spread(kept: KeptAccelerator, context: BehaviourContext): void {
    const change = ++kept.changes;
    kept.accelerator = {
      ...kept.accelerator,
      Status: "IN_PROGRESS",
      LastModifiedTime: context.clock.date(),
    };
    const snapshot = [...kept.listeners.values()].map(
      ({ arn, groups }) =>
        [arn, [...groups.values()].map((group): EffectiveGroup => ({ ...group }))] as const,
    );
    for (const [, groups] of snapshot) {
      for (const { endpoints } of groups) {
        for (const { EndpointId } of endpoints) this.health?.watch(EndpointId);
      }
    }
    context.clock.after(context.latencies.sample("globalAcceleratorPropagation", kept.arn), () => {
      // A later change that was faster must not be undone by this one.
      if (change < kept.spread) return;
      kept.spread = change;
      for (const [arn, groups] of snapshot) this.effective.set(arn, groups);
      if (change === kept.changes) kept.accelerator = { ...kept.accelerator, Status: "DEPLOYED" };
    });
  }

  /**
   * A listener's groups as the data plane uses them now, closest to the client first, for
   * {@link route}; empty for an address or port that nobody listens on or a disabled accelerator.
   */
  groupsFor(
    accelerators: Iterable<KeptAccelerator>,
    address: string,
    port: number,
    closeness: readonly string[],
  ): readonly RoutedGroup[] {
    for (const { accelerator, listeners } of accelerators) {
      const addresses = [accelerator.DnsName, ...(accelerator.IpSets?.[0]?.IpAddresses ?? [])];
      if (!addresses.includes(address) || accelerator.Enabled !== true) continue;
      const listener = [...listeners.values()].find((each) => listensOn(each, port));
      const groups = listener === undefined ? [] : (this.effective.get(listener.arn) ?? []);
      return groups.map((group) => this.routed(group)).sort(byCloseness(closeness));
    }
    return [];
  }

  private routed({ region, settings, endpoints }: EffectiveGroup): RoutedGroup {
    return {
      region,
      trafficDialPercentage: settings.TrafficDialPercentage ?? 100,
      endpoints: endpoints.map(({ EndpointId, Weight }) => ({
        endpointId: EndpointId,
        weight: Weight,
        healthy: this.healthOf(EndpointId) === "HEALTHY",
      })),
    };
  }
}

function listensOn({ listener }: KeptListener, port: number): boolean {
  return (listener.PortRanges ?? []).some(
    ({ FromPort = 0, ToPort = 0 }) => FromPort <= port && port <= ToPort,
  );
}

/** Regions that the client's list does not name are farthest. */
function byCloseness(closeness: readonly string[]): (a: RoutedGroup, b: RoutedGroup) => number {
  const rank = ({ region }: RoutedGroup) => {
    const at = closeness.indexOf(region);
    return at < 0 ? closeness.length : at;
  };
  return (a, b) => rank(a) - rank(b);
}
