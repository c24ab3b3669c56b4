import type { AwsRequest, Behaviour, BehaviourContext } from "../../gateway/behaviour";
import type { GlobalAcceleratorBehaviour } from "../../gateway/behaviours/globalAccelerator/globalAccelerator";
import { route } from "../../gateway/behaviours/globalAccelerator/routing";
import {
  type LoadBalancerEdge,
  regionOf,
} from "../../gateway/behaviours/loadBalancerEdge/loadBalancerEdge";
import type { NameServers } from "../../gateway/behaviours/route53/nameServers";
import { notModelled } from "../../gateway/wire/awsError";
import { httpsPort, routeToEndpoint, routeToName } from "./balancers";
import type { EdgeRoute, EdgeRouting } from "./edgeRouting";
import { HttpEdge } from "./httpEdge";
import { Resolver } from "./resolver";

/**
 * The edge that users of the local AWS connect to: names by Route 53's name servers and a
 * resolver, where they lead to an accelerator its choice by its data plane, then the load balancer's
 * by its listener rules.
 */
export class UserEdge implements Behaviour {
  readonly name = "User edge";
  readonly service = "globalaccelerator";
  /** It answers no API call. */
  readonly actions: readonly string[] = [];
  private edge: HttpEdge | undefined;
  private listening: Promise<number> | undefined;
  /** Load balancers do not change in a run; by endpoint or DNS name. */
  private readonly routes = new Map<string, Promise<EdgeRoute>>();

  constructor(
    private readonly parts: {
      readonly globalAccelerator: GlobalAcceleratorBehaviour;
      readonly loadBalancerEdge: LoadBalancerEdge;
      readonly nameServers: NameServers;
    },
  ) {}

  /** `127.0.0.1`'s port; only after the gateway has started. */
  get port(): Promise<number> {
    if (this.listening === undefined) throw new Error("The user edge does not listen yet.");
    return this.listening;
  }

  start(context: BehaviourContext): void {
    this.edge = new HttpEdge(this.routing(context));
    this.listening = this.edge.start();
  }

  handle(request: AwsRequest): Promise<never> {
    throw notModelled(request, "the edge answers no API calls");
  }

  async stop(): Promise<void> {
    await this.listening;
    await this.edge?.stop();
  }

  private routing(context: BehaviourContext): EdgeRouting {
    const { nameServers } = this.parts;
    const now = (): number => context.clock.now();
    const resolver = new Resolver((name) => nameServers.ask(name, context), now);
    return {
      connect: (host) => this.connect(resolver.resolve(host), context),
      decide: (chosen, request) =>
        this.parts.loadBalancerEdge.decide(chosen.loadBalancer, request, context),
      addressOf: (instanceId) => context.world.controllers.addressOf?.(instanceId),
      regionIsAlive: (region) => context.regionIsAlive(region),
      now,
    };
  }

  /** @param name DNS name of an accelerator or of a load balancer */
  private async connect(
    name: string | undefined,
    context: BehaviourContext,
  ): Promise<EdgeRoute | undefined> {
    if (name === undefined) return undefined;
    const region = regionOf(name);
    if (region !== undefined) {
      return kept(this.routes, name, () => routeToName(name, region, context));
    }
    const groups = this.parts.globalAccelerator.groupsFor(name, httpsPort, []);
    const chosen = route(groups, () => context.latencies.chance("route", name));
    if (chosen === undefined) return undefined;
    return kept(this.routes, chosen.endpointId, () =>
      routeToEndpoint(chosen.endpointId, chosen.region, context),
    );
  }
}

/** The answer to a question that was asked before; one that failed is asked again. */
async function kept<Value>(
  known: Map<string, Promise<Value>>,
  key: string,
  find: () => Promise<Value>,
): Promise<Value> {
  const asked = known.get(key) ?? find();
  known.set(key, asked);
  try {
    return await asked;
  } catch (error) {
    known.delete(key);
    throw error;
  }
}
