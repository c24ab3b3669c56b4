import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { openWeight } from "../../failover/plan";
import type { Deployment, RegionRole } from "../deployment";
import {
  type Edge,
  edgeRecordName,
  hostRecords,
  initialDial,
  initialRecordWeight,
  trafficProblems,
  type TrafficTeam,
} from "./trafficPlan";

/** A load balancer of this stack's region. */
export interface TrafficLoadBalancer {
  readonly arn: pulumi.Input<string>;
  /**
   * What the accelerator sends users to, where that is not the load balancer itself: it counts a
   * load balancer as healthy only when each of its target groups is, and one team's dead Jenkins
   * must not look like a dead region. Default {@link arn}.
   */
  readonly endpointArn?: pulumi.Input<string>;
  readonly dnsName: pulumi.Input<string>;
  /** Hosted zone of the load balancer's own name, for alias records. */
  readonly zoneId: pulumi.Input<string>;
}

export interface TrafficArgs {
  readonly deployment: Deployment;
  /** Role of the deployment's region when its endpoints are first made; the failover has them then. */
  readonly role: RegionRole;
  /**
   * `globalAccelerator` (default of the configuration): two fixed addresses, moves in about 30 s,
   * also by itself; per 90 teams $26 a month, and $24 in each region for a network load balancer with
   * its addresses, plus $0.015–0.035 a GB. `route53`: no fixed cost, moves as fast as resolvers
   * forget (60 s), and only by the failover.
   */
  readonly edge: Edge;
  readonly domain: string;
  readonly hostedZoneId: pulumi.Input<string>;
  readonly teams: readonly TrafficTeam[];
  /** One per shard, in order. */
  readonly loadBalancers: readonly TrafficLoadBalancer[];
  /**
   * The listeners that the primary stack made. Given, also when empty under `route53`, this stack
   * only adds its own region to the edge; absent, it makes the edge and the hosts' records.
   */
  readonly listenerArns?: pulumi.Input<pulumi.Input<string>[]>;
  /** S3 bucket for the accelerators' flow logs, with its prefix. Off when absent. */
  readonly flowLogs?: { readonly bucket: pulumi.Input<string>; readonly prefix: string };
}

/** How users reach one shard. */
export interface EdgeAddress {
  readonly dnsName: string;
  /** The accelerator's fixed IPv4 addresses; empty under `route53`. */
  readonly ipAddresses: readonly string[];
}

/** A region's weighted record, as the failover changes it. */
export interface WeightedRecord {
  readonly name: string;
  /** Tells the pair's records apart: the region. */
  readonly setIdentifier: string;
}

/**
 * Leads users to the active region. Dials, endpoint weights and record weights are set when they are
 * first made and belong to the failover from then on: Pulumi ignores them, so that no `pulumi up`
 * can move users back (S4, S9).
 *
 * @throws pulumi.InputPropertiesError naming every host and shard that does not fit.
 */
export class Traffic extends pulumi.ComponentResource {
  /** By shard; empty under `route53`. */
  readonly listenerArns: pulumi.Output<string[]>;
  /** This region's, by shard; empty under `route53`. */
  readonly endpointGroupArns: pulumi.Output<string[]>;
  /** By shard; empty in the stack that joins an edge made elsewhere. */
  readonly addresses: pulumi.Output<EdgeAddress[]>;
  /** This region's, by shard; empty under `globalAccelerator`. */
  readonly weightedRecords: pulumi.Output<WeightedRecord[]>;

  constructor(name: string, args: TrafficArgs, opts?: pulumi.ComponentResourceOptions) {
    super("jenkins-pilot-light:recovery:Traffic", name, {}, opts);
    validate(args);
    const made =
      args.edge === "globalAccelerator" ? this.accelerate(name, args) : this.resolve(name, args);
    this.listenerArns = pulumi.output(made.listenerArns);
    this.endpointGroupArns = pulumi.output(made.endpointGroupArns);
    this.addresses = pulumi.output(made.addresses);
    this.weightedRecords = pulumi.output(made.weightedRecords);
    this.registerOutputs({
      listenerArns: this.listenerArns,
      endpointGroupArns: this.endpointGroupArns,
      addresses: this.addresses,
      weightedRecords: this.weightedRecords,
    });
  }

  /** One accelerator a shard: an accelerator's endpoint group takes whole load balancers. */
  private accelerate(name: string, args: TrafficArgs): Made {
    const owned =
      args.listenerArns === undefined
        ? args.loadBalancers.map((_, shard) => this.createAccelerator(name, args, shard))
        : [];
    const listenerArns =
      args.listenerArns === undefined
        ? pulumi.all(owned.map((each) => each.listener.arn))
        : pulumi.output(args.listenerArns);
    const groups = args.loadBalancers.map((loadBalancer, shard) =>
      this.createEndpointGroup(name, args, shard, loadBalancer, listenerArns),
    );
    this.createHostRecords(
      name,
      args,
      owned.map(({ accelerator }) => ({
        name: accelerator.dnsName,
        zoneId: accelerator.hostedZoneId,
      })),
    );
    return {
      listenerArns,
      endpointGroupArns: groups.map((group) => group.arn),
      addresses: owned.map(({ accelerator }) => ({
        dnsName: accelerator.dnsName,
        ipAddresses: accelerator.ipSets.apply((sets) => sets.flatMap((set) => set.ipAddresses)),
      })),
      weightedRecords: [],
    };
  }

