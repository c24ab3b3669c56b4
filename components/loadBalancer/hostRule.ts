import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** Log-on at the load balancer before any request reaches a machine. */
export interface OpenIdConnect {
  readonly issuer: string;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly userInfoEndpoint: string;
  readonly clientId: string;
  readonly clientSecret: pulumi.Input<string>;
}

/** What a target group asks its targets; times in seconds. */
export type HealthCheck = aws.types.input.lb.TargetGroupHealthCheck;

/** Two good answers make a target healthy, three missing ones end that: 20 and 30 s. */
export function healthCheckOf(path: string, matcher: string): HealthCheck {
  return {
    enabled: true,
    protocol: "HTTP",
    path,
    port: "traffic-port",
    matcher,
    interval: 10,
    timeout: 5,
    healthyThreshold: 2,
    unhealthyThreshold: 3,
  };
}

/** Some host names, and the machines that answer for them. */
export interface HostRuleArgs {
  /** Of the target group, at most 32 characters; unique in the region. */
  readonly name: string;
  readonly hosts: readonly string[];
  /** Of the hosts' requests those below these, e.g. `/api/*`. Default all. */
  readonly paths?: readonly string[];
  /** Unique in the listener, 1 to 50,000. */
  readonly priority: number;
  readonly vpcId: pulumi.Input<string>;
  /** Where the machines listen for plain HTTP. */
  readonly port: number;
  readonly healthCheck: HealthCheck;
  /** Keeps a user on one machine for a day: for sessions that live in a machine's memory. */
  readonly sticky: boolean;
  /** What users get instead of the machines; absent where these answer. */
  readonly page?: aws.types.input.lb.ListenerRuleAction;
  readonly oidc?: OpenIdConnect;
  readonly tags: Readonly<Record<string, string>>;
}

/** Where machines are registered. */
export interface HostTarget {
  readonly targetGroup: aws.lb.TargetGroup;
  /** Its ARN, known once the load balancer sends users there; undefined if it does not. */
  readonly routedArn: pulumi.Output<string> | undefined;
}

/** Sends hosts to a target group of their own, by a listener that may be another stack's. */
export function createHostRule(
  name: string,
  listenerArn: pulumi.Input<string>,
  args: HostRuleArgs,
  parent: pulumi.Resource,
): HostTarget {
  const targetGroup = new aws.lb.TargetGroup(
    name,
    {
      name: args.name,
      vpcId: args.vpcId,
      targetType: "instance",
      protocol: "HTTP",
      port: args.port,
      deregistrationDelay: 30,
      healthCheck: args.healthCheck,
      stickiness: { type: "lb_cookie", enabled: args.sticky, cookieDuration: 86_400 },
      tags: args.tags,
    },
    { parent },
  );
  const { oidc, page, paths } = args;
  const forward = { type: "forward", targetGroupArn: targetGroup.arn };
  const logOn = { type: "authenticate-oidc", order: 1, authenticateOidc: oidc };
  const actions = oidc === undefined ? [forward] : [logOn, { ...forward, order: 2 }];
  const rule = new aws.lb.ListenerRule(
    name,
    {
      listenerArn,
      priority: args.priority,
      conditions: [
        { hostHeader: { values: [...args.hosts] } },
        ...(paths === undefined ? [] : [{ pathPattern: { values: [...paths] } }]),
      ],
      actions: page === undefined ? actions : [page],
      tags: args.tags,
    },
    { parent },
  );
  const arns = pulumi.all([rule.arn, targetGroup.arn]);
  return {
    targetGroup,
    routedArn: page === undefined ? arns.apply(([, arn]) => arn) : undefined,
  };
}
