import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
  type Action,
  type Rule,
  type TargetGroup,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { AwsRequest, Behaviour, BehaviourContext } from "../../behaviour";
import { notModelled } from "../../wire/awsError";
import { loadBalancerHeader } from "../lambda/runtime/network";
import { chooseAction, targetGroupsOf, type EdgeRequest } from "./listenerRules";

/** An answer to a user or a probe. */
export interface EdgeAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What a load balancer does with a request: answers it itself, or hands it to a machine. */
export type EdgeDecision =
  | { readonly kind: "answer"; readonly answer: EdgeAnswer }
  | { readonly kind: "target"; readonly instanceId: string; readonly port: number };

/** A load balancer as the edge needs it. */
interface KnownLoadBalancer {
  readonly rules: readonly Rule[];
  readonly targetGroups: ReadonlyMap<string, TargetGroup>;
  readonly readAt: number;
}

/** How long rules and groups are believed, modelled milliseconds. */
const knowledgeLifetimeMs = 60_000;

const httpsPort = 443;

/**
 * The data plane of application load balancers, as a client meets it: an HTTP server on loopback that
 * gets each request with the load balancer's DNS name in `x-local-load-balancer` and the team's name
 * in `host`. It applies the listener's rules as they are deployed; a forward asks a healthy target
 * and gives 503 without one; a dead region does not answer until the client's connection times out.
 *
 * TLS is not modelled: requests come in clear, certificates and SNI are not checked. Stickiness,
 * authentication and failing open to unhealthy targets are not either.
 *
 * Source: Elastic Load Balancing User Guide, "Listeners", "Target groups", "HTTP 503".
 */
export class LoadBalancerEdge implements Behaviour {
  readonly name = "Load balancer edge";
  readonly service = "elasticloadbalancing";
  /** It answers no API call. */
  readonly actions: readonly string[] = [];
  private server: Server | undefined;
  private readonly known = new Map<string, KnownLoadBalancer>();
  /** Reads under way, so that a hundred requests at once do not each read the same. */
  private readonly reading = new Map<string, Promise<KnownLoadBalancer | undefined>>();

  start(context: BehaviourContext): void {
    this.server = createServer((incoming, outgoing) => {
      this.serve(incoming, outgoing, context).catch((error: unknown) => {
        send(outgoing, { status: 500, body: `load balancer edge: ${String(error)}` });
      });
    });
    this.server.listen(0, "127.0.0.1", () => {
      const { port } = this.server?.address() as AddressInfo;
      context.world.loadBalancerEdge = `127.0.0.1:${port}`;
    });
  }

  handle(request: AwsRequest): Promise<never> {
    throw notModelled(request, "the edge answers no API calls");
  }

