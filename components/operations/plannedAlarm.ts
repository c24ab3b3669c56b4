import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../deployment";

/** An alarm on one metric. */
export interface PlannedAlarm<Value> {
  /** Logical and physical name behind the prefix. */
  readonly name: string;
  readonly says: string;
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, Value>>;
  readonly statistic: "Average" | "Maximum" | "Minimum" | "SampleCount" | "Sum";
  readonly comparison: "above" | "below";
  readonly threshold: number;
  readonly periodSeconds: number;
  readonly periods: number;
  readonly missing: "breaching" | "notBreaching" | "missing";
}

/** Makes a planned alarm, which tells a topic when it begins and when it ends. $0.10 a month. */
export function createPlannedAlarm(
  name: string,
  { prefix }: Deployment,
  alarm: PlannedAlarm<pulumi.Input<string>>,
  topicArn: pulumi.Input<string>,
  parent: pulumi.Resource,
): aws.cloudwatch.MetricAlarm {
  return new aws.cloudwatch.MetricAlarm(
    `${name}-${alarm.name}`,
    {
      name: `${prefix}-${alarm.name}`,
      alarmDescription: alarm.says,
      namespace: alarm.namespace,
      metricName: alarm.metric,
      dimensions: alarm.dimensions,
      statistic: alarm.statistic,
      comparisonOperator:
        alarm.comparison === "above" ? "GreaterThanThreshold" : "LessThanThreshold",
      threshold: alarm.threshold,
      period: alarm.periodSeconds,
      evaluationPeriods: alarm.periods,
      treatMissingData: alarm.missing,
      alarmActions: [topicArn],
      okActions: [topicArn],
    },
    { parent },
  );
}
