import type { PlannedAlarm } from "./plannedAlarm";

/**
 * What is watched in a region. `Value` is whatever stands for an identifier (an Output, a string in
 * tests): which alarms there are never depends on it, so that a preview shows them all.
 */
export interface WatchedRegion<Value> {
  readonly role: "active" | "waiting";
  /** `app/<name>/<id>`, by shard. */
  readonly loadBalancers: readonly Value[];
  readonly teams: readonly WatchedTeam<Value>[];
  /** Absent where machines keep nothing. */
  readonly home?: WatchedHome<Value>;
  readonly database?: { readonly identifier: Value; readonly allocatedStorageGb: number };
  readonly bucket?: {
    readonly source: Value;
    readonly destination: Value;
    readonly ruleId: Value;
  };
  readonly certificateArn: Value;
  readonly limits: AlarmLimits;
}

/** A region's file system of what machines keep. */
export interface WatchedHome<Value> {
  readonly id: Value;
  readonly replicaId?: Value;
  readonly throughput: "elastic" | "bursting" | "provisioned";
}

export interface WatchedTeam<Value> {
  readonly name: string;
  /** Absent where the team has a pair of machines instead. */
  readonly autoScalingGroup?: Value;
  /** `targetgroup/<name>/<id>`. */
  readonly targetGroup: Value;
  readonly loadBalancer: Value;
  /** Controllers that the team has at the least while the region serves. */
  readonly minimum: number;
}

/** What the alarms' thresholds follow from. */
export interface AlarmLimits {
  /** The failover's RPO gate for the home, seconds; `recovery.maxHomeLag`, 30 minutes by default. */
  readonly maxHomeLag: number;
  /** The failover's RPO gate for the database, seconds; `recovery.maxReplicaLag`, 5 minutes. */
  readonly maxReplicaLag: number;
  /** Days before a certificate ends; `observability.certificateWarning`, 30 by default. */
  readonly certificateDays: number;
}

/**
 * The part of an RPO gate at which people hear of a lag: while there is as much time left to mend
 * replication as has passed, instead of when the gate is already closed.
 */
const warnedShare = 0.5;

/**
 * The alarms of a region in its role. Thresholds lie where a person still has time; none of them
 * starts a failover, which two signals from the other region alone may do (S10).
 */
export function plannedAlarms<Value>(region: WatchedRegion<Value>): PlannedAlarm<Value>[] {
  return [
    ...(region.role === "active" ? serving(region) : []),
    ...homeAlarms(region),
    ...databaseAlarms(region),
    ...bucketAlarms(region),
    ...certificateAlarms(region),
  ];
}

function serving<Value>({ loadBalancers, teams }: WatchedRegion<Value>): PlannedAlarm<Value>[] {
  const errors = loadBalancers.map((id, shard): PlannedAlarm<Value> => ({
    name: `load-balancer-${shard + 1}-5xx`,
    says: "The load balancer itself answers with errors: no healthy controller, or it cannot reach them.",
    namespace: "AWS/ApplicationELB",
    metric: "HTTPCode_ELB_5XX_Count",
    dimensions: { LoadBalancer: id },
    statistic: "Sum",
    comparison: "above",
    threshold: 25,
    periodSeconds: 60,
    periods: 5,
    missing: "notBreaching",
  }));
  return [...errors, ...teams.flatMap(teamAlarms)];
}

function teamAlarms<Value>(team: WatchedTeam<Value>): PlannedAlarm<Value>[] {
  return [
    {
      name: `${team.name}-unhealthy`,
      says: `Team ${team.name} has no healthy controller for 10 minutes, longer than a replacement takes.`,
      namespace: "AWS/ApplicationELB",
      metric: "HealthyHostCount",
      dimensions: { TargetGroup: team.targetGroup, LoadBalancer: team.loadBalancer },
      statistic: "Maximum",
      comparison: "below",
      threshold: 1,
      periodSeconds: 60,
      periods: 10,
      missing: "breaching",
    },
    ...(team.autoScalingGroup === undefined
      ? []
      : [capacityAlarm(team.name, team.minimum, team.autoScalingGroup)]),
  ];
}

function capacityAlarm<Value>(team: string, minimum: number, group: Value): PlannedAlarm<Value> {
  return {
    name: `${team}-capacity`,
    says: `Team ${team} has fewer machines in service than its minimum of ${minimum}: see the group's activities.`,
    namespace: "AWS/AutoScaling",
    metric: "GroupInServiceInstances",
    dimensions: { AutoScalingGroupName: group },
    statistic: "Maximum",
    comparison: "below",
    threshold: minimum,
    periodSeconds: 60,
    periods: 15,
    // Group metrics start some minutes after the group.
    missing: "missing",
  };
}

