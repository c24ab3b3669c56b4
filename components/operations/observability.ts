import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { metricNamespace } from "../../failover/probe/probePlan";
import { type ArgumentProblem, refuseProblems } from "../argumentProblems";
import type { Deployment, RegionRole } from "../deployment";
import { type AlarmLimits, plannedAlarms, type WatchedHome, type WatchedTeam } from "./alarmPlan";
import { renderDashboard } from "./dashboardRenderer";
import { createPlannedAlarm } from "./plannedAlarm";
import { createQuotaAlarms } from "./quotaAlarms";
import type { ServingGroup } from "./quotaPlan";

/** A team's resources as {@link file://../jenkins/jenkinsCluster.ts} publishes them. */
export interface ObservedTeam {
  /** Absent where the team has a pair of machines instead. */
  readonly autoScalingGroupName?: pulumi.Input<string>;
  readonly targetGroupArn: pulumi.Input<string>;
  readonly loadBalancerIndex: number;
  readonly serving: { readonly min: number };
}

export interface ObservabilityArgs {
  readonly deployment: Deployment;
  readonly role: RegionRole;
  readonly loadBalancers: readonly { readonly arn: pulumi.Input<string> }[];
  readonly teams: Readonly<Record<string, ObservedTeam>>;
  /** Absent where machines keep nothing. */
  readonly home?: {
    readonly fileSystemId: pulumi.Input<string>;
    readonly replicaFileSystemId?: pulumi.Input<string>;
    readonly throughput: "elastic" | "bursting" | "provisioned";
  };
  readonly database?: {
    readonly identifier: pulumi.Input<string>;
    readonly allocatedStorageGb: number;
  };
  /** Replication from this region's bucket to the other's. */
  readonly bucket?: {
    readonly source: pulumi.Input<string>;
    readonly destination: pulumi.Input<string>;
    readonly ruleId: pulumi.Input<string>;
  };
  /** The load balancers' certificate in this region. */
  readonly certificateArn: pulumi.Input<string>;
  readonly limits: AlarmLimits;
  /** Share of the EC2 quota in use, above 0 and up to 1, from which people are told. */
  readonly quotaWarning: number;
  /** Machines of all teams while this region serves; what the waiting region's quota must hold. */
  readonly servingGroups: readonly ServingGroup[];
  /** Topic that only people read. None of these alarms may ever reach the failover. */
  readonly announcementsTopicArn: pulumi.Input<string>;
}

/**
 * A region's dashboard ($3 a month) and its alarms ($0.10 each: two a team and about ten more).
 * People get them by the announcements topic.
 *
 * @throws pulumi.InputPropertiesError naming every bad argument together.
 */
export class Observability extends pulumi.ComponentResource {
  readonly dashboardName: pulumi.Output<string>;
  /** Opens the dashboard in the console. */
  readonly dashboardUrl: pulumi.Output<string>;

  constructor(name: string, args: ObservabilityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("jenkins-pilot-light:operations:Observability", name, {}, opts);
    refuseProblems("Observability", problemsOf(args));
    const watched = watchedTeams(args);
    const alarms = plannedAlarms<pulumi.Input<string>>({
      role: args.role,
      loadBalancers: args.loadBalancers.map(({ arn }) => loadBalancerId(arn)),
      teams: watched,
      ...(args.home === undefined ? {} : { home: watchedHome(args.home) }),
      ...(args.database === undefined ? {} : { database: args.database }),
      ...(args.bucket === undefined ? {} : { bucket: args.bucket }),
      certificateArn: args.certificateArn,
      limits: args.limits,
    }).map((alarm) =>
      createPlannedAlarm(name, args.deployment, alarm, args.announcementsTopicArn, this),
    );
    alarms.push(...createQuotaAlarms(name, args, this));
    const dashboard = this.createDashboard(name, args, watched, alarms);

    this.dashboardName = dashboard.dashboardName;
    this.dashboardUrl = pulumi.interpolate`https://${args.deployment.region}.console.aws.amazon.com/cloudwatch/home?region=${args.deployment.region}#dashboards:name=${dashboard.dashboardName}`;
    this.registerOutputs({ dashboardName: this.dashboardName, dashboardUrl: this.dashboardUrl });
  }

