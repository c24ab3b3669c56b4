import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../deployment";
import { createHostRule, type HealthCheck, type HostTarget, type OpenIdConnect } from "./hostRule";

/**
 * TLS 1.2 and 1.3 with forward secrecy, and a key exchange that also resists quantum computers where
 * the client knows one. AWS's own recommendation and its console's default.
 */
export const tlsPolicy = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09";

/**
 * Jenkins, the slowest of what is served, pings WebSocket agents every 30 s and its Jetty closes idle
 * connections after 60 s: the load balancer must be the last one to give up.
 */
export const idleTimeoutSeconds = 120;

/**
 * How long a client may go on with one HTTP connection; AWS's least, its default is an hour. The
 * accelerator leads new connections alone to the other region: after a planned role change a browser
 * or an agent that never pauses would go on asking the region that was left, which answers 503.
 * WebSockets are not counted. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html
 */
const clientKeepAliveSeconds = 60;

/** A path that the load balancer answers itself, whatever the machines do. */
export const alivePath = "/pilot-light/alive";

export interface LoadBalancerArgs {
  readonly deployment: Deployment;
  /** Which one of the region's, from 0. */
  readonly shard: number;
  readonly vpcId: pulumi.Input<string>;
  readonly publicSubnetIds: pulumi.Input<pulumi.Input<string>[]>;
  readonly securityGroupId: pulumi.Input<string>;
  readonly certificateArn: pulumi.Input<string>;
  readonly accessLogBucket: pulumi.Input<string>;
  /** Refuse deletion. Only a test turns it off. */
  readonly deletionProtection: boolean;
  /** HTML that a host gets with 503 while nothing serves it here. AWS takes 1,024 bytes. */
  readonly absencePage: string;
  /** A WAFv2 web ACL of this region; see {@link file://./webAcl.ts} for its price. */
  readonly webAclArn?: pulumi.Input<string>;
}

/** Something that answers behind the load balancer: a team's Jenkins, or a part of an application. */
export interface Service {
  /** After the prefix, of what AWS knows it by. */
  readonly name: string;
  /** Of the tag `team`. */
  readonly team: string;
  readonly host: string;
  /** Of the host's requests those below these, e.g. `/api/*`. Default all. */
  readonly paths?: readonly string[];
  readonly port: number;
  readonly priority: number;
  readonly healthCheck: HealthCheck;
  /** Keep a user at one machine, for a day. */
  readonly sticky: boolean;
  /** False where it never runs: its host gets the page that says so. */
  readonly served: boolean;
  readonly oidc?: OpenIdConnect;
}

/** One region's load balancer, for up to 90 teams of Jenkins, about $16.43 a month before traffic. */
export class LoadBalancer extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  /** Last part of the ARN: the dimension of its metrics. */
  readonly fullName: pulumi.Output<string>;
  readonly dnsName: pulumi.Output<string>;
  readonly zoneId: pulumi.Output<string>;
  readonly listenerArn: pulumi.Output<string>;
  private readonly httpsListener: aws.lb.Listener;

  constructor(
    private readonly name: string,
    private readonly args: LoadBalancerArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    // The name is identity: from when Jenkins alone was behind one.
    super("jenkins-pilot-light:jenkins:LoadBalancer", name, {}, opts);
    const balancer = this.createBalancer();
    this.httpsListener = this.createListeners(balancer);
    this.arn = balancer.arn;
    this.fullName = balancer.arnSuffix;
    this.dnsName = balancer.dnsName;
    this.zoneId = balancer.zoneId;
    this.listenerArn = this.httpsListener.arn;
    this.registerOutputs({
      arn: this.arn,
      fullName: this.fullName,
      dnsName: this.dnsName,
      zoneId: this.zoneId,
      listenerArn: this.listenerArn,
    });
  }

  /** Sends a host, or some paths of it, to a target group of its own. */
  addService(service: Service): HostTarget {
    const { prefix } = this.args.deployment;
    const { name, team, host, served, ...rule } = service;
    return createHostRule(
      `${this.name}-${name}`,
      this.listenerArn,
      {
        ...rule,
        name: `${prefix}-${name}`,
        hosts: [host],
        vpcId: this.args.vpcId,
        ...(served ? {} : { page: this.absencePage() }),
        tags: { team, Name: `${prefix}-${name}` },
      },
      this,
    );
  }

  private absencePage(): aws.types.input.lb.ListenerDefaultAction {
    return {
      type: "fixed-response",
      fixedResponse: {
        contentType: "text/html",
        statusCode: "503",
        messageBody: this.args.absencePage,
      },
    };
  }

  private createBalancer(): aws.lb.LoadBalancer {
    const { deployment, shard } = this.args;
    const name = `${deployment.prefix}-${shard + 1}`;
    const balancer = new aws.lb.LoadBalancer(
      this.name,
      {
        name,
        loadBalancerType: "application",
        internal: false,
        subnets: this.args.publicSubnetIds,
        securityGroups: [this.args.securityGroupId],
        enableDeletionProtection: this.args.deletionProtection,
        dropInvalidHeaderFields: true,
        idleTimeout: idleTimeoutSeconds,
        clientKeepAlive: clientKeepAliveSeconds,
        accessLogs: { enabled: true, bucket: this.args.accessLogBucket },
        tags: { Name: name },
      },
      { parent: this },
    );
    if (this.args.webAclArn !== undefined) {
      new aws.wafv2.WebAclAssociation(
        `${this.name}-waf`,
        { resourceArn: balancer.arn, webAclArn: this.args.webAclArn },
        { parent: this },
      );
    }
    return balancer;
  }

  private createListeners(balancer: aws.lb.LoadBalancer): aws.lb.Listener {
    new aws.lb.Listener(
      `${this.name}-http`,
      {
        loadBalancerArn: balancer.arn,
        port: 80,
        protocol: "HTTP",
        defaultActions: [
          {
            type: "redirect",
            redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" },
          },
        ],
      },
      { parent: this },
    );
    const https = new aws.lb.Listener(
      `${this.name}-https`,
      {
        loadBalancerArn: balancer.arn,
        port: 443,
        protocol: "HTTPS",
        sslPolicy: tlsPolicy,
        certificateArn: this.args.certificateArn,
        defaultActions: [this.absencePage()],
      },
      { parent: this },
    );
    new aws.lb.ListenerRule(
      `${this.name}-alive`,
      {
        listenerArn: https.arn,
        priority: 1,
        conditions: [{ pathPattern: { values: [alivePath] } }],
        actions: [
          {
            type: "fixed-response",
            fixedResponse: { contentType: "text/plain", messageBody: "alive", statusCode: "200" },
          },
        ],
      },
      { parent: this },
    );
    return https;
  }
}
