import * as pulumi from "@pulumi/pulumi";
import type { FailoverLimits, PlannedEndpoints, PlannedTeam } from "../../failover/plan";
import { refuseProblems } from "../argumentProblems";
import type { Deployment } from "../deployment";
import { SnapshotFunction } from "../operations/snapshotFunction";
import type { Topics } from "./alarmTopics";
import { Failover, type FailoverArgs, type FailoverEdge, type FailoverHome } from "./failover";
import { HealthProbe, type ProbePolicy, type ProbeTargetArgs } from "./healthProbe";
import type { Traffic } from "./traffic";
import { edgeRecordName } from "./trafficPlan";
import type { Workload, WorkloadTeam } from "../workload";

/** What the waiting region has to know of the active one: outputs of the other stack. */
export interface ActiveSide {
  /** DNS names of its load balancers, by shard. */
  readonly loadBalancerDnsNames: pulumi.Input<readonly string[]>;
  /** Target group by team. */
  readonly targetGroupArns: pulumi.Input<Readonly<Record<string, string>>>;
  /** By shard; empty under `route53`. */
  readonly endpointGroupArns: pulumi.Input<readonly string[]>;
  /** The home that the workload's one is the replica of; goes together with it. */
  readonly homeFileSystemId?: pulumi.Input<string>;
  /** The writer; absent without a database. */
  readonly databaseIdentifier?: pulumi.Input<string>;
  /** Customer key that the writer is encrypted with. */
  readonly kmsKeyArn: pulumi.Input<string>;
}

/** Everything of a failover that is a choice, and when the region's alarm goes off. */
export type PilotLightPolicy = FailoverLimits & Pick<ProbePolicy, "periods" | "outOf">;

export interface PilotLightRegionArgs {
  readonly deployment: Deployment;
  /** In the waiting role: its capacity is zero. */
  readonly workload: Workload;
  readonly active: ActiveSide;
  /** The read replica; absent without a database. */
  readonly database?: { readonly identifier: pulumi.Input<string> };
  /** This region's part of the edge. */
  readonly traffic: Traffic;
  readonly edge: "globalAccelerator" | "route53";
  readonly domain: string;
  readonly hostedZoneId: pulumi.Input<string>;
  readonly policy: PilotLightPolicy;
  /** This region's. */
  readonly topics: Topics;
  readonly recordTable: FailoverArgs["recordTable"];
  /** Customer key of this region. */
  readonly kmsKeyArn: pulumi.Input<string>;
  /** Daily snapshots of the writer, copied here. Off when absent or without a database. */
  readonly dailySnapshots?: { readonly retentionDays: number; readonly hourUtc: number };
  /** The config flag, see {@link Failover}. */
  readonly trigger?: boolean;
  readonly logRetentionDays?: number;
}

/**
 * Everything that waits: it takes a workload whose machines are off, watches the active region from
 * here, and can light it. What it costs while it waits is the sum of its parts' prices; the workload's
 * load balancers and the replicas are the larger share.
 *
 * @throws pulumi.InputPropertiesError when the deployment's region is the active one, no team is
 *   protected, nothing is asked for health, or one half of a home is missing.
 */
export class PilotLightRegion extends pulumi.ComponentResource {
  readonly alarmName: pulumi.Output<string>;
  readonly functionName: pulumi.Output<string>;
  readonly functionArn: pulumi.Output<string>;

  constructor(name: string, args: PilotLightRegionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("jenkins-pilot-light:recovery:PilotLightRegion", name, {}, opts);
    const teams = protectedTeams(args.workload);
    refuseProblems("PilotLightRegion", problemsOf(args, teams));
    const probe = this.createProbe(name, args, teams);
    const failover = this.createFailover(name, args, teams, probe);
    this.createSnapshots(name, args);

    this.alarmName = probe.alarmName;
    this.functionName = failover.functionName;
    this.functionArn = failover.functionArn;
    this.registerOutputs({
      alarmName: this.alarmName,
      functionName: this.functionName,
      functionArn: this.functionArn,
    });
  }

  private createProbe(name: string, args: PilotLightRegionArgs, teams: NamedTeam[]): HealthProbe {
    const { active, policy } = args;
    const targets = pulumi
      .all([active.loadBalancerDnsNames, active.targetGroupArns])
      .apply(([dnsNames, targetGroups]) =>
        teams.map((team) => probeTarget(team, dnsNames, targetGroups)),
      );
    return new HealthProbe(
      `${name}-health`,
      {
        deployment: args.deployment,
        targets,
        healthPaths: args.workload.healthPaths,
        policy,
        topics: args.topics,
        ...(args.logRetentionDays === undefined ? {} : { logRetentionDays: args.logRetentionDays }),
      },
      { parent: this },
    );
  }

  private createFailover(
    name: string,
    args: PilotLightRegionArgs,
    teams: NamedTeam[],
    probe: HealthProbe,
  ): Failover {
    return new Failover(
      `${name}-failover`,
      {
        deployment: args.deployment,
        teams: teams.map(plannedTeam),
        hasPairs: teams.some(({ pair }) => pair !== undefined),
        activeLoadBalancers: args.active.loadBalancerDnsNames,
        waitingLoadBalancers: pulumi.all(args.workload.loadBalancers.map((each) => each.dnsName)),
        ...(args.database === undefined ? {} : { replica: args.database.identifier }),
        healthPaths: args.workload.healthPaths,
        ...homeOf(args),
        edge: edgeOf(args),
        limits: limitsOf(args.policy),
        alarmName: probe.alarmName,
        alarmsTopicArn: args.topics.alarmsTopicArn,
        announcementsTopicArn: args.topics.announcementsTopicArn,
        topicKmsKeyArn: args.kmsKeyArn,
        recordTable: args.recordTable,
        ...(args.trigger === undefined ? {} : { trigger: args.trigger }),
        ...(args.logRetentionDays === undefined ? {} : { logRetentionDays: args.logRetentionDays }),
      },
      { parent: this },
    );
  }