function homeAlarms<Value>({ role, home, limits }: WatchedRegion<Value>): PlannedAlarm<Value>[] {
  if (home === undefined) return [];
  const { throughput, ...fileSystem } = home;
  const dimensions = { FileSystemId: fileSystem.id };
  const common = { namespace: "AWS/EFS", dimensions, periodSeconds: 300 } as const;
  const burst: PlannedAlarm<Value> = {
    ...common,
    name: "home-burst-credits",
    says: "The home's burst credits run out; at zero every controller crawls. Switch to elastic throughput.",
    metric: "BurstCreditBalance",
    statistic: "Minimum",
    comparison: "below",
    // Bytes. A new file system has 2.1 TB; at 200 GB about a day of heavy use is left.
    threshold: 200e9,
    periods: 3,
    missing: "missing",
  };
  const ioLimit: PlannedAlarm<Value> = {
    ...common,
    name: "home-io-limit",
    says: "The home is near its limit of operations; builds that write many small files feel it first.",
    metric: "PercentIOLimit",
    statistic: "Maximum",
    comparison: "above",
    threshold: 85,
    periods: 3,
    missing: "notBreaching",
  };
  const lag: PlannedAlarm<Value> = {
    ...common,
    name: "home-replication-lag",
    says: `The home's replica is behind by more than half of what the failover accepts: above ${limits.maxHomeLag} s an automatic failover blocks.`,
    metric: "TimeSinceLastSync",
    dimensions: {
      ...dimensions,
      ...(fileSystem.replicaId === undefined
        ? {}
        : { DestinationFileSystemId: fileSystem.replicaId }),
    },
    statistic: "Maximum",
    comparison: "above",
    threshold: limits.maxHomeLag * warnedShare,
    periods: 2,
    // No number is not a small number (S6).
    missing: "breaching",
  };
  if (role === "waiting") return [];
  return [
    ...(throughput === "bursting" ? [burst] : []),
    ioLimit,
    ...(fileSystem.replicaId === undefined ? [] : [lag]),
  ];
}

/** The alarms of an instance that is written. */
export function writerAlarms<Value>(
  database: NonNullable<WatchedRegion<Value>["database"]>,
): readonly [storage: PlannedAlarm<Value>, cpu: PlannedAlarm<Value>] {
  const common = {
    namespace: "AWS/RDS",
    dimensions: { DBInstanceIdentifier: database.identifier },
    periodSeconds: 300,
  } as const;
  const storage: PlannedAlarm<Value> = {
    ...common,
    name: "database-storage",
    says: "Less than a tenth of the database's storage is left; full, it stops and its replica with it.",
    metric: "FreeStorageSpace",
    statistic: "Minimum",
    comparison: "below",
    threshold: database.allocatedStorageGb * 0.1 * 1024 ** 3,
    periods: 2,
    missing: "missing",
  };
  const cpu: PlannedAlarm<Value> = {
    ...common,
    name: "database-cpu",
    says: "The database's CPU is above 80 % for 15 minutes.",
    metric: "CPUUtilization",
    statistic: "Average",
    comparison: "above",
    threshold: 80,
    periods: 3,
    missing: "missing",
  };
  return [storage, cpu];
}

function databaseAlarms<Value>({
  role,
  database,
  limits,
}: WatchedRegion<Value>): PlannedAlarm<Value>[] {
  if (database === undefined) return [];
  const [storage, cpu] = writerAlarms(database);
  if (role === "active") return [storage, cpu];
  const lag = {
    namespace: storage.namespace,
    dimensions: storage.dimensions,
    metric: "ReplicaLag",
    periodSeconds: 60,
    periods: 5,
    missing: "breaching",
  } as const;
  return [
    storage,
    {
      ...lag,
      name: "database-lag",
      says: `The replica is behind by more than half of what the failover accepts: above ${limits.maxReplicaLag} s an automatic failover blocks.`,
      statistic: "Maximum",
      comparison: "above",
      threshold: limits.maxReplicaLag * warnedShare,
    },
    {
      ...lag,
      name: "database-lag-unknown",
      says: "The replica's lag is unknown (-1): replication is broken or its source is gone.",
      statistic: "Minimum",
      comparison: "below",
      threshold: 0,
    },
  ];
}

function bucketAlarms<Value>({ bucket }: WatchedRegion<Value>): PlannedAlarm<Value>[] {
  if (bucket === undefined) return [];
  const common = {
    namespace: "AWS/S3",
    dimensions: {
      SourceBucket: bucket.source,
      DestinationBucket: bucket.destination,
      RuleId: bucket.ruleId,
    },
    periodSeconds: 300,
    missing: "notBreaching",
  } as const;
  return [
    {
      ...common,
      name: "artifacts-replication-latency",
      says: "Artifacts are replicated later than in the 15 minutes that Replication Time Control promises.",
      metric: "ReplicationLatency",
      statistic: "Maximum",
      comparison: "above",
      threshold: 900,
      periods: 3,
    },
    {
      ...common,
      name: "artifacts-replication-failed",
      says: "Artifacts could not be replicated: check the replication role and the other region's key.",
      metric: "OperationsFailedReplication",
      statistic: "Sum",
      comparison: "above",
      threshold: 0,
      periods: 1,
    },
  ];
}

/** Tells of a certificate while there is time to mend its validation record. */
export function certificateAlarms<Value>({
  certificateArn,
  limits: { certificateDays },
}: {
  readonly certificateArn: Value;
  readonly limits: Pick<AlarmLimits, "certificateDays">;
}): PlannedAlarm<Value>[] {
  return [
    {
      name: "certificate-expiry",
      says: `The certificate ends in less than ${certificateDays} days: ACM, which renews 60 days before, could not. Is its validation record still there?`,
      namespace: "AWS/CertificateManager",
      metric: "DaysToExpiry",
      dimensions: { CertificateArn: certificateArn },
      statistic: "Minimum",
      comparison: "below",
      threshold: certificateDays,
      // Published once a day.
      periodSeconds: 86_400,
      periods: 1,
      missing: "missing",
    },
  ];
}
