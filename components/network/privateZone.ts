import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface PrivateZoneArgs {
  /** E.g. `web.internal`: one that nobody asks the internet for. */
  readonly zoneName: string;
  readonly vpcId: pulumi.Input<string>;
}

/** Names that one VPC alone can resolve. $0.50 a month. */
export class PrivateZone extends pulumi.ComponentResource {
  readonly zoneId: pulumi.Output<string>;
  readonly zoneName: string;

  constructor(name: string, args: PrivateZoneArgs, opts?: pulumi.ComponentResourceOptions) {
    super("jenkins-pilot-light:network:PrivateZone", name, {}, opts);
    const zone = new aws.route53.Zone(
      `${name}-zone`,
      {
        name: args.zoneName,
        comment: "Names inside of the VPC",
        vpcs: [{ vpcId: args.vpcId }],
        tags: { Name: args.zoneName },
      },
      { parent: this },
    );
    this.zoneId = zone.zoneId;
    this.zoneName = args.zoneName;
    this.registerOutputs({ zoneId: this.zoneId, zoneName: this.zoneName });
  }
}

export interface PrivateAliasArgs {
  readonly zoneId: pulumi.Input<string>;
  readonly zoneName: pulumi.Input<string>;
  /** What stands before the zone's name: `master`, or `writer.prod`. */
  readonly label: string;
  /** The name that it leads to. */
  readonly target: pulumi.Input<string>;
}

/** A simple record in a private zone, which may be another stack's. */
export class PrivateAlias extends pulumi.ComponentResource {
  /** The name in full. */
  readonly fullName: pulumi.Output<string>;

  constructor(name: string, args: PrivateAliasArgs, opts?: pulumi.ComponentResourceOptions) {
    super("jenkins-pilot-light:network:PrivateAlias", name, {}, opts);
    const { label, target, zoneId, zoneName } = args;
    this.fullName = pulumi.interpolate`${label}.${zoneName}`;
    new aws.route53.Record(
      `${name}-record`,
      // What the target resolves to changes with its zones; which target it is, with a deployment.
      { zoneId, name: this.fullName, type: "CNAME", ttl: 60, records: [target] },
      { parent: this },
    );
    this.registerOutputs({ fullName: this.fullName });
  }
}
