import {
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import {
  ListHostedZonesByNameCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
} from "@aws-sdk/client-route-53";
import type { AwsRequest, Behaviour, BehaviourContext } from "../../gateway/behaviour";
import type { GlobalAcceleratorBehaviour } from "../../gateway/behaviours/globalAccelerator/globalAccelerator";
import { route } from "../../gateway/behaviours/globalAccelerator/routing";
import type { LoadBalancerEdge } from "../../gateway/behaviours/loadBalancerEdge/loadBalancerEdge";
import { notModelled } from "../../gateway/wire/awsError";
import type { EdgeRoute, EdgeRouting } from "./edgeRouting";
import { HttpEdge } from "./httpEdge";

/** Users speak HTTPS; its encryption is not modelled, its port is. */
const httpsPort = 443;

/** What AWS takes where nobody set the attribute: "Load balancer attributes", HTTP client keepalive. */
const defaultKeepAliveSeconds = 3_600;

/**
 * The edge that users of the local AWS connect to: names by the hosted zone as it is deployed, the
 * accelerator's choice by its data plane, then the load balancer's by its listener rules.
 */
export class UserEdge implements Behaviour {
  readonly name = "User edge";
  readonly service = "globalaccelerator";
  /** It answers no API call. */
  readonly actions: readonly string[] = [];
  private edge: HttpEdge | undefined;
  private listening: Promise<number> | undefined;
  private readonly accelerators = new Map<string, Promise<string | undefined>>();
  private readonly balancers = new Map<string, Promise<Omit<EdgeRoute, "region">>>();

  constructor(
    private readonly parts: {
      readonly globalAccelerator: GlobalAcceleratorBehaviour;
      readonly loadBalancerEdge: LoadBalancerEdge;
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
    return {
      connect: (host) => this.connect(host, context),
      decide: (chosen, request) =>
        this.parts.loadBalancerEdge.decide(chosen.loadBalancer, request, context),
      addressOf: (instanceId) => context.world.controllers.addressOf?.(instanceId),
      regionIsAlive: (region) => context.regionIsAlive(region),
      now: () => context.clock.now(),
    };
  }

  private async connect(host: string, context: BehaviourContext): Promise<EdgeRoute | undefined> {
    const address = await kept(this.accelerators, host, () => acceleratorOf(host, context));
    if (address === undefined) return undefined;
    const groups = this.parts.globalAccelerator.groupsFor(address, httpsPort, []);
    const chosen = route(groups, () => context.latencies.chance("route", host));
    if (chosen === undefined) return undefined;
    const { endpointId, region } = chosen;
    const balancer = await kept(this.balancers, endpointId, () =>
      applicationLoadBalancer(endpointId, region, context),
    );
    return { region, ...balancer };
  }
}

/**
 * Names and load balancers do not change in a run. A question that failed, or that nobody could
 * answer yet, is asked again.
 */
async function kept<Value>(
  known: Map<string, Promise<Value>>,
  key: string,
  find: () => Promise<Value>,
): Promise<Value> {
  const asked = known.get(key) ?? find();
  known.set(key, asked);
  let value: Value | undefined;
  try {
    value = await asked;
    return value;
  } finally {
    if (value === undefined) known.delete(key);
  }
}

/** The accelerator's DNS name that a host is an alias of; undefined for a name that nobody made. */
async function acceleratorOf(host: string, context: BehaviourContext): Promise<string | undefined> {
  // Route 53 is one for all regions.
  const route53 = context.emulator(Route53Client, "us-east-1");
  const { HostedZones } = await route53.send(new ListHostedZonesByNameCommand({}));
  for (const { Id, Name = "" } of HostedZones ?? []) {
    if (!`${host}.`.endsWith(`.${Name}`)) continue;
    const { ResourceRecordSets } = await route53.send(
      new ListResourceRecordSetsCommand({ HostedZoneId: Id }),
    );
    const alias = ResourceRecordSets?.find((record) => record.Name === `${host}.`)?.AliasTarget;
    if (alias?.DNSName !== undefined) return alias.DNSName.replace(/\.$/, "");
  }
  return undefined;
}

/** The application load balancer that an accelerator's endpoint is, or leads to. */
async function applicationLoadBalancer(
  endpointId: string,
  region: string,
  context: BehaviourContext,
): Promise<Omit<EdgeRoute, "region">> {
  const elb = context.emulator(ElasticLoadBalancingV2Client, region);
  const { TargetGroups } = await elb.send(
    new DescribeTargetGroupsCommand({ LoadBalancerArn: endpointId }),
  );
  const behind = TargetGroups?.find(
    ({ TargetType, Port }) => TargetType === "alb" && Port === httpsPort,
  );
  let arn: string | undefined = endpointId;
  if (behind !== undefined) {
    const { TargetHealthDescriptions } = await elb.send(
      new DescribeTargetHealthCommand({ TargetGroupArn: behind.TargetGroupArn }),
    );
    arn = TargetHealthDescriptions?.[0]?.Target?.Id;
  }
  const { LoadBalancers } = await elb.send(
    new DescribeLoadBalancersCommand({ LoadBalancerArns: arn === undefined ? [] : [arn] }),
  );
  const name = LoadBalancers?.[0]?.DNSName;
  if (arn === undefined || name === undefined) {
    throw new Error(`The accelerator's endpoint ${endpointId} leads to no load balancer.`);
  }
  const { Attributes } = await elb.send(
    new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn: arn }),
  );
  const keepAlive = Attributes?.find(({ Key }) => Key === "client_keep_alive.seconds")?.Value;
  return { loadBalancer: name, keptForMs: Number(keepAlive ?? defaultKeepAliveSeconds) * 1000 };
}
