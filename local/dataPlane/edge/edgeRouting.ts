import type { EdgeDecision } from "../../gateway/behaviours/loadBalancerEdge/loadBalancerEdge";
import type { EdgeRequest } from "../../gateway/behaviours/loadBalancerEdge/listenerRules";

/** Where a user's connection leads, decided once: an established connection is not moved. */
export interface EdgeRoute {
  readonly region: string;
  /** DNS name of the application load balancer behind the accelerator's endpoint. */
  readonly loadBalancer: string;
  /** How long the load balancer lets a client go on with one connection, modelled milliseconds. */
  readonly keptForMs: number;
}

/** What the HTTP edge asks of the AWS around it. */
export interface EdgeRouting {
  /** The accelerator's choice for a new connection to a team's host; undefined for no host of ours. */
  connect(host: string): Promise<EdgeRoute | undefined>;
  /** What the load balancer does with a request; undefined for no answer at all. */
  decide(route: EdgeRoute, request: EdgeRequest): Promise<EdgeDecision | undefined>;
  /** Where a machine's Jenkins listens on loopback; undefined if nothing does. */
  addressOf(instanceId: string): { readonly host: string; readonly port: number } | undefined;
  regionIsAlive(region: string): boolean;
  /** Modelled milliseconds since the epoch. */
  now(): number;
}
