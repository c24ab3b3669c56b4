import type { Dimension, MetricDatum as WireDatum } from "@aws-sdk/client-cloudwatch";
import { AwsError } from "../../wire/awsError";

interface Sample {
  readonly at: number;
  readonly visibleAt: number;
  readonly value: number;
  /** How often the value was seen. */
  readonly count: number;
}

/** A metric: what its numbers are filed under. */
export interface MetricIdentity {
  readonly region: string;
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

interface Series extends MetricIdentity {
  readonly samples: Sample[];
}

/** One period's statistic; periods without samples have none. */
export interface Datapoint {
  /** Start of the period, milliseconds since the epoch. */
  readonly at: number;
  readonly value: number;
}

/** Longer than any alarm or gate looks back: 2 days. */
const retentionMs = 48 * 3_600_000;

/** The samples of all metrics in all regions. */
export class MetricStore {
  private readonly series = new Map<string, Series>();

  /** Files one sample, seen by queries from `visibleAt`. */
  put(metric: MetricIdentity, sample: Sample): void {
    const key = keyOf(metric);
    const kept = this.series.get(key) ?? { ...metric, samples: [] };
    this.series.set(key, kept);
    kept.samples.push(sample);
    // Old ones go in batches, so that a put stays cheap.
    if (kept.samples.length % 1000 === 0) {
      const fresh = kept.samples.filter(({ at }) => at > sample.at - retentionMs);
      kept.samples.splice(0, kept.samples.length, ...fresh);
    }
  }

  /** The statistic of each period within [start, end) that has samples visible at `now`. */
  statistics(
    metric: MetricIdentity,
    query: { start: number; end: number; periodMs: number; statistic: string; now: number },
  ): Datapoint[] {
    const { start, end, periodMs, statistic, now } = query;
    const periods = new Map<number, Sample[]>();
    for (const sample of this.series.get(keyOf(metric))?.samples ?? []) {
      if (sample.at < start || sample.at >= end || sample.visibleAt > now) continue;
      const period = Math.floor(sample.at / periodMs) * periodMs;
      const within = periods.get(period) ?? [];
      within.push(sample);
      periods.set(period, within);
    }
    return [...periods]
      .sort(([a], [b]) => a - b)
      .map(([at, samples]) => ({ at, value: aggregate(statistic, samples) }));
  }

  /** Every metric of a region that has samples. */
  list(region: string): MetricIdentity[] {
    return [...this.series.values()].filter((each) => each.region === region);
  }
}

function keyOf({ region, namespace, name, dimensions }: MetricIdentity): string {
  const sorted = Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([region, namespace, name, sorted]);
}

/** Dimensions in the API's form → by name. */
export function dimensionsOf(dimensions: readonly Dimension[] | undefined): Record<string, string> {
  return Object.fromEntries((dimensions ?? []).map(({ Name = "", Value = "" }) => [Name, Value]));
}

/** The samples in one datum of PutMetricData: a value, values with counts, or a statistic set. */
export function samplesOf(datum: WireDatum): { value: number; count: number }[] {
  if (datum.StatisticValues !== undefined) {
    const { SampleCount = 0, Sum = 0, Minimum = 0, Maximum = 0 } = datum.StatisticValues;
    // A set keeps its extremes; the rest is spread evenly so that sum and count are right.
    if (SampleCount <= 2) return [{ value: Sum / (SampleCount || 1), count: SampleCount }];
    const rest = (Sum - Minimum - Maximum) / (SampleCount - 2);
    return [
      { value: Minimum, count: 1 },
      { value: Maximum, count: 1 },
      { value: rest, count: SampleCount - 2 },
    ];
  }
  if (datum.Values !== undefined && datum.Values.length > 0) {
    return datum.Values.map((value, index) => ({ value, count: datum.Counts?.[index] ?? 1 }));
  }
  if (datum.Value === undefined || !Number.isFinite(datum.Value)) {
    throw new AwsError(
      "InvalidParameterValueException",
      `The value of metric ${datum.MetricName ?? ""} is ${String(datum.Value)}; it must be a finite number.`,
    );
  }
  return [{ value: datum.Value, count: 1 }];
}

function aggregate(statistic: string, samples: readonly Sample[]): number {
  const count = samples.reduce((sum, sample) => sum + sample.count, 0);
  const total = samples.reduce((sum, sample) => sum + sample.value * sample.count, 0);
  switch (statistic) {
    case "SampleCount":
      return count;
    case "Sum":
      return total;
    case "Average":
      return total / count;
    case "Minimum":
      return Math.min(...samples.map(({ value }) => value));
    case "Maximum":
      return Math.max(...samples.map(({ value }) => value));
    default:
      return percentile(statistic, samples, count);
  }
}

function percentile(statistic: string, samples: readonly Sample[], count: number): number {
  const percent = /^p(\d{1,2}(?:\.\d+)?|100)$/.exec(statistic)?.[1];
  if (percent === undefined) {
    throw new AwsError(
      "InvalidParameterValueException",
      `The statistic ${statistic} is not modelled; SampleCount, Sum, Average, Minimum, Maximum and p0 to p100 are.`,
    );
  }
  let left = (Number(percent) / 100) * count;
  const sorted = [...samples].sort((a, b) => a.value - b.value);
  for (const sample of sorted) {
    left -= sample.count;
    if (left <= 0) return sample.value;
  }
  return sorted.at(-1)?.value ?? 0;
}
