import { type Datapoint, lagWhenLastAlive, lastAliveAt, syncedUntil } from "../lag";
import type { FailoverRecord } from "../model";
import type { FailoverPlan } from "../plan";
import { metricNamespace } from "../probe/probePlan";
import { type Clients, limited } from "./clients";

/** How far back the region's last sign of life is looked for, milliseconds. */
const lookBack = 24 * 60 * 60_000;

/** A lag datapoint this much older than the last sign of life says nothing about it any more. */
const lagTolerance = 5 * 60_000;

interface Series {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** What the metrics say of the moment at which the active region was last alive. */
export interface LossReadings {
  readonly lastAlive?: number;
  readonly replicaLag?: number;
  /** What the replica has for certain by now, independent of any sign of life. */
  readonly replicaSyncedUntil?: number;
}

/** Reads the probe's verdicts and the replica's lag in one call. */
export async function readLoss(
  clients: Clients,
  plan: FailoverPlan,
  now: number,
): Promise<LossReadings> {
  const { GetMetricDataCommand } =
    require("@aws-sdk/client-cloudwatch") as typeof import("@aws-sdk/client-cloudwatch");
  const series = seriesOf(plan);
  const { MetricDataResults } = await clients.cloudWatch().send(
    new GetMetricDataCommand({
      StartTime: new Date(now - lookBack),
      EndTime: new Date(now + 60_000),
      ScanBy: "TimestampDescending",
      MetricDataQueries: series.map(({ namespace, name, dimensions }, index) => ({
        Id: `m${index}`,
        MetricStat: {
          Metric: {
            Namespace: namespace,
            MetricName: name,
            Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
          },
          Period: 60,
          // The worst of a minute: an average would hide the moment that counts.
          Stat: "Maximum",
        },
      })),
    }),
    limited(),
  );
  const points = series.map((_, index): Datapoint[] => {
    const result = (MetricDataResults ?? []).find(({ Id }) => Id === `m${index}`);
    const values = result?.Values ?? [];
    return (result?.Timestamps ?? []).map((at, i) => ({
      at: at.getTime(),
      value: values[i] ?? -1,
    }));
  });
  const [teamsDown = [], lags = []] = points;
  const lastAlive = lastAliveAt(teamsDown);
  const replicaSyncedUntil = syncedUntil(lags);
  const synced = replicaSyncedUntil === undefined ? {} : { replicaSyncedUntil };
  if (lastAlive === undefined) return synced;
  const replicaLag = lagWhenLastAlive(lags, lastAlive, lagTolerance);
  return { lastAlive, ...synced, ...(replicaLag === undefined ? {} : { replicaLag }) };
}

/** Order matters: probe, replica. */
function seriesOf(plan: FailoverPlan): Series[] {
  const probe: Series = {
    namespace: metricNamespace,
    name: "TeamsDown",
    dimensions: { Deployment: plan.prefix, Region: plan.activeRegion },
  };
  if (plan.replica === undefined) return [probe];
  const dimensions = { DBInstanceIdentifier: plan.replica };
  return [probe, { namespace: "AWS/RDS", name: "ReplicaLag", dimensions }];
}

/** The record's state as metrics: alarms and dashboards read them, and S3's loudness is one of them. */
export async function putRecordMetrics(
  clients: Clients,
  plan: FailoverPlan,
  record: FailoverRecord,
): Promise<void> {
  const { PutMetricDataCommand } =
    require("@aws-sdk/client-cloudwatch") as typeof import("@aws-sdk/client-cloudwatch");
  const unfenced = record.steps.fence?.state === "unconfirmed" ? 1 : 0;
  const values: Record<string, number> = {
    FailoverInProgress: ["confirming", "recovering", "blocked"].includes(record.phase) ? 1 : 0,
    FailoverBlocked: record.phase === "blocked" ? 1 : 0,
    FailoverUnfenced: unfenced,
    Generation: record.generation,
  };
  await clients.cloudWatch().send(
    new PutMetricDataCommand({
      Namespace: metricNamespace,
      MetricData: Object.entries(values).map(([MetricName, Value]) => ({
        MetricName,
        Value,
        Dimensions: [{ Name: "Deployment", Value: plan.prefix }],
      })),
    }),
    limited(),
  );
}
