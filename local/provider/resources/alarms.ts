import type * as aws from "@pulumi/aws";
import { type Operation } from "../operation";
import {
  defaulted,
  json,
  putInPlace,
  replace,
  resourceType,
  unread,
  update,
  type AnyResourceType,
} from "../resourceType";
import { retagWith } from "./tagging";

const retagAlarm = retagWith("cloudWatch");

type MetricAlarmOperation = Operation<aws.cloudwatch.MetricAlarm, aws.cloudwatch.MetricAlarmArgs>;

const metricAlarm = resourceType<aws.cloudwatch.MetricAlarm, aws.cloudwatch.MetricAlarmArgs>({
  token: "aws:cloudwatch/metricAlarm:MetricAlarm",
  inputs: {
    name: replace,
    alarmDescription: update,
    actionsEnabled: defaulted(update, true),
    alarmActions: update,
    okActions: update,
    insufficientDataActions: update,
    namespace: update,
    metricName: update,
    dimensions: unread(update),
    statistic: update,
    extendedStatistic: update,
    period: update,
    evaluationPeriods: update,
    datapointsToAlarm: update,
    threshold: update,
    thresholdMetricId: update,
    comparisonOperator: update,
    treatMissingData: defaulted(update, "missing"),
    unit: update,
    metricQueries: unread(update),
    evaluateLowSampleCountPercentiles: update,
  },
  name: { property: "name", maxLength: 255 },
  ...putInPlace(putMetricAlarm, ({ inputs }) => inputs.name ?? ""),
  async read(operation) {
    const answer = await operation.call("cloudWatch", "describeAlarms", {
      AlarmNames: [operation.id],
      AlarmTypes: ["MetricAlarm"],
    });
    const found = answer.MetricAlarms?.[0];
    if (found === undefined) return undefined;
    return {
      arn: found.AlarmArn,
      name: found.AlarmName,
      threshold: found.Threshold,
      evaluationPeriods: found.EvaluationPeriods,
      period: found.Period,
    };
  },
  retag: retagAlarm,
  async delete(operation) {
    await operation.call("cloudWatch", "deleteAlarms", { AlarmNames: [operation.id] });
  },
});

async function putMetricAlarm(operation: MetricAlarmOperation): Promise<void> {
  const { inputs } = operation;
  await operation.call("cloudWatch", "putMetricAlarm", {
    ...operation.arguments({
      name: undefined,
      dimensions: undefined,
      okActions: undefined,
      metricQueries: undefined,
      evaluateLowSampleCountPercentiles: undefined,
    }),
    AlarmName: inputs.name,
    OKActions: inputs.okActions,
    Dimensions: dimensions(inputs.dimensions),
    EvaluateLowSampleCountPercentile: inputs.evaluateLowSampleCountPercentiles,
    Metrics: inputs.metricQueries?.map(({ metric, ...query }) => ({
      ...query,
      MetricStat:
        metric === undefined
          ? undefined
          : {
              Metric: {
                Namespace: metric.namespace,
                MetricName: metric.metricName,
                Dimensions: dimensions(metric.dimensions),
              },
              Period: metric.period,
              Stat: metric.stat,
              Unit: metric.unit,
            },
    })),
    Tags: operation.tags,
  });
}

/** CloudWatch's dimensions are pairs of Name and Value. */
function dimensions(
  map: Readonly<Record<string, string>> | undefined,
): { Name: string; Value: string }[] | undefined {
  if (map === undefined) return undefined;
  return Object.entries(map).map(([Name, Value]) => ({ Name, Value }));
}

type CompositeOperation = Operation<
  aws.cloudwatch.CompositeAlarm,
  aws.cloudwatch.CompositeAlarmArgs
>;

const compositeAlarm = resourceType<
  aws.cloudwatch.CompositeAlarm,
  aws.cloudwatch.CompositeAlarmArgs
>({
  token: "aws:cloudwatch/compositeAlarm:CompositeAlarm",
  inputs: {
    alarmName: replace,
    alarmRule: unread(update),
    alarmDescription: update,
    actionsEnabled: defaulted(replace, true),
    alarmActions: update,
    okActions: update,
    insufficientDataActions: update,
    actionsSuppressor: unread(update),
  },
  ...putInPlace(putCompositeAlarm, ({ inputs }) => inputs.alarmName),
  async read(operation) {
    const answer = await operation.call("cloudWatch", "describeAlarms", {
      AlarmNames: [operation.id],
      AlarmTypes: ["CompositeAlarm"],
    });
    const found = answer.CompositeAlarms?.[0];
    if (found === undefined) return undefined;
    return { arn: found.AlarmArn, alarmName: found.AlarmName, alarmRule: found.AlarmRule };
  },
  retag: retagAlarm,
  async delete(operation) {
    await operation.call("cloudWatch", "deleteAlarms", { AlarmNames: [operation.id] });
  },
});

async function putCompositeAlarm(operation: CompositeOperation): Promise<void> {
  const { okActions: OKActions, actionsSuppressor: suppressor } = operation.inputs;
  await operation.call("cloudWatch", "putCompositeAlarm", {
    ...operation.arguments({ okActions: undefined, actionsSuppressor: undefined }),
    OKActions,
    ActionsSuppressor: suppressor?.alarm,
    ActionsSuppressorWaitPeriod: suppressor?.waitPeriod,
    ActionsSuppressorExtensionPeriod: suppressor?.extensionPeriod,
    Tags: operation.tags,
  });
}

const dashboard = resourceType<aws.cloudwatch.Dashboard, aws.cloudwatch.DashboardArgs>({
  token: "aws:cloudwatch/dashboard:Dashboard",
  inputs: { dashboardName: replace, dashboardBody: json(update) },
  ...putInPlace(putDashboard, ({ inputs }) => inputs.dashboardName),
  async read(operation) {
    const found = await operation.call("cloudWatch", "getDashboard", {
      DashboardName: operation.id,
    });
    return {
      dashboardArn:
        found.DashboardArn ?? `arn:aws:cloudwatch::${operation.account}:dashboard/${operation.id}`,
      dashboardName: found.DashboardName,
      dashboardBody: found.DashboardBody,
    };
  },
  async delete(operation) {
    await operation.call("cloudWatch", "deleteDashboards", { DashboardNames: [operation.id] });
  },
});

async function putDashboard(
  operation: Operation<aws.cloudwatch.Dashboard, aws.cloudwatch.DashboardArgs>,
): Promise<void> {
  await operation.call("cloudWatch", "putDashboard", operation.arguments());
}

/** Alarms and dashboards. */
export const types: readonly AnyResourceType[] = [metricAlarm, compositeAlarm, dashboard];
