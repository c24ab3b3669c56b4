import type {
  AlarmHistoryItem,
  CompositeAlarm,
  MetricAlarm,
  PutCompositeAlarmCommandInput,
  PutMetricAlarmCommandInput,
} from "@aws-sdk/client-cloudwatch";
import type { BehaviourContext } from "../../behaviour";
import { AwsError } from "../../wire/awsError";
import { accountId } from "../accountId";
import { runAlarmActions } from "./alarmActions";
import { evaluate, evaluationRange, type AlarmState, type MissingData } from "./alarmEvaluation";
import { parseAlarmRule, type AlarmRule } from "./alarmRule";
import { dimensionsOf, type MetricStore } from "./metricStore";

/** An alarm of either kind; `rule` only a composite one has. */
export interface KeptAlarm {
  readonly region: string;
  readonly name: string;
  description: MetricAlarm & CompositeAlarm;
  rule?: AlarmRule;
  readonly history: AlarmHistoryItem[];
}

/**
 * Alarms of all regions: evaluation of metric alarms, composite alarms that follow their members, and
 * actions, which run on a change of state and at no other time.
 */
export class Alarms {
  private readonly kept = new Map<string, KeptAlarm>();

  constructor(private readonly metrics: MetricStore) {}

  in(region: string): KeptAlarm[] {
    return [...this.kept.values()].filter((alarm) => alarm.region === region);
  }

  find(region: string, name: string | undefined): KeptAlarm {
    const alarm = this.kept.get(`${region} ${name ?? ""}`);
    if (alarm !== undefined) return alarm;
    throw new AwsError("ResourceNotFound", `No alarm '${name ?? ""}' in ${region}.`);
  }

  putMetricAlarm(
    region: string,
    input: PutMetricAlarmCommandInput,
    context: BehaviourContext,
  ): void {
    const settings = withoutTags(withSingleMetric(input));
    this.put(region, input.AlarmName ?? "", settings, context);
  }

  putCompositeAlarm(
    region: string,
    input: PutCompositeAlarmCommandInput,
    context: BehaviourContext,
  ): void {
    const rule = readRule(input.AlarmRule ?? "");
    const unknown = rule.members.filter((name) => !this.kept.has(`${region} ${name}`));
    if (unknown.length > 0) {
      throw new AwsError(
        "ValidationError",
        `Could not save the composite alarm as alarms [${unknown.join(", ")}] in the alarm rule do not exist`,
      );
    }
    const alarm = this.put(region, input.AlarmName ?? "", withoutTags(input), context);
    alarm.rule = rule;
    this.followLater(alarm, context);
  }

  delete(region: string, names: readonly string[]): void {
    const alarms = names.map((name) => this.find(region, name));
    for (const alarm of alarms) {
      const user = this.in(region).find(
        (each) => each.rule?.members.includes(alarm.name) === true && !alarms.includes(each),
      );
      if (user !== undefined) {
        throw new AwsError(
          "ValidationError",
          `Cannot delete ${alarm.name} as the composite alarm ${user.name} depends on it.`,
        );
      }
    }
    for (const alarm of alarms) this.kept.delete(`${region} ${alarm.name}`);
  }

  /** Judges every metric alarm of the regions that live. */
  evaluateAll(context: BehaviourContext): void {
    for (const alarm of this.kept.values()) {
      if (alarm.rule === undefined && context.regionIsAlive(alarm.region))
        this.judge(alarm, context);
    }
  }

  /** Changes the state, and if it is another one than before: history, composite alarms, actions. */
  setState(alarm: KeptAlarm, state: AlarmState, reason: string, context: BehaviourContext): void {
    const before = stateOf(alarm);
    if (before === state) return;
    const at = context.clock.date();
    alarm.description = {
      ...alarm.description,
      StateValue: state,
      StateReason: reason,
      StateUpdatedTimestamp: at,
      StateTransitionedTimestamp: at,
    };
    this.remember(alarm, "StateUpdate", `Alarm updated from ${before} to ${state}`, at);
    context.events.record({
      at: at.getTime(),
      service: "monitoring",
      region: alarm.region,
      resource: alarm.name,
      what: `alarm ${alarm.name} went from ${before} to ${state}`,
      detail: { NewStateValue: state, OldStateValue: before, NewStateReason: reason },
    });
    for (const other of this.in(alarm.region)) {
      if (other.rule?.members.includes(alarm.name) === true) this.followLater(other, context);
    }
    runAlarmActions(alarm, before, context, (summary) => {
      this.remember(alarm, "Action", summary, context.clock.date());
    });
  }

