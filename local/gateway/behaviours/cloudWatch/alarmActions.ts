import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import type { BehaviourContext } from "../../behaviour";
import { accountId } from "../accountId";
import type { AlarmState } from "./alarmEvaluation";
import type { KeptAlarm } from "./alarms";

/** SNS's limit. */
const subjectLength = 100;

/**
 * Runs the actions of the state that an alarm has just reached; `summarize` gets a line each for the
 * alarm's history. Topics get CloudWatch's own message, functions its event; other actions are put on
 * record as not modelled.
 *
 * Source: CloudWatch User Guide, "Alarm actions"; the message as SNS subscribers get it.
 */
export function runAlarmActions(
  alarm: KeptAlarm,
  before: AlarmState,
  context: BehaviourContext,
  summarize: (summary: string) => void,
): void {
  const { description } = alarm;
  if (description.ActionsEnabled === false) return;
  for (const action of actionsOf(alarm)) {
    // Not awaited by the change of state; what goes wrong is in the alarm's history.
    runAction(action, alarm, before, context).then(
      () => {
        summarize(`Successfully executed action ${action}`);
      },
      (error: unknown) => {
        summarize(`Failed to execute action ${action}: ${String(error)}`);
      },
    );
  }
}

function actionsOf({ description }: KeptAlarm): readonly string[] {
  switch (description.StateValue) {
    case "ALARM":
      return description.AlarmActions ?? [];
    case "OK":
      return description.OKActions ?? [];
    default:
      return description.InsufficientDataActions ?? [];
  }
}

async function runAction(
  action: string,
  alarm: KeptAlarm,
  before: AlarmState,
  context: BehaviourContext,
): Promise<void> {
  const message = messageOf(alarm, before);
  const [, , service, region = ""] = action.split(":");
  if (service === "sns") {
    const Subject =
      `${alarm.description.StateValue ?? ""}: "${alarm.name}" in ${alarm.region}`.slice(
        0,
        subjectLength,
      );
    await context
      .gateway(SNSClient, region)
      .send(new PublishCommand({ TopicArn: action, Subject, Message: JSON.stringify(message) }));
  } else if (service === "lambda") {
    await context.world.functions.invokeAsync(action, {
      source: "aws.cloudwatch",
      alarmArn: alarm.description.AlarmArn,
      accountId,
      region: alarm.region,
      alarmData: message,
    });
  } else {
    throw new Error(`the local AWS does not model the alarm action ${action}`);
  }
}

function messageOf({ description, region, rule }: KeptAlarm, before: AlarmState): object {
  const common = {
    AlarmName: description.AlarmName,
    AlarmDescription: description.AlarmDescription ?? null,
    AWSAccountId: accountId,
    AlarmConfigurationUpdatedTimestamp: timestamp(description.AlarmConfigurationUpdatedTimestamp),
    NewStateValue: description.StateValue,
    NewStateReason: description.StateReason,
    StateChangeTime: timestamp(description.StateUpdatedTimestamp),
    Region: region,
    AlarmArn: description.AlarmArn,
    OldStateValue: before,
    OKActions: description.OKActions,
    AlarmActions: description.AlarmActions,
    InsufficientDataActions: description.InsufficientDataActions,
  };
  if (rule !== undefined) return { ...common, AlarmRule: description.AlarmRule };
  return {
    ...common,
    Trigger: {
      MetricName: description.MetricName,
      Namespace: description.Namespace,
      StatisticType: "Statistic",
      Statistic: (description.Statistic ?? description.ExtendedStatistic ?? "").toUpperCase(),
      Unit: description.Unit ?? null,
      Dimensions: (description.Dimensions ?? []).map(({ Name, Value }) => ({
        value: Value,
        name: Name,
      })),
      Period: description.Period,
      EvaluationPeriods: description.EvaluationPeriods,
      DatapointsToAlarm: description.DatapointsToAlarm ?? description.EvaluationPeriods,
      ComparisonOperator: description.ComparisonOperator,
      Threshold: description.Threshold,
      TreatMissingData: description.TreatMissingData ?? "missing",
    },
  };
}

/** CloudWatch's own format: milliseconds and an offset without a colon. */
function timestamp(date: Date | undefined): string | undefined {
  return date?.toISOString().replace("Z", "+0000");
}
