/**
 * How a team's Jenkins survives losses.
 * - `active-passive`: one controller writes one home; another machine takes over.
 * - `active-active`: two or more live controllers, each with a home of its own.
 * - `local-only`: one controller in the active region; a failover leaves it behind.
 */
export type TeamStrategy = "active-passive" | "active-active" | "local-only";

/** What stands by for an `active-passive` team: a replacement from the image, or a running peer. */
export type Standby = "cold" | "warm";

/** Controllers of one team while its region serves. In the waiting region all three are zero. */
export interface Capacity {
  readonly min: number;
  readonly desired: number;
  readonly max: number;
}

/** Where an `active-active` team's target-tracking policies hold the load; unused otherwise. */
export interface ScalingTargets {
  /** Average CPU of the team's controllers, in percent. */
  readonly cpuPercent: number;
  /** Requests per controller and minute through the load balancer. */
  readonly requestsPerMinute: number;
}

/** What runs a team's builds. Controllers themselves have no executors. */
export interface AgentSettings {
  /** `ec2Spot`: an ASG of Spot machines from the golden image; `fargate`: ECS tasks. */
  readonly kind: "ec2Spot" | "fargate" | "none";
  /** EC2 types that the fleet may choose from; several make Spot interruptions rarer. */
  readonly instanceTypes: readonly string[];
  /** Agents kept when nothing builds; zero costs nothing and adds minutes to the first build. */
  readonly min: number;
  readonly max: number;
  /** Builds at once on one agent. */
  readonly executors: number;
  /** An agent without a build for this long is ended. */
  readonly idleTimeoutSeconds: number;
  /** Virtual CPUs of one Fargate task. */
  readonly vcpu: number;
  /** Memory of one Fargate task, GiB. */
  readonly memoryGb: number;
  /** Container image of a Fargate task: it must connect as a Jenkins inbound agent. */
  readonly containerImage: string;
}

/** One team and its Jenkins. Everything is resolved: no component applies a default of its own. */
export interface Team {
  /** DNS label: Jenkins answers at `<name>.<domain>`; also part of every physical name. */
  readonly name: string;
  readonly strategy: TeamStrategy;
  readonly standby: Standby;
  readonly capacity: Capacity;
  /** EC2 type of the controllers; its processor fits the image's architecture. */
  readonly instanceType: string;
  /** Java heap of one controller, MiB. */
  readonly heapMb: number;
  readonly scaling: ScalingTargets;
  readonly agents: AgentSettings;
}
