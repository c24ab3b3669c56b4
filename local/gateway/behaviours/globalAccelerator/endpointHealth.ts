import {
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
  type TargetGroup,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { BehaviourContext } from "../../behaviour";
import type { ScheduledAction } from "../../scaledClock";

export type HealthState = "INITIAL" | "HEALTHY" | "UNHEALTHY";

interface Watched {
  readonly region: string;
  /** What counts: a change of what was seen counts after a while. */
  state: HealthState;
  seen: HealthState;
  change?: ScheduledAction;
  groups: readonly TargetGroup[];
  groupsReadAt: number;
}

/** Modelled milliseconds between two looks at a load balancer's targets. */
const lookPeriodMs = 10_000;

/** How long the list of a load balancer's target groups is believed, modelled milliseconds. */
const groupsLifetimeMs = 60_000;

const notThere = new Set(["LoadBalancerNotFoundException", "TargetGroupNotFoundException"]);

/**
 * Health of load balancers as Global Accelerator sees it: the load balancer's own. An application
 * load balancer is healthy if its region answers and *each* of its target groups has a healthy
 * target; a group of Lambda functions, which has no health checks of its own, always has.
 * A group without any target counts as unhealthy: AWS's guide does not say it, and the other choice
 * would send users to a region whose controllers are off.
 *
 * Source: Global Accelerator Developer Guide, "Ensure health check access for your accelerator"
 * (load balancers: the target groups' health checks count, the endpoint group's are ignored).
 */
export class EndpointHealth {
  private readonly watched = new Map<string, Watched>();
  private looking: ScheduledAction | undefined;
  private stopped = false;

  constructor(private readonly context: BehaviourContext) {}

  /** Health now; the first question about an endpoint starts the watch over it. */
  of(endpointId: string): HealthState {
    this.watch(endpointId);
    return this.watched.get(endpointId)?.state ?? "INITIAL";
  }

  /** Starts to watch a load balancer, given by its ARN. */
  watch(endpointId: string): void {
    if (this.watched.has(endpointId)) return;
    const region = endpointId.split(":")[3] ?? "";
    this.watched.set(endpointId, {
      region,
      state: "INITIAL",
      seen: "INITIAL",
      groups: [],
      groupsReadAt: -Infinity,
    });
    this.looking ??= this.context.clock.every(lookPeriodMs, () => this.lookAtAll());
  }

  stop(): void {
    this.stopped = true;
    this.looking?.cancel();
  }

  private async lookAtAll(): Promise<void> {
    await Promise.all([...this.watched].map(([id, entry]) => this.look(id, entry)));
  }

  private async look(id: string, entry: Watched): Promise<void> {
    const seen = (await this.isHealthy(id, entry)) ? "HEALTHY" : "UNHEALTHY";
    if (seen === entry.seen || this.stopped) return;
    entry.seen = seen;
    entry.change?.cancel();
    const delay = this.context.latencies.sample("globalAcceleratorHealth", id);
    entry.change = this.context.clock.after(delay, () => {
      entry.state = seen;
      this.context.events.record({
        at: this.context.clock.now(),
        service: "globalaccelerator",
        region: "us-west-2",
        resource: id,
        what: `endpoint ${id.split("loadbalancer/").pop() ?? id} in ${entry.region} is ${seen.toLowerCase()}`,
      });
    });
  }

  private async isHealthy(id: string, entry: Watched): Promise<boolean> {
    const { clock, world } = this.context;
    if (!this.context.regionIsAlive(entry.region)) return false;
    if (clock.now() - entry.groupsReadAt > groupsLifetimeMs) {
      entry.groups = await this.readGroups(id, entry.region);
      entry.groupsReadAt = clock.now();
    }
    return (
      entry.groups.length > 0 &&
      entry.groups.every(
        (group) =>
          group.TargetType === "lambda" ||
          world.targetHealth.healthyTargets(group.TargetGroupArn ?? "").length > 0,
      )
    );
  }

  private async readGroups(id: string, region: string): Promise<readonly TargetGroup[]> {
    try {
      const { TargetGroups } = await this.context
        .emulator(ElasticLoadBalancingV2Client, region)
        .send(new DescribeTargetGroupsCommand({ LoadBalancerArn: id }));
      return TargetGroups ?? [];
    } catch (error) {
      // A load balancer that is deleted, or whose groups are just being made, has none to ask; after
      // stop() nobody waits for the answer.
      if (notThere.has((error as Error).name) || this.stopped) return [];
      throw error;
    }
  }
}
