import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { InlineFunctionArgs } from "./inlineFunction";

/**
 * Alarms on the machinery of recovery itself: a failover function that cannot run is found on the
 * day that it is needed, unless something watches it. $0.10 per alarm and month.
 */
export function inlineFunctionAlarms(
  parent: pulumi.Resource,
  name: string,
  args: InlineFunctionArgs,
  deadLetterQueueName: pulumi.Input<string>,
): void {
  const common = {
    namespace: "AWS/Lambda",
    dimensions: { FunctionName: args.functionName },
    statistic: "Sum",
    alarmActions: args.alarmActions,
    okActions: args.alarmActions,
  };
  new aws.cloudwatch.MetricAlarm(
    `${name}-errors`,
    {
      ...common,
      name: `${args.functionName}-errors`,
      alarmDescription: `${args.functionName} fails: read its log; the schedule keeps trying.`,
      metricName: "Errors",
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      threshold: 1,
      // One failed run of a function that runs each minute is a dropped connection, and the next
      // minute repeats it. Of a function that runs rarely each failure counts.
      ...(args.silentAfterSeconds <= 600
        ? { period: 60, evaluationPeriods: 5, datapointsToAlarm: 3 }
        : { period: 300, evaluationPeriods: 1, datapointsToAlarm: 1 }),
      treatMissingData: "notBreaching",
    },
    { parent },
  );
  new aws.cloudwatch.MetricAlarm(
    `${name}-throttles`,
    {
      ...common,
      name: `${args.functionName}-throttles`,
      alarmDescription: `${args.functionName} was refused in each of 20 minutes: a run that outlasts its schedule's minute throttles the next one rightly, so many in a row mean a stuck or starved function.`,
      metricName: "Throttles",
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      threshold: 1,
      period: 60,
      evaluationPeriods: 20,
      datapointsToAlarm: 20,
      treatMissingData: "notBreaching",
    },
    { parent },
  );
  new aws.cloudwatch.MetricAlarm(
    `${name}-silent`,
    {
      ...common,
      name: `${args.functionName}-silent`,
      alarmDescription: `${args.functionName} was not invoked for ${args.silentAfterSeconds} s: is its schedule enabled?`,
      metricName: "Invocations",
      comparisonOperator: "LessThanThreshold",
      threshold: 1,
      period: args.silentAfterSeconds,
      evaluationPeriods: 1,
      // Lambda publishes no zeros: silence is missing data.
      treatMissingData: "breaching",
    },
    { parent },
  );
  new aws.cloudwatch.MetricAlarm(
    `${name}-undelivered`,
    {
      name: `${args.functionName}-undelivered`,
      alarmDescription: `Events for ${args.functionName} ended in its dead-letter queue: read them there, then purge it.`,
      namespace: "AWS/SQS",
      metricName: "ApproximateNumberOfMessagesVisible",
      dimensions: { QueueName: deadLetterQueueName },
      statistic: "Maximum",
      comparisonOperator: "GreaterThanThreshold",
      threshold: 0,
      period: 60,
      evaluationPeriods: 1,
      treatMissingData: "notBreaching",
      alarmActions: args.alarmActions,
      okActions: args.alarmActions,
    },
    { parent },
  );
}