  async stop(): Promise<void> {
    const { server } = this;
    if (server === undefined) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  /**
   * What a client of the load balancer would get; undefined for no answer at all, because there is no
   * such load balancer or its region is dead.
   */
  async answer(
    dnsName: string,
    request: EdgeRequest,
    context: BehaviourContext,
  ): Promise<EdgeAnswer | undefined> {
    const decision = await this.decide(dnsName, request, context);
    if (decision?.kind !== "target") return decision?.answer;
    const { instanceId, port } = decision;
    const status = await context.world.controllers.healthCheckStatus(
      instanceId,
      port,
      request.path,
    );
    return status === undefined ? { status: 502, body: "502 Bad Gateway" } : { status };
  }

  /** Who answers a client of the load balancer; undefined as with {@link answer}. */
  async decide(
    dnsName: string,
    request: EdgeRequest,
    context: BehaviourContext,
  ): Promise<EdgeDecision | undefined> {
    const region = regionOf(dnsName);
    if (region === undefined || !context.regionIsAlive(region)) return undefined;
    const loadBalancer = await this.find(dnsName, region, context);
    if (loadBalancer === undefined) return undefined;
    const action = chooseAction(loadBalancer.rules, request);
    return carryOut(action, request, loadBalancer, context);
  }

  private async serve(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    context: BehaviourContext,
  ): Promise<void> {
    incoming.resume();
    const dnsName = String(incoming.headers[loadBalancerHeader] ?? "");
    const request = {
      host: (incoming.headers.host ?? "").replace(/:\d+$/, ""),
      path: (incoming.url ?? "/").replace(/\?.*$/, ""),
    };
    const answered = await this.answer(dnsName, request, context);
    if (answered !== undefined) {
      send(outgoing, answered);
      return;
    }
    await context.clock.sleep(context.latencies.sample("regionDeadConnectTimeout", dnsName));
    incoming.socket.destroy();
  }

  private async find(
    dnsName: string,
    region: string,
    context: BehaviourContext,
  ): Promise<KnownLoadBalancer | undefined> {
    const known = this.known.get(dnsName);
    if (known !== undefined && context.clock.now() - known.readAt < knowledgeLifetimeMs) {
      return known;
    }
    const underWay = this.reading.get(dnsName);
    if (underWay !== undefined) return underWay;
    const reading = this.read(dnsName, region, context).finally(() => {
      this.reading.delete(dnsName);
    });
    this.reading.set(dnsName, reading);
    return reading;
  }

  private async read(
    dnsName: string,
    region: string,
    context: BehaviourContext,
  ): Promise<KnownLoadBalancer | undefined> {
    const readAt = context.clock.now();
    const read = await readLoadBalancer(dnsName, region, context);
    if (read !== undefined) this.known.set(dnsName, { ...read, readAt });
    return this.known.get(dnsName);
  }
}

/** The region in an application or a network load balancer's DNS name. */
/** The region of a load balancer by its DNS name; undefined for the name of anything else. */
export function regionOf(dnsName: string): string | undefined {
  const match = /\.([a-z0-9-]+)\.elb\.amazonaws\.com$|\.elb\.([a-z0-9-]+)\.amazonaws\.com$/.exec(
    dnsName,
  );
  return match?.[1] ?? match?.[2];
}

async function readLoadBalancer(
  dnsName: string,
  region: string,
  context: BehaviourContext,
): Promise<Omit<KnownLoadBalancer, "readAt"> | undefined> {
  const client = context.emulator(ElasticLoadBalancingV2Client, region);
  const { LoadBalancers } = await client.send(new DescribeLoadBalancersCommand({}));
  const arn = LoadBalancers?.find(({ DNSName }) => DNSName === dnsName)?.LoadBalancerArn;
  if (arn === undefined) return undefined;
  const [{ Listeners }, { TargetGroups }] = await Promise.all([
    client.send(new DescribeListenersCommand({ LoadBalancerArn: arn })),
    client.send(new DescribeTargetGroupsCommand({ LoadBalancerArn: arn })),
  ]);
  const listener = Listeners?.find(({ Port }) => Port === httpsPort)?.ListenerArn;
  if (listener === undefined) return undefined;
  return {
    rules: await rulesOf(client, listener),
    targetGroups: new Map(TargetGroups?.map((group) => [group.TargetGroupArn ?? "", group])),
  };
}

async function rulesOf(
  client: ElasticLoadBalancingV2Client,
  ListenerArn: string,
): Promise<readonly Rule[]> {
  const rules: Rule[] = [];
  let Marker: string | undefined;
  do {
    const page = await client.send(new DescribeRulesCommand({ ListenerArn, Marker }));
    rules.push(...(page.Rules ?? []));
    Marker = page.NextMarker;
  } while (Marker !== undefined && Marker !== "");
  return rules;
}

function carryOut(
  action: Action | undefined,
  request: EdgeRequest,
  loadBalancer: KnownLoadBalancer,
  context: BehaviourContext,
): EdgeDecision {
  switch (action?.Type) {
    case "fixed-response": {
      const { StatusCode, ContentType, MessageBody } = action.FixedResponseConfig ?? {};
      return itself({
        status: Number(StatusCode ?? 200),
        body: MessageBody ?? "",
        ...(ContentType === undefined ? {} : { headers: { "content-type": ContentType } }),
      });
    }
    case "redirect":
      return itself(redirect(action, request));
    case "forward":
      return forward(action, loadBalancer, context);
    default:
      throw new Error(
        `the action ${action?.Type ?? "(none)"} of a listener's rule is not modelled`,
      );
  }
}

function redirect(action: Action, request: EdgeRequest): EdgeAnswer {
  const { Protocol, Host, Port, Path, StatusCode } = action.RedirectConfig ?? {};
  const fill = (text: string) =>
    text
      .replace("#{protocol}", "https")
      .replace("#{host}", request.host)
      .replace("#{port}", String(httpsPort))
      .replace("#{path}", request.path.slice(1))
      .replace("#{query}", "");
  const protocol = fill(Protocol ?? "#{protocol}").toLowerCase();
  const host = fill(Host ?? "#{host}");
  const port = fill(Port ?? "#{port}");
  const location = `${protocol}://${host}:${port}${fill(Path ?? "/#{path}")}`;
  return { status: StatusCode === "HTTP_301" ? 301 : 302, headers: { location } };
}

function forward(
  action: Action,
  loadBalancer: KnownLoadBalancer,
  { world, latencies }: BehaviourContext,
): EdgeDecision {
  for (const arn of targetGroupsOf(action)) {
    const group = loadBalancer.targetGroups.get(arn);
    // A function behind the load balancer has no machine that could be missing.
    if (group?.TargetType === "lambda") return itself({ status: 200 });
    const targets = world.targetHealth.healthyTargets(arn);
    const instanceId = targets[Math.floor(latencies.chance("target", arn) * targets.length)];
    if (instanceId !== undefined) return { kind: "target", instanceId, port: group?.Port ?? 80 };
  }
  return itself({ status: 503, body: "503 Service Temporarily Unavailable" });
}

function itself(answer: EdgeAnswer): EdgeDecision {
  return { kind: "answer", answer };
}

function send(outgoing: ServerResponse, answer: EdgeAnswer): void {
  outgoing.writeHead(answer.status, { server: "awselb/2.0", ...answer.headers });
  outgoing.end(answer.body ?? "");
}
