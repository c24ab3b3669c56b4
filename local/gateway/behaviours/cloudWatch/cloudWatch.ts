import type {
  DeleteAlarmsCommandInput,
  DescribeAlarmHistoryCommandInput,
  DescribeAlarmsCommandInput,
  DescribeAlarmsForMetricCommandInput,
  EnableAlarmActionsCommandInput,
  PutCompositeAlarmCommandInput,
  PutMetricAlarmCommandInput,
  SetAlarmStateCommandInput,
  Tag,
} from "@aws-sdk/client-cloudwatch";
import type { AwsRequest, AwsResponse, Behaviour, BehaviourContext } from "../../behaviour";
import { answer } from "../../wire/answers";
import { AwsError } from "../../wire/awsError";
import type { AlarmState } from "./alarmEvaluation";
import { Alarms, type KeptAlarm } from "./alarms";
import { keepSamples, metricOperations, type Operations } from "./metricOperations";
import { MetricStore } from "./metricStore";

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
  private readonly operations: Operations;

  constructor() {
    this.operations = {
      ...metricOperations(this.metrics),
      ...this.alarmOperations(),
      ...this.tagOperations(),
    };
    this.actions = Object.keys(this.operations);
  }

  start(context: BehaviourContext): void {
    context.world.metrics = {
      put: (datum) => {
        keepSamples(this.metrics, datum, [{ value: datum.value, count: 1 }], context);
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

  private alarmOperations(): Operations {
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

  private tagOperations(): Operations {
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
