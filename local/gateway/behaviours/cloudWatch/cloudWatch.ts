import type {
  DeleteAlarmsCommandInput,
  DescribeAlarmHistoryCommandInput,
  DescribeAlarmsCommandInput,
  DescribeAlarmsForMetricCommandInput,
  EnableAlarmActionsCommandInput,
  GetMetricDataCommandInput,
  GetMetricStatisticsCommandInput,
  ListMetricsCommandInput,
  MetricDataQuery,
  PutCompositeAlarmCommandInput,
  PutMetricAlarmCommandInput,
  PutMetricDataCommandInput,
  SetAlarmStateCommandInput,
  Tag,
} from "@aws-sdk/client-cloudwatch";
import type { AwsRequest, AwsResponse, Behaviour, BehaviourContext } from "../../behaviour";
import { answer } from "../../wire/answers";
import { AwsError } from "../../wire/awsError";
import type { MetricDatum } from "../../world";
import type { AlarmState } from "./alarmEvaluation";
import { Alarms, type KeptAlarm } from "./alarms";
import { dimensionsOf, MetricStore, samplesOf } from "./metricStore";

type Operation = (input: never, region: string, context: BehaviourContext) => object;

/**
 * Amazon CloudWatch's metrics and alarms: metrics are kept, alarms judge them on the modelled clock
 * once a minute, composite alarms follow their members, actions run on transitions. Services publish
 * through `world.metrics`. Dashboards stay with the emulator; alarms on metric math are kept and never
 * judged, and queries with it are refused.
 *
 * Source: CloudWatch API reference and User Guide ("Alarm evaluation", "Composite alarms").
 */
export class CloudWatchBehaviour implements Behaviour {
  readonly name = "CloudWatch";
  readonly service = "monitoring";
  readonly actions: readonly string[];
  private readonly metrics = new MetricStore();
  private readonly alarms = new Alarms(this.metrics);
  private readonly tags = new Map<string, Record<string, string>>();
  private readonly operations: Readonly<Record<string, Operation>>;

  constructor() {
    this.operations = {
      ...this.metricOperations(),
      ...this.alarmOperations(),
      ...this.tagOperations(),
    };
    this.actions = Object.keys(this.operations);
  }

  start(context: BehaviourContext): void {
    context.world.metrics = {
      put: (datum) => {
        this.keep(datum, [{ value: datum.value, count: 1 }], context);
      },
    };
    const period = context.latencies.typical("alarmEvaluationPeriod");
    context.clock.every(period, () => {
      this.alarms.evaluateAll(context);
    });
  }

  handle(request: AwsRequest, context: BehaviourContext): Promise<AwsResponse> {
    const operation = this.operations[request.action];
    if (operation === undefined) return context.forward(request);
    return Promise.resolve(
      answer(request, operation(request.input as never, request.region, context)),
    );
  }

  private keep(
    datum: Omit<MetricDatum, "value">,
    samples: readonly { value: number; count: number }[],
    context: BehaviourContext,
  ): void {
    const now = context.clock.now();
    const visibleAt = now + context.latencies.sample("metricIngestion", datum.name);
    for (const sample of samples) {
      this.metrics.put(datum, { ...sample, at: datum.at ?? now, visibleAt });
    }
  }

