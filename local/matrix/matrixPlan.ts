import type { FailoverLimits, FailoverPlan } from "../../failover/plan";
import type { DrillLimits } from "../drill/rules/ruleResult";
import type { Duration, LatencyName } from "../gateway/latencies";

/** The region that is lost in every case, and the one that takes over. */
export const regions = { active: "eu-central-1", waiting: "eu-west-1" } as const;

/** Where Global Accelerator's control plane is. */
export const acceleratorRegion = "us-west-2";

/** Two teams: what is done to the first of several is another call than what is done to the rest. */
export const teams = ["ma", "ba"] as const;

/** Serving sizes of each team's group, in instances. */
export const servingSizes = { min: 1, max: 1, desired: 1 } as const;

/**
 * Limits as short as keeps every decision of a failover in it: a failover takes some two modelled
 * minutes instead of ten. The threshold lets one dead team of two count as a dead region, so that the
 * other one's controller still runs and has to be fenced.
 */
export const matrixLimits: FailoverLimits = {
  mode: "automatic",
  threshold: 0.6,
  quorum: 2,
  confirmFor: 5_000,
  confirmLimit: 420_000,
  fenceTimeout: 60_000,
  maxReplicaLag: 300,
  maxHomeLag: 900,
  requiredHealthyShare: 1,
  stepLimit: 420_000,
};

/** What the safety rules hold a case to: the same limits. */
export function rulesLimits(prefix: string): DrillLimits {
  return {
    ...matrixLimits,
    requiredTeams: teams.length,
    teamTargetGroups: teams.map((team) => `${prefix}-${team}`),
    hasDatabase: true,
    hasHome: true,
  };
}

/** AWS's latencies, shortened likewise and without spread; rows that are not here keep theirs. */
export const matrixLatencies: Readonly<Partial<Record<LatencyName, Duration>>> = {
  rdsPromotionModifying: "500 milliseconds",
  rdsPromotionRebooting: "500 milliseconds",
  rdsPromotionDetach: "500 milliseconds",
  efsReplicationDelete: "1 seconds",
  efsInitialSync: "1 seconds",
  asgReaction: "500 milliseconds",
  asgTerminate: "500 milliseconds",
  asgLaunchRetry: "15 seconds",
  ec2LaunchToRunning: "1 seconds",
  instanceBoot: "1 seconds",
  controllerPoll: "12 seconds",
  jenkinsLoad: "1 seconds",
  albRegistration: "500 milliseconds",
  metricIngestion: "500 milliseconds",
  compositeAlarmReaction: "500 milliseconds",
  scheduleDelivery: "500 milliseconds",
  lambdaUpdate: "0 seconds",
};

/** Names and addresses that differ from site to site. */
export interface SiteNames {
  readonly prefix: string;
  readonly activeLoadBalancer: string;
  readonly waitingLoadBalancer: string;
  readonly homeFileSystemId: string;
  readonly activeGroupArn: string;
  readonly waitingGroupArn: string;
}

/** A topic's ARN in the waiting region. */
export function topicArn(name: string): string {
  return `arn:aws:sns:${regions.waiting}:123456789012:${name}`;
}

/** Physical names that follow from the prefix as they do in the stacks. */
export function namesOf(prefix: string, members: readonly string[] = teams) {
  return {
    tableName: `${prefix}-failover`,
    functionName: `${prefix}-failover`,
    alarmName: `${prefix}-region-down`,
    /** The metric alarm that the region alarm follows. */
    probeAlarm: `${prefix}-teams-down`,
    database: `${prefix}-database`,
    replica: `${prefix}-replica`,
    alarmsTopic: `${prefix}-alarms`,
    announcementsTopic: `${prefix}-announcements`,
    groups: members.map((team) => `${prefix}-${team}`),
    hosts: members.map((team) => `${team}.${prefix}.example.com`),
  };
}

/** What follows from the prefix alone of what a function is packed with. */
export function identityOf(prefix: string) {
  const names = namesOf(prefix);
  return {
    prefix,
    stack: "dr",
    activeRegion: regions.active,
    waitingRegion: regions.waiting,
    generation: 1,
    tableName: names.tableName,
    alarmName: names.alarmName,
    alarmsTopicArn: topicArn(names.alarmsTopic),
    announcementsTopicArn: topicArn(names.announcementsTopic),
    replica: names.replica,
  } satisfies Partial<FailoverPlan>;
}

/** What the function of a site is packed with. */
export function planOf(site: SiteNames): FailoverPlan {
  const { hosts } = namesOf(site.prefix);
  return {
    ...identityOf(site.prefix),
    teams: teams.map((team, index) => ({
      team,
      host: hosts[index] ?? "",
      shard: 0,
      serving: servingSizes,
    })),
    activeLoadBalancers: [site.activeLoadBalancer],
    waitingLoadBalancers: [site.waitingLoadBalancer],
    homeFileSystemId: site.homeFileSystemId,
    healthPaths: ["/login"],
    edge: {
      kind: "globalAccelerator",
      shards: [{ activeGroupArn: site.activeGroupArn, waitingGroupArn: site.waitingGroupArn }],
    },
    limits: matrixLimits,
  };
}
