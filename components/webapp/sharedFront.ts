import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../deployment";
import { createAccessLogBucket } from "../loadBalancer/accessLogs";
import { createCertificate } from "../loadBalancer/certificate";
import { LoadBalancer } from "../loadBalancer/loadBalancer";
import { certificateAlarms } from "../operations/alarmPlan";
import { createPlannedAlarm } from "../operations/plannedAlarm";
import { loadBalancerAlarm } from "./alarmPlan";

export interface SharedFrontArgs {
  readonly deployment: Deployment;
  /** The first environment's host, whose certificate the listener has; others bring theirs along. */
  readonly host: string;
  /** Public zone that holds it. */
  readonly hostedZoneId: pulumi.Input<string>;
  readonly vpcId: pulumi.Input<string>;
  readonly publicSubnetIds: pulumi.Input<pulumi.Input<string>[]>;
  readonly securityGroupId: pulumi.Input<string>;
  readonly topicArn: pulumi.Input<string>;
  /** Days. */
  readonly accessLogRetentionDays: number;
  /** Days before a certificate ends from which people are told. */
  readonly certificateWarningDays: number;
  /** False lets `pulumi destroy` remove load balancer and logs. Default true. */
  readonly protectState?: boolean;
}

/** What a host gets that no environment has. AWS takes 1,024 bytes. */
const nobodyHere =
  '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">' +
  "<title>Not here</title><h1>Nobody answers to this name here</h1></html>";

/**
 * The load balancer that all environments of a web application share by their hosts, with HTTPS and
 * access logs: some $16.43 a month before traffic, once instead of for each environment.
 */
export class SharedFront extends pulumi.ComponentResource {
  readonly listenerArn: pulumi.Output<string>;
  readonly fullName: pulumi.Output<string>;
  readonly dnsName: pulumi.Output<string>;
  readonly zoneId: pulumi.Output<string>;

  constructor(name: string, args: SharedFrontArgs, opts?: pulumi.ComponentResourceOptions) {
    super("jenkins-pilot-light:webapp:SharedFront", name, {}, opts);
    const { deployment } = args;
    const protect = args.protectState ?? true;
    const certificateArn = createCertificate(
      name,
      { domain: args.host, hostedZoneId: args.hostedZoneId },
      this,
    );
    const logs = createAccessLogBucket(
      name,
      deployment,
      args.accessLogRetentionDays,
      this,
      protect,
    );
    const balancer = new LoadBalancer(
      `${name}-1`,
      {
        deployment,
        shard: 0,
        vpcId: args.vpcId,
        publicSubnetIds: args.publicSubnetIds,
        securityGroupId: args.securityGroupId,
        certificateArn,
        accessLogBucket: logs.bucket,
        absencePage: nobodyHere,
        deletionProtection: protect,
      },
      // A load balancer tries its log bucket at once and fails if it may not write.
      { parent: this, dependsOn: [logs.ready] },
    );
    const limits = { certificateDays: args.certificateWarningDays };
    for (const alarm of [
      loadBalancerAlarm<pulumi.Input<string>>(balancer.fullName),
      ...certificateAlarms<pulumi.Input<string>>({ certificateArn, limits }),
    ]) {
      createPlannedAlarm(name, deployment, alarm, args.topicArn, this);
    }

    this.listenerArn = balancer.listenerArn;
    this.fullName = balancer.fullName;
    this.dnsName = balancer.dnsName;
    this.zoneId = balancer.zoneId;
    this.registerOutputs({
      listenerArn: this.listenerArn,
      fullName: this.fullName,
      dnsName: this.dnsName,
      zoneId: this.zoneId,
    });
  }
}