  private createAccelerator(
    name: string,
    args: TrafficArgs,
    shard: number,
  ): { accelerator: aws.globalaccelerator.Accelerator; listener: aws.globalaccelerator.Listener } {
    const accelerator = new aws.globalaccelerator.Accelerator(
      `${name}-accelerator-${shard + 1}`,
      {
        name: `${args.deployment.prefix}-${shard + 1}`,
        ipAddressType: "IPV4",
        enabled: true,
        ...(args.flowLogs === undefined
          ? {}
          : {
              attributes: {
                flowLogsEnabled: true,
                flowLogsS3Bucket: args.flowLogs.bucket,
                flowLogsS3Prefix: args.flowLogs.prefix,
              },
            }),
      },
      { parent: this },
    );
    const listener = new aws.globalaccelerator.Listener(
      `${name}-listener-${shard + 1}`,
      {
        acceleratorArn: accelerator.arn,
        protocol: "TCP",
        portRanges: [
          { fromPort: 80, toPort: 80 },
          { fromPort: 443, toPort: 443 },
        ],
        // Only one region serves, and inside of it the load balancer's cookie keeps a user's controller.
        clientAffinity: "NONE",
      },
      { parent: this },
    );
    return { accelerator, listener };
  }

  private createEndpointGroup(
    name: string,
    args: TrafficArgs,
    shard: number,
    loadBalancer: TrafficLoadBalancer,
    listenerArns: pulumi.Output<string[]>,
  ): aws.globalaccelerator.EndpointGroup {
    return new aws.globalaccelerator.EndpointGroup(
      `${name}-endpoints-${shard + 1}`,
      {
        listenerArn: listenerArns.apply((arns) => listenerOf(arns, shard)),
        endpointGroupRegion: args.deployment.region,
        trafficDialPercentage: initialDial(args.role),
        // Health is the target groups': AWS ignores a group's own checks for load balancers.
        endpointConfigurations: [
          {
            endpointId: loadBalancer.endpointArn ?? loadBalancer.arn,
            weight: openWeight,
            clientIpPreservationEnabled: true,
          },
        ],
      },
      // The failover writes both; a `pulumi up` must not put users back where they came from.
      { parent: this, ignoreChanges: ["trafficDialPercentage", "endpointConfigurations"] },
    );
  }

  /** DNS alone: a weighted record a region and shard, and the hosts as aliases of the pair. */
  private resolve(name: string, args: TrafficArgs): Made {
    const { domain, deployment } = args;
    const records = args.loadBalancers.map((loadBalancer, shard) => {
      const record = new aws.route53.Record(
        `${name}-edge-${shard + 1}`,
        {
          zoneId: args.hostedZoneId,
          name: edgeRecordName(domain, shard),
          type: "A",
          setIdentifier: deployment.region,
          weightedRoutingPolicies: [{ weight: initialRecordWeight(args.role) }],
          aliases: [
            // Evaluating health would let the data plane drift back to a revived region (S4).
            {
              name: loadBalancer.dnsName,
              zoneId: loadBalancer.zoneId,
              evaluateTargetHealth: false,
            },
          ],
        },
        // The failover writes the weight.
        { parent: this, ignoreChanges: ["weightedRoutingPolicies"] },
      );
      // By the record's output: Route 53 refuses an alias whose target does not exist yet.
      return { fqdn: record.fqdn, setIdentifier: deployment.region };
    });
    const owns = args.listenerArns === undefined;
    if (owns) {
      this.createHostRecords(
        name,
        args,
        records.map(({ fqdn }) => ({ name: fqdn, zoneId: args.hostedZoneId })),
      );
    }
    return {
      listenerArns: [],
      endpointGroupArns: [],
      addresses: owns ? records.map(({ fqdn }) => ({ dnsName: fqdn, ipAddresses: [] })) : [],
      weightedRecords: records.map(({ fqdn, setIdentifier }) => ({ name: fqdn, setIdentifier })),
    };
  }

  /** One alias a host, to its shard's edge. Without edges (made elsewhere) there is nothing to do. */
  private createHostRecords(
    name: string,
    args: TrafficArgs,
    edges: readonly { name: pulumi.Input<string>; zoneId: pulumi.Input<string> }[],
  ): void {
    for (const { host, shard } of hostRecords(args.teams)) {
      const edge = edges[shard];
      if (edge === undefined) continue;
      new aws.route53.Record(
        `${name}-${host}`,
        {
          zoneId: args.hostedZoneId,
          name: host,
          type: "A",
          aliases: [{ name: edge.name, zoneId: edge.zoneId, evaluateTargetHealth: false }],
        },
        { parent: this },
      );
    }
  }
}

interface Made {
  readonly listenerArns: pulumi.Input<pulumi.Input<string>[]>;
  readonly endpointGroupArns: pulumi.Input<string>[];
  readonly addresses: { dnsName: pulumi.Input<string>; ipAddresses: pulumi.Input<string[]> }[];
  readonly weightedRecords: { name: pulumi.Input<string>; setIdentifier: string }[];
}

function listenerOf(arns: readonly string[], shard: number): string {
  const arn = arns[shard];
  if (arn === undefined) {
    throw new Error(
      `Traffic: load balancer ${shard + 1} has no accelerator: the primary stack published ${arns.length} listeners. ` +
        "Both stacks must list the same teams: run `pulumi up --stack primary` first.",
    );
  }
  return arn;
}

function validate(args: TrafficArgs): void {
  const problems = trafficProblems(args.teams, args.domain, args.loadBalancers.length);
  if (problems.length > 0) {
    throw new pulumi.InputPropertiesError({
      message: `Traffic: ${problems.map((problem) => `${problem.path}: ${problem.reason}`).join("; ")}`,
      errors: problems.map(({ path, reason }) => ({ propertyPath: path, reason })),
    });
  }
}
