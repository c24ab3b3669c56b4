import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../deployment";
import { webPort } from "../jenkins/systemdUnitRenderer";
import type { Team } from "../jenkins/team";

/**
 * TLS 1.2 and 1.3 with forward secrecy, and a key exchange that also resists quantum computers where
 * the client knows one. AWS's own recommendation and its console's default.
 */
export const tlsPolicy = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09";

/**
 * Jenkins pings WebSocket agents every 30 s and its Jetty closes idle connections after 60 s: the
 * load balancer must be the last one to give up.
 */
export const idleTimeoutSeconds = 120;

/**
 * How long a client may go on with one HTTP connection; AWS's least, its default is an hour. The
 * accelerator leads new connections alone to the other region: after a planned role change a browser
 * or an agent that never pauses would go on asking the region that was left, which answers 503.
 * WebSockets are not counted. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html
 */
const clientKeepAliveSeconds = 60;

/** A path that the load balancer answers itself, whatever the teams' controllers do. */
export const alivePath = "/pilot-light/alive";

/** Log-on at the load balancer before any request reaches Jenkins. */
export interface OpenIdConnect {
  readonly issuer: string;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly userInfoEndpoint: string;
  readonly clientId: string;
  readonly clientSecret: pulumi.Input<string>;
}

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
  /** A WAFv2 web ACL of this region; see {@link file://./webAcl.ts} for its price. */
  readonly webAclArn?: pulumi.Input<string>;
}

export interface TeamRule {
  readonly team: Team;
  readonly host: string;
  readonly priority: number;
  /** False where the team never runs: its host gets the page that says so. */
  readonly served: boolean;
  readonly oidc?: OpenIdConnect;
}

/** Where a team's machines are registered. */
export interface TeamTarget {
  readonly targetGroup: aws.lb.TargetGroup;
  /** Its ARN, known once the load balancer sends the team's users there; undefined if it does not. */
  readonly routedArn: pulumi.Output<string> | undefined;
}

/** One region's load balancer for up to 90 teams, about $16.43 a month before traffic. */
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

  /**
   * Sends a team's host to the team's own target group. Health is `/login`, which answers 200 to
   * everybody once Jenkins is complete and 503 before; `/` would ask for a log-on.
   */
  addTeam({ team, host, priority, served, oidc }: TeamRule): TeamTarget {
    const { prefix } = this.args.deployment;
    const tags = { team: team.name, Name: `${prefix}-${team.name}` };
    const targetGroup = new aws.lb.TargetGroup(
      `${this.name}-${team.name}`,
      {
        name: `${prefix}-${team.name}`,
        vpcId: this.args.vpcId,
        targetType: "instance",
        protocol: "HTTP",
        port: webPort,
        deregistrationDelay: 30,
        healthCheck: loginHealthCheck,
        // A session lives in the memory of one controller.
        stickiness: {
          type: "lb_cookie",
          enabled: team.strategy === "active-active",
          cookieDuration: 86_400,
        },
        tags,
      },
      { parent: this },
    );
    const forward = { type: "forward", targetGroupArn: targetGroup.arn };
    const logOn = { type: "authenticate-oidc", order: 1, authenticateOidc: oidc };
    const actions = oidc === undefined ? [forward] : [logOn, { ...forward, order: 2 }];
    const rule = new aws.lb.ListenerRule(
      `${this.name}-${team.name}`,
      {
        listenerArn: this.listenerArn,
        priority,
        conditions: [{ hostHeader: { values: [host] } }],
        actions: served ? actions : [maintenancePage],
        tags,
      },
      { parent: this },
    );
    const arns = pulumi.all([rule.arn, targetGroup.arn]);
    return { targetGroup, routedArn: served ? arns.apply(([, arn]) => arn) : undefined };
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
        defaultActions: [maintenancePage],
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

/** Two good answers make a target healthy, three missing ones end that: 20 and 30 s. */
export const loginHealthCheck = {
  enabled: true,
  protocol: "HTTP",
  path: "/login",
  port: "traffic-port",
  matcher: "200",
  interval: 10,
  timeout: 5,
  healthyThreshold: 2,
  unhealthyThreshold: 3,
};

/** What a host gets whose team does not run here, or that has no team at all. AWS takes 1,024 bytes. */
const maintenancePage = {
  type: "fixed-response",
  fixedResponse: {
    contentType: "text/html",
    statusCode: "503",
    messageBody:
      '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">' +
      "<title>Jenkins is not here</title><h1>Jenkins is not here right now</h1>" +
      "<p>This team has no Jenkins in the region that serves. Maintenance or a failover may be going on; " +
      "try again in some minutes, or ask the platform team.</p></html>",
  },
};