  private put(
    region: string,
    name: string,
    settings: MetricAlarm & CompositeAlarm,
    context: BehaviourContext,
  ): KeptAlarm {
    const key = `${region} ${name}`;
    const at = context.clock.date();
    const before = this.kept.get(key);
    const alarm: KeptAlarm = {
      region,
      name,
      history: before?.history ?? [],
      description: {
        ActionsEnabled: true,
        OKActions: [],
        AlarmActions: [],
        InsufficientDataActions: [],
        ...settings,
        AlarmArn: `arn:aws:cloudwatch:${region}:${accountId}:alarm:${name}`,
        AlarmConfigurationUpdatedTimestamp: at,
        StateValue: before?.description.StateValue ?? "INSUFFICIENT_DATA",
        StateReason: before?.description.StateReason ?? "Unchecked: Initial alarm creation",
        StateUpdatedTimestamp: before?.description.StateUpdatedTimestamp ?? at,
      },
    };
    this.kept.set(key, alarm);
    const what = before === undefined ? "created" : "updated";
    this.remember(alarm, "ConfigurationUpdate", `Alarm "${name}" ${what}`, at);
    return alarm;
  }

  private judge(alarm: KeptAlarm, context: BehaviourContext): void {
    const { description } = alarm;
    if (usesMetricMath(description)) return;
    const periodMs = (description.Period ?? 60) * 1000;
    const evaluationPeriods = description.EvaluationPeriods ?? 1;
    const range = evaluationRange(evaluationPeriods);
    const end = Math.floor(context.clock.now() / periodMs) * periodMs;
    const start = end - range * periodMs;
    const points = this.metrics.statistics(
      {
        region: alarm.region,
        namespace: description.Namespace ?? "",
        name: description.MetricName ?? "",
        dimensions: dimensionsOf(description.Dimensions),
      },
      {
        start,
        end,
        periodMs,
        statistic: description.Statistic ?? description.ExtendedStatistic ?? "Average",
        now: context.clock.now(),
      },
    );
    const values = Array.from(
      { length: range },
      (_, index) => points.find(({ at }) => at === start + index * periodMs)?.value,
    );
    const state = evaluate(
      {
        comparison: description.ComparisonOperator ?? "",
        threshold: description.Threshold ?? 0,
        evaluationPeriods,
        datapointsToAlarm: description.DatapointsToAlarm ?? evaluationPeriods,
        missingData: missingDataOf(alarm),
      },
      values,
      stateOf(alarm),
    );
    const shown = values.slice(-evaluationPeriods).map((value) => value ?? "missing");
    this.setState(alarm, state, `Threshold judged on [${shown.join(", ")}]`, context);
  }

  private followLater(alarm: KeptAlarm, context: BehaviourContext): void {
    context.clock.after(context.latencies.sample("compositeAlarmReaction", alarm.name), () => {
      if (this.kept.get(`${alarm.region} ${alarm.name}`) !== alarm) return;
      if (!context.regionIsAlive(alarm.region) || alarm.rule === undefined) return;
      const holds = alarm.rule.holds((name) => {
        const member = this.kept.get(`${alarm.region} ${name}`);
        return member === undefined ? "INSUFFICIENT_DATA" : stateOf(member);
      });
      const says = `${alarm.description.AlarmRule ?? ""} is ${holds ? "TRUE" : "FALSE"}`;
      this.setState(alarm, holds ? "ALARM" : "OK", says, context);
    });
  }

  private remember(
    alarm: KeptAlarm,
    type: "StateUpdate" | "ConfigurationUpdate" | "Action",
    summary: string,
    at: Date,
  ): void {
    alarm.history.unshift({
      AlarmName: alarm.name,
      AlarmType: alarm.rule === undefined ? "MetricAlarm" : "CompositeAlarm",
      Timestamp: at,
      HistoryItemType: type,
      HistorySummary: summary,
    });
  }
}

function stateOf({ description }: KeptAlarm): AlarmState {
  return description.StateValue ?? "INSUFFICIENT_DATA";
}

const treatments: readonly MissingData[] = ["breaching", "notBreaching", "ignore", "missing"];

function missingDataOf({ description }: KeptAlarm): MissingData {
  return treatments.find((each) => each === description.TreatMissingData) ?? "missing";
}

/** Tags are kept apart: a describe call does not show them. */
function withoutTags<Input extends { Tags?: unknown }>(input: Input): Omit<Input, "Tags"> {
  const settings: Input = { ...input };
  delete settings.Tags;
  return settings;
}

function readRule(text: string): AlarmRule {
  try {
    return parseAlarmRule(text);
  } catch (error) {
    throw new AwsError("ValidationError", (error as Error).message);
  }
}

/**
 * An alarm on one metric without mathematics is an ordinary one. Metric math is kept and shown, and
 * never judged: the alarm stays INSUFFICIENT_DATA, which starts no action.
 */
function withSingleMetric(input: PutMetricAlarmCommandInput): PutMetricAlarmCommandInput {
  const [only, ...more] = input.Metrics ?? [];
  if (only?.MetricStat === undefined || more.length > 0) return input;
  const { Metric, Period, Stat } = only.MetricStat;
  return { ...input, ...Metric, Period, ExtendedStatistic: Stat };
}

function usesMetricMath({
  MetricName,
  Metrics,
}: Pick<PutMetricAlarmCommandInput, "MetricName" | "Metrics">): boolean {
  return MetricName === undefined && (Metrics ?? []).length > 0;
}