  private metricOperations(): Record<string, Operation> {
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
          this.keep(metric, samplesOf(datum), context);
        }
        return {};
      },
      GetMetricData: (input: GetMetricDataCommandInput, region, context) => ({
        MetricDataResults: (input.MetricDataQueries ?? [])
          .filter(({ ReturnData }) => ReturnData !== false)
          .map((query) => this.queryResult(query, input, region, context)),
        Messages: [],
      }),
      GetMetricStatistics: (input: GetMetricStatisticsCommandInput, region, context) =>
        this.metricStatistics(input, region, context),
      ListMetrics: (input: ListMetricsCommandInput, region) => ({
        Metrics: this.metrics
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

  private queryResult(
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
    const points = this.metrics.statistics(
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

  private metricStatistics(
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
      const points = this.metrics.statistics(metric, {
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

  private alarmOperations(): Record<string, Operation> {
    return {
      PutMetricAlarm: (input: PutMetricAlarmCommandInput, region, context) => {
        this.alarms.putMetricAlarm(region, input, context);
        this.tagAlarm(region, input);
        return {};
      },
      PutCompositeAlarm: (input: PutCompositeAlarmCommandInput, region, context) => {
        this.alarms.putCompositeAlarm(region, input, context);
        this.tagAlarm(region, input);
        return {};
      },
      DescribeAlarms: (input: DescribeAlarmsCommandInput, region) => {
        // Without AlarmTypes only metric alarms are meant, even if a composite one is named.
        const types: readonly string[] = input.AlarmTypes ?? ["MetricAlarm"];
        const found = this.alarms.in(region).filter((alarm) => isAskedFor(alarm, input));
        const of = (type: string, composite: boolean) =>
          types.includes(type)
            ? found.filter(({ rule }) => (rule !== undefined) === composite).map(descriptionOf)
            : [];
        return {
          MetricAlarms: of("MetricAlarm", false),
          CompositeAlarms: of("CompositeAlarm", true),
        };
      },
      DescribeAlarmsForMetric: (input: DescribeAlarmsForMetricCommandInput, region) => ({
        MetricAlarms: this.alarms
          .in(region)
          .filter(
            ({ rule, description }) =>
              rule === undefined &&
              description.Namespace === input.Namespace &&
              description.MetricName === input.MetricName,
          )
          .map(descriptionOf),
      }),
      DeleteAlarms: (input: DeleteAlarmsCommandInput, region) => {
        this.alarms.delete(region, input.AlarmNames ?? []);
        return {};
      },
      SetAlarmState: (input: SetAlarmStateCommandInput, region, context) => {
        const alarm = this.alarms.find(region, input.AlarmName);
        const state = states.find((each) => each === input.StateValue);
        if (state === undefined) {
          throw new AwsError(
            "ValidationError",
            `StateValue is ${input.StateValue ?? "missing"}; it must be one of ${states.join(", ")}.`,
          );
        }
        this.alarms.setState(alarm, state, input.StateReason ?? "", context);
        return {};
      },
      DescribeAlarmHistory: (input: DescribeAlarmHistoryCommandInput, region) => ({
        AlarmHistoryItems: this.alarms
          .in(region)
          .filter(({ name }) => input.AlarmName === undefined || input.AlarmName === name)
          .flatMap(({ history }) => history)
          .filter(
            ({ HistoryItemType }) =>
              input.HistoryItemType === undefined || input.HistoryItemType === HistoryItemType,
          ),
      }),
      EnableAlarmActions: (input: EnableAlarmActionsCommandInput, region) =>
        this.switchActions(input, region, true),
      DisableAlarmActions: (input: EnableAlarmActionsCommandInput, region) =>
        this.switchActions(input, region, false),
    };
  }

  private switchActions(
    input: EnableAlarmActionsCommandInput,
    region: string,
    ActionsEnabled: boolean,
  ): object {
    for (const name of input.AlarmNames ?? []) {
      const alarm = this.alarms.find(region, name);
      alarm.description = { ...alarm.description, ActionsEnabled };
    }
    return {};
  }

  private tagOperations(): Record<string, Operation> {
    return {
      TagResource: (input: { ResourceARN: string; Tags: Tag[] }) => {
        const before = this.tags.get(input.ResourceARN);
        this.tags.set(input.ResourceARN, { ...before, ...tagsOf(input.Tags) });
        return {};
      },
      UntagResource: (input: { ResourceARN: string; TagKeys: string[] }) => {
        const left = Object.entries(this.tags.get(input.ResourceARN) ?? {}).filter(
          ([key]) => !input.TagKeys.includes(key),
        );
        this.tags.set(input.ResourceARN, Object.fromEntries(left));
        return {};
      },
      ListTagsForResource: (input: { ResourceARN: string }) => ({
        Tags: Object.entries(this.tags.get(input.ResourceARN) ?? {}).map(([Key, Value]) => ({
          Key,
          Value,
        })),
      }),
    };
  }

  /** Tags of a put count for a new alarm only; later ones go by TagResource. */
  private tagAlarm(
    region: string,
    input: { AlarmName?: string | undefined; Tags?: Tag[] | undefined },
  ): void {
    const arn = this.alarms.find(region, input.AlarmName).description.AlarmArn ?? "";
    if (this.tags.has(arn)) return;
    this.tags.set(arn, tagsOf(input.Tags ?? []));
  }
}

const states: readonly AlarmState[] = ["OK", "ALARM", "INSUFFICIENT_DATA"];

function tagsOf(tags: readonly Tag[]): Record<string, string> {
  return Object.fromEntries(tags.map(({ Key = "", Value = "" }) => [Key, Value]));
}

function isAskedFor(alarm: KeptAlarm, input: DescribeAlarmsCommandInput): boolean {
  return (
    (input.AlarmNames === undefined ||
      input.AlarmNames.length === 0 ||
      input.AlarmNames.includes(alarm.name)) &&
    (input.AlarmNamePrefix === undefined || alarm.name.startsWith(input.AlarmNamePrefix)) &&
    (input.StateValue === undefined || alarm.description.StateValue === input.StateValue)
  );
}

function descriptionOf({ description }: KeptAlarm): object {
  return description;
}
