import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../deployment";
import { createCertificate } from "../loadBalancer/certificate";
import { certificateAlarms } from "../operations/alarmPlan";
import { createPlannedAlarm } from "../operations/plannedAlarm";

export interface PublicNameArgs {
  readonly deployment: Deployment;
  readonly host: string;
  readonly loadBalancer: {
    readonly dnsName: pulumi.Input<string>;
    readonly zoneId: pulumi.Input<string>;
  };
  /** Public zone that holds the host already. Default: one is made, named after the host. */
  readonly hostedZoneId?: pulumi.Input<string>;
  /** Zone above the one that is made, which gets its name servers. */
  readonly parentZoneId?: pulumi.Input<string>;
  /** Where the listener has no certificate for the host yet: one is made and added to it. */
  readonly certificate?: {
    readonly listenerArn: pulumi.Input<string>;
    /** Days before its end from which people are told. */
    readonly warningDays: number;
    readonly topicArn: pulumi.Input<string>;
  };
}

/** Seconds that resolvers keep the name servers of a zone; a mistake in them is mended within it. */
const delegationTimeToLive = 3_600;

/** The name by which the world finds an environment: zone, certificate and record. */
export class PublicName extends pulumi.ComponentResource {
  /** Of the zone that was made; none where it was given. */
  readonly nameServers: pulumi.Output<string[]>;

  constructor(name: string, args: PublicNameArgs, opts?: pulumi.ComponentResourceOptions) {
    super("jenkins-pilot-light:webapp:PublicName", name, {}, opts);
    const zone = args.hostedZoneId === undefined ? this.createZone(name, args) : undefined;
    const zoneId = pulumi.output(args.hostedZoneId ?? zone?.zoneId ?? "");
    this.nameServers = zone === undefined ? pulumi.output([]) : zone.nameServers;
    if (args.certificate !== undefined) this.addCertificate(name, args, zoneId, args.certificate);
    new aws.route53.Record(
      `${name}-record`,
      {
        zoneId,
        name: args.host,
        type: "A",
        aliases: [
          {
            name: args.loadBalancer.dnsName,
            zoneId: args.loadBalancer.zoneId,
            // One load balancer has nobody to hand over to.
            evaluateTargetHealth: false,
          },
        ],
      },
      { parent: this },
    );
    this.registerOutputs({ nameServers: this.nameServers });
  }

  private createZone(
    name: string,
    { host, parentZoneId }: PublicNameArgs,
  ): { zoneId: pulumi.Output<string>; nameServers: pulumi.Output<string[]> } {
    const zone = new aws.route53.Zone(
      `${name}-zone`,
      { name: host, comment: "Public name of the web application", tags: { Name: host } },
      { parent: this },
    );
    if (parentZoneId === undefined) return { zoneId: zone.zoneId, nameServers: zone.nameServers };
    const delegation = new aws.route53.Record(
      `${name}-delegation`,
      {
        zoneId: parentZoneId,
        name: host,
        type: "NS",
        ttl: delegationTimeToLive,
        records: zone.nameServers,
      },
      { parent: this },
    );
    // Until the zone above knows it, nobody finds the record that validates the certificate.
    const known = pulumi.all([zone.zoneId, delegation.fqdn]).apply(([id]) => id);
    return { zoneId: known, nameServers: zone.nameServers };
  }

  private addCertificate(
    name: string,
    { deployment, host }: PublicNameArgs,
    hostedZoneId: pulumi.Output<string>,
    { listenerArn, warningDays, topicArn }: NonNullable<PublicNameArgs["certificate"]>,
  ): void {
    const certificateArn = createCertificate(name, { domain: host, hostedZoneId }, this);
    new aws.lb.ListenerCertificate(
      `${name}-listener-certificate`,
      { listenerArn, certificateArn },
      { parent: this },
    );
    for (const alarm of certificateAlarms<pulumi.Input<string>>({
      certificateArn,
      limits: { certificateDays: warningDays },
    })) {
      createPlannedAlarm(name, deployment, alarm, topicArn, this);
    }
  }
}