  private createSnapshots(name: string, args: PilotLightRegionArgs): void {
    const { dailySnapshots, active } = args;
    if (dailySnapshots === undefined || active.databaseIdentifier === undefined) return;
    new SnapshotFunction(
      `${name}-snapshots`,
      {
        deployment: args.deployment,
        databaseIdentifier: active.databaseIdentifier,
        sourceKmsKeyArn: active.kmsKeyArn,
        copyKmsKeyArn: args.kmsKeyArn,
        ...dailySnapshots,
        announcementsTopicArn: args.topics.announcementsTopicArn,
        ...(args.logRetentionDays === undefined ? {} : { logRetentionDays: args.logRetentionDays }),
      },
      { parent: this },
    );
  }
}

/** The failover's part of the policy: what it captures is what it needs. */
function limitsOf(policy: PilotLightPolicy): FailoverLimits {
  const { mode, threshold, quorum, confirmFor, confirmLimit, fenceTimeout, stepLimit } = policy;
  const { maxReplicaLag, maxHomeLag, requiredHealthyShare } = policy;
  const durations = { confirmFor, confirmLimit, fenceTimeout, stepLimit };
  return {
    ...durations,
    mode,
    threshold,
    quorum,
    maxReplicaLag,
    maxHomeLag,
    requiredHealthyShare,
  };
}

/** {@link problemsOf} has made sure that there are both halves or none. */
function homeOf({ workload, active }: PilotLightRegionArgs): { readonly home?: FailoverHome } {
  const { home } = workload;
  const { homeFileSystemId: sourceFileSystemId } = active;
  if (home === undefined || sourceFileSystemId === undefined) return {};
  return { home: { fileSystemId: home.fileSystemId, sourceFileSystemId } };
}

type NamedTeam = WorkloadTeam & { readonly name: string };

/** What a failover leaves behind says nothing about moving. */
function protectedTeams(workload: Workload): NamedTeam[] {
  return Object.entries(workload.teams)
    .filter(([, team]) => team.moves)
    .map(([name, team]) => ({ name, ...team }));
}

function hostOf(team: NamedTeam): string {
  return team.hosts[0] ?? "";
}

function plannedTeam(team: NamedTeam): PlannedTeam {
  const { min, max, desired } = team.serving;
  return {
    team: team.name,
    host: hostOf(team),
    shard: team.loadBalancerIndex,
    serving: { min, max, desired },
    ...(team.pair === undefined ? {} : { pair: true as const }),
  };
}

function probeTarget(
  team: NamedTeam,
  dnsNames: readonly string[],
  targetGroups: Readonly<Record<string, string>>,
): ProbeTargetArgs {
  const address = dnsNames[team.loadBalancerIndex];
  const targetGroupArn = targetGroups[team.name];
  if (address === undefined || targetGroupArn === undefined) {
    throw new Error(
      `PilotLightRegion: the active region has no ${address === undefined ? "load balancer" : "target group"} for team ${team.name}. ` +
        "Both stacks must list the same teams: run `pulumi up` on the active region's stack first.",
    );
  }
  return { team: team.name, host: hostOf(team), address, targetGroupArn };
}

function edgeOf(args: PilotLightRegionArgs): FailoverEdge {
  if (args.edge === "route53") {
    const names = args.workload.loadBalancers.map((_, shard) => edgeRecordName(args.domain, shard));
    return { kind: "route53", hostedZoneId: args.hostedZoneId, names };
  }
  const shards = pulumi
    .all([args.active.endpointGroupArns, args.traffic.endpointGroupArns])
    .apply(([active, waiting]) =>
      waiting.map((waitingGroupArn, shard): PlannedEndpoints => {
        const activeGroupArn = active[shard];
        if (activeGroupArn === undefined) {
          throw new Error(
            `PilotLightRegion: the active region published ${active.length} endpoint groups, this one has ${waiting.length}. ` +
              "Run `pulumi up` on the active region's stack first.",
          );
        }
        return { activeGroupArn, waitingGroupArn };
      }),
    );
  return { kind: "globalAccelerator", shards };
}

function problemsOf(
  args: PilotLightRegionArgs,
  teams: readonly NamedTeam[],
): { path: string; reason: string }[] {
  const { region, activeRegion } = args.deployment;
  return [
    ...(region === activeRegion
      ? [
          {
            path: "deployment.activeRegion",
            reason: `is "${activeRegion}", this stack's own region; detection and failover run in the waiting region`,
          },
        ]
      : []),
    ...(teams.length === 0
      ? [
          {
            path: "workload.teams",
            reason: "has no team that a failover would bring along: nothing to protect",
          },
        ]
      : []),
    ...(args.workload.healthPaths.length === 0
      ? [{ path: "workload.healthPaths", reason: "is empty: nobody could tell whether it serves" }]
      : []),
    ...((args.workload.home === undefined) === (args.active.homeFileSystemId === undefined)
      ? []
      : [
          {
            path: "active.homeFileSystemId",
            reason: `is ${args.active.homeFileSystemId === undefined ? "missing, but the workload has a home" : "given, but the workload has no home"}; a home and its replica go together`,
          },
        ]),
    ...teams
      .filter((team) => team.hosts.length === 0)
      .map((team) => ({
        path: `workload.teams.${team.name}`,
        reason: "has no host to be asked at",
      })),
  ];
}
