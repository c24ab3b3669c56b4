import type { PlannedAlarm } from "../operations/plannedAlarm";

/** What is watched of an environment. */
export interface WatchedEnvironment<Value> {
  readonly environment: "dev" | "prod";
  /** `app/<name>/<id>`. */
  readonly loadBalancer: Value;
  /** `targetgroup/<name>/<id>`. */
  readonly targetGroup: Value;
  readonly autoScalingGroup: Value;
  readonly minimum: number;
  readonly fileSystemId: Value;
  readonly throughput: "elastic" | "bursting" | "provisioned";
}

/** The alarms of an environment: five, six with bursting throughput. */
export function environmentAlarms<Value>(
  watched: WatchedEnvironment<Value>,
): PlannedAlarm<Value>[] {
  const { environment, minimum } = watched;
  const target = {
    namespace: "AWS/ApplicationELB",
    dimensions: { TargetGroup: watched.targetGroup, LoadBalancer: watched.loadBalancer },
    periodSeconds: 60,
  } as const;
  return [
    {
      ...target,
      name: "unhealthy",
      says: `${environment} has no healthy machine for 5 minutes: nobody is served.`,
      metric: "HealthyHostCount",
      statistic: "Maximum",
      comparison: "below",
      threshold: 1,
      periods: 5,
      missing: "breaching",
    },
    {
      ...target,
      name: "errors",
      says: `The application of ${environment} answers with errors (5xx): see its log group.`,
      metric: "HTTPCode_Target_5XX_Count",
      statistic: "Sum",
      comparison: "above",
      threshold: 25,
      periods: 5,
      missing: "notBreaching",
    },
    {
      ...target,
      name: "slow",
      says: `${environment} takes more than 2 s to answer on average: look at its database and at the file system's throughput.`,
      metric: "TargetResponseTime",
      statistic: "Average",
      comparison: "above",
      threshold: 2,
      periods: 10,
      missing: "notBreaching",
    },
    {
      name: "capacity",
      says: `${environment} has fewer machines in service than its minimum of ${minimum}: see the group's activities.`,
      namespace: "AWS/AutoScaling",
      metric: "GroupInServiceInstances",
      dimensions: { AutoScalingGroupName: watched.autoScalingGroup },
      statistic: "Maximum",
      comparison: "below",
      threshold: minimum,
      periodSeconds: 60,
      periods: 15,
      // Group metrics start some minutes after the group.
      missing: "missing",
    },
    ...fileAlarms(watched),
  ];
}

function fileAlarms<Value>(watched: WatchedEnvironment<Value>): PlannedAlarm<Value>[] {
  const common = {
    namespace: "AWS/EFS",
    dimensions: { FileSystemId: watched.fileSystemId },
    periodSeconds: 300,
    periods: 3,
  } as const;
  const ioLimit: PlannedAlarm<Value> = {
    ...common,
    name: "files-io-limit",
    says: "The file system is near its limit of operations: serve the code from local disk.",
    metric: "PercentIOLimit",
    statistic: "Maximum",
    comparison: "above",
    threshold: 85,
    missing: "notBreaching",
  };
  if (watched.throughput !== "bursting") return [ioLimit];
  return [
    ioLimit,
    {
      ...common,
      name: "files-burst-credits",
      says: "The file system's burst credits run out; at zero every page crawls. Switch to elastic throughput.",
      metric: "BurstCreditBalance",
      statistic: "Minimum",
      comparison: "below",
      // Bytes. A new file system has 2.1 TB; at 200 GB about a day of heavy use is left.
      threshold: 200e9,
      missing: "missing",
    },
  ];
}

/** The alarm of the load balancer that both environments share. */
export function loadBalancerAlarm<Value>(loadBalancer: Value): PlannedAlarm<Value> {
  return {
    name: "load-balancer-5xx",
    says: "The load balancer itself answers with errors: no healthy machine, or it cannot reach them.",
    namespace: "AWS/ApplicationELB",
    metric: "HTTPCode_ELB_5XX_Count",
    dimensions: { LoadBalancer: loadBalancer },
    statistic: "Sum",
    comparison: "above",
    threshold: 25,
    periodSeconds: 60,
    periods: 5,
    missing: "notBreaching",
  };
}