  private createDashboard(
    name: string,
    args: ObservabilityArgs,
    watched: readonly WatchedTeam<pulumi.Input<string>>[],
    alarms: readonly aws.cloudwatch.MetricAlarm[],
  ): aws.cloudwatch.Dashboard {
    const { prefix, region, activeRegion, peerRegion } = args.deployment;
    const body = pulumi
      .output({
        loadBalancers: args.loadBalancers.map(({ arn }) => loadBalancerId(arn)),
        teams: watched.map((team) => ({ ...team })),
        fileSystemId: args.home?.fileSystemId,
        databaseIdentifier: args.database?.identifier,
        bucket: args.bucket,
        alarmArns: alarms.map((alarm) => alarm.arn),
      })
      .apply(({ fileSystemId, databaseIdentifier, bucket, ...known }) =>
        renderDashboard({
          prefix,
          region,
          role: args.role,
          metricNamespace,
          activeRegion,
          waitingRegion: region === activeRegion ? peerRegion : region,
          ...known,
          ...(fileSystemId === undefined ? {} : { fileSystemId }),
          ...(databaseIdentifier === undefined ? {} : { databaseIdentifier }),
          ...(bucket === undefined ? {} : { bucket }),
        }),
      );
    return new aws.cloudwatch.Dashboard(
      `${name}-dashboard`,
      // Dashboards' names are unique in the account, not in a region.
      { dashboardName: `${prefix}-${region}`, dashboardBody: body },
      { parent: this },
    );
  }
}

function watchedHome({
  fileSystemId,
  replicaFileSystemId,
  throughput,
}: NonNullable<ObservabilityArgs["home"]>): WatchedHome<pulumi.Input<string>> {
  return {
    id: fileSystemId,
    throughput,
    ...(replicaFileSystemId === undefined ? {} : { replicaId: replicaFileSystemId }),
  };
}

function watchedTeams(args: ObservabilityArgs): WatchedTeam<pulumi.Input<string>>[] {
  return Object.entries(args.teams).map(([name, team]) => ({
    name,
    ...(team.autoScalingGroupName === undefined
      ? {}
      : { autoScalingGroup: team.autoScalingGroupName }),
    targetGroup: pulumi.output(team.targetGroupArn).apply(targetGroupId),
    loadBalancer: loadBalancerId(args.loadBalancers[team.loadBalancerIndex]?.arn ?? ""),
    minimum: team.serving.min,
  }));
}

/** CloudWatch names a load balancer by the end of its ARN: `app/<name>/<id>`. */
function loadBalancerId(arn: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.output(arn).apply((known) => known.split(":loadbalancer/")[1] ?? known);
}

/** `targetgroup/<name>/<id>`. */
function targetGroupId(arn: string): string {
  return arn.split(":")[5] ?? arn;
}

function problemsOf(args: ObservabilityArgs): ArgumentProblem[] {
  const shards = args.loadBalancers.length;
  const misplaced = Object.entries(args.teams)
    .filter(([, team]) => team.loadBalancerIndex < 0 || team.loadBalancerIndex >= shards)
    .map(([name, team]) => ({
      path: `teams.${name}.loadBalancerIndex`,
      reason: `is ${team.loadBalancerIndex}; there are ${shards} load balancers, counted from 0`,
    }));
  const limits = (["maxHomeLag", "maxReplicaLag", "certificateDays"] as const)
    .filter((key) => !(args.limits[key] > 0))
    .map((key) => ({
      path: `limits.${key}`,
      reason: `is ${args.limits[key]}; give ${key === "certificateDays" ? "days" : "seconds"} above 0`,
    }));
  const quota =
    args.quotaWarning > 0 && args.quotaWarning <= 1
      ? []
      : [{ path: "quotaWarning", reason: `is ${args.quotaWarning}; give a share up to 1` }];
  return [...misplaced, ...limits, ...quota];
}
