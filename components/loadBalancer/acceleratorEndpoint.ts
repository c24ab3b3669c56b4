import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../deployment";
import { alivePath, type LoadBalancer } from "./loadBalancer";
import type { HealthCheck } from "./hostRule";

export interface AcceleratorEndpointArgs {
  readonly deployment: Deployment;
  readonly shard: number;
  readonly vpcId: pulumi.Input<string>;
  readonly publicSubnetIds: pulumi.Input<pulumi.Input<string>[]>;
  readonly securityGroupId: pulumi.Input<string>;
  readonly behind: LoadBalancer;
  /** How the machines are asked that tell whether the region serves. */
  readonly machines: { readonly port: number; readonly healthCheck: HealthCheck };
  readonly deletionProtection: boolean;
}

/** A port that no security group opens: its listener only makes its target group count. */
const healthPort = 8443;

/**
 * What Global Accelerator sends users to: a network load balancer in front of a shard's application
 * load balancer, about $16.43 a month. The accelerator counts a load balancer as healthy when *each*
 * of its target groups has a healthy target. Directly behind the accelerator, one dead team or
 * service would make the whole region look dead. This one has exactly two conditions: the application
 * load balancer answers, and at least one machine of the shard is healthy.
 * See docs/decisions/accelerator-endpoint.md.
 */
export class AcceleratorEndpoint extends pulumi.ComponentResource {
  /** Endpoint of the accelerator's endpoint group. */
  readonly arn: pulumi.Output<string>;
  /** All machines of the shard register here too. */
  readonly regionTargetGroupArn: pulumi.Output<string>;

  constructor(
    private readonly name: string,
    private readonly args: AcceleratorEndpointArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("jenkins-pilot-light:jenkins:AcceleratorEndpoint", name, {}, opts);
    const { prefix } = args.deployment;
    const number = args.shard + 1;
    const balancer = new aws.lb.LoadBalancer(
      name,
      {
        name: `${prefix}-edge-${number}`,
        loadBalancerType: "network",
        // The accelerator takes internet-facing network load balancers only.
        internal: false,
        subnets: args.publicSubnetIds,
        securityGroups: [args.securityGroupId],
        enableDeletionProtection: args.deletionProtection,
        tags: { Name: `${prefix}-edge-${number}` },
      },
      { parent: this },
    );
    this.forward(balancer, { suffix: "https", group: `${prefix}-edge-${number}`, port: 443 });
    this.forward(balancer, { suffix: "http", group: `${prefix}-edge-http-${number}`, port: 80 });
    this.letHttpThrough();
    this.arn = balancer.arn;
    this.regionTargetGroupArn = this.countMachines(balancer, `${prefix}-region-${number}`);
    this.registerOutputs({ arn: this.arn, regionTargetGroupArn: this.regionTargetGroupArn });
  }

  /** Healthy as long as the application load balancer itself answers, teams or no teams. */
  private forward(
    balancer: aws.lb.LoadBalancer,
    { suffix, group, port }: { suffix: string; group: string; port: 80 | 443 },
  ): void {
    const targetGroup = new aws.lb.TargetGroup(
      `${this.name}-${suffix}`,
      {
        name: group,
        vpcId: this.args.vpcId,
        targetType: "alb",
        protocol: "TCP",
        port,
        healthCheck: {
          enabled: true,
          protocol: port === 443 ? "HTTPS" : "HTTP",
          path: alivePath,
          // Port 80 answers with its redirect.
          matcher: port === 443 ? "200" : "301",
          interval: 10,
          timeout: 5,
          healthyThreshold: 2,
          unhealthyThreshold: 2,
        },
        tags: { Name: group },
      },
      { parent: this },
    );
    new aws.lb.TargetGroupAttachment(
      `${this.name}-${suffix}`,
      // The listener's ARN only becomes known once the listener exists, without which AWS refuses.
      {
        targetGroupArn: targetGroup.arn,
        targetId: this.args.behind.listenerArn.apply(() => this.args.behind.arn),
        port,
      },
      { parent: this },
    );
    new aws.lb.Listener(
      `${this.name}-${suffix}`,
      {
        loadBalancerArn: balancer.arn,
        port,
        protocol: "TCP",
        defaultActions: [{ type: "forward", targetGroupArn: targetGroup.arn }],
      },
      { parent: this },
    );
  }

  /** The load balancers' group lets 443 out for everybody; between them it also needs 80. */
  private letHttpThrough(): void {
    if (this.args.shard > 0) return;
    new aws.vpc.SecurityGroupEgressRule(
      `${this.name}-http`,
      {
        securityGroupId: this.args.securityGroupId,
        referencedSecurityGroupId: this.args.securityGroupId,
        ipProtocol: "tcp",
        fromPort: 80,
        toPort: 80,
        description: "the accelerator's endpoint forwards HTTP to be redirected",
      },
      { parent: this },
    );
  }

  private countMachines(balancer: aws.lb.LoadBalancer, group: string): pulumi.Output<string> {
    const targetGroup = new aws.lb.TargetGroup(
      `${this.name}-region`,
      {
        name: group,
        vpcId: this.args.vpcId,
        targetType: "instance",
        protocol: "TCP",
        port: this.args.machines.port,
        healthCheck: { ...this.args.machines.healthCheck },
        tags: { Name: group },
      },
      { parent: this },
    );
    const listener = new aws.lb.Listener(
      `${this.name}-region`,
      {
        loadBalancerArn: balancer.arn,
        port: healthPort,
        protocol: "TCP",
        defaultActions: [{ type: "forward", targetGroupArn: targetGroup.arn }],
      },
      { parent: this },
    );
    // Auto Scaling refuses a target group that no load balancer uses yet.
    return listener.arn.apply(() => targetGroup.arn);
  }
}
