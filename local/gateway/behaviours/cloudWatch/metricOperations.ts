import type {
  GetMetricDataCommandInput,
  GetMetricStatisticsCommandInput,
  ListMetricsCommandInput,
  MetricDataQuery,
  PutMetricDataCommandInput,
} from "@aws-sdk/client-cloudwatch";
import type { BehaviourContext } from "../../behaviour";
import { AwsError } from "../../wire/awsError";
import type { MetricDatum } from "../../world";
import { dimensionsOf, type MetricStore, samplesOf } from "./metricStore";

/**
 * API operations by their names: each takes its own input and answers its output; the request's
 * action decides which one is called with what.
 */
export type Operations = Readonly<
  Record<string, (input: never, region: string, context: BehaviourContext) => object>
>;

/** Operations on metrics: they are kept, listed and told. */
export function metricOperations(metrics: MetricStore): Operations {
  return {
    PutMetricData: (input: PutMetricDataCommandInput, region, context) => {
      for (const datum of input.MetricData ?? []) {
        const metric = {
          region,
          namespace: input.Namespace ?? "",
          name: datum.MetricName ?? "",
          dimensions: dimensionsOf(datum.Dimensions),
          ...(datum.Timestamp === undefined ? {} : { at: datum.Timestamp.getTime() }),
        };
        keepSamples(metrics, metric, samplesOf(datum), context);
      }
      return {};
    },
    GetMetricData: (input: GetMetricDataCommandInput, region, context) => ({
      MetricDataResults: (input.MetricDataQueries ?? [])
        .filter(({ ReturnData }) => ReturnData !== false)
        .map((query) => queryResult(metrics, query, input, region, context)),
      Messages: [],
    }),
    GetMetricStatistics: (input: GetMetricStatisticsCommandInput, region, context) =>
      metricStatistics(metrics, input, region, context),
    ListMetrics: (input: ListMetricsCommandInput, region) => ({
      Metrics: metrics
        .list(region)
        .filter(
          ({ namespace, name, dimensions }) =>
            (input.Namespace === undefined || input.Namespace === namespace) &&
            (input.MetricName === undefined || input.MetricName === name) &&
            (input.Dimensions ?? []).every(
              ({ Name = "", Value }) =>
                Name in dimensions && (Value === undefined || dimensions[Name] === Value),
            ),
        )
        .map(({ namespace, name, dimensions }) => ({
          Namespace: namespace,
          MetricName: name,
          Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
        })),
    }),
  };
}

/** Keeps samples of a metric; queries see them once CloudWatch has taken them in. */
export function keepSamples(
  metrics: MetricStore,
  datum: Omit<MetricDatum, "value">,
  samples: readonly { value: number; count: number }[],
  context: BehaviourContext,
): void {
  const now = context.clock.now();
  const visibleAt = now + context.latencies.sample("metricIngestion", datum.name);
  for (const sample of samples) {
    metrics.put(datum, { ...sample, at: datum.at ?? now, visibleAt });
  }
}

function queryResult(
  metrics: MetricStore,
  query: MetricDataQuery,
  input: GetMetricDataCommandInput,
  region: string,
  context: BehaviourContext,
): object {
  const { MetricStat } = query;
  if (MetricStat === undefined) {
    throw new AwsError(
      "NotImplementedByLocalAws",
      `The local AWS does not model metric math (query ${query.Id ?? ""}); ask for each metric.`,
      501,
    );
  }
  const points = metrics.statistics(
    {
      region,
      namespace: MetricStat.Metric?.Namespace ?? "",
      name: MetricStat.Metric?.MetricName ?? "",
      dimensions: dimensionsOf(MetricStat.Metric?.Dimensions),
    },
    {
      start: input.StartTime?.getTime() ?? 0,
      end: input.EndTime?.getTime() ?? context.clock.now(),
      periodMs: (MetricStat.Period ?? 60) * 1000,
      statistic: MetricStat.Stat ?? "Average",
      now: context.clock.now(),
    },
  );
  if (input.ScanBy !== "TimestampAscending") points.reverse();
  return {
    Id: query.Id,
    Label: query.Label ?? MetricStat.Metric?.MetricName,
    StatusCode: "Complete",
    Timestamps: points.map(({ at }) => new Date(at)),
    Values: points.map(({ value }) => value),
  };
}

function metricStatistics(
  metrics: MetricStore,
  input: GetMetricStatisticsCommandInput,
  region: string,
  context: BehaviourContext,
): object {
  const metric = {
    region,
    namespace: input.Namespace ?? "",
    name: input.MetricName ?? "",
    dimensions: dimensionsOf(input.Dimensions),
  };
  const datapoints = new Map<number, Record<string, unknown>>();
  for (const statistic of input.Statistics ?? []) {
    const points = metrics.statistics(metric, {
      start: input.StartTime?.getTime() ?? 0,
      end: input.EndTime?.getTime() ?? context.clock.now(),
      periodMs: (input.Period ?? 60) * 1000,
      statistic,
      now: context.clock.now(),
    });
    for (const { at, value } of points) {
      datapoints.set(at, { ...datapoints.get(at), Timestamp: new Date(at), [statistic]: value });
    }
  }
  return { Label: input.MetricName, Datapoints: [...datapoints.values()] };
}
