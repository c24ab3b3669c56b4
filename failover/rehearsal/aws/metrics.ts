import { limited } from "../../aws/clients";
import { metricNamespace } from "../../probe/probePlan";
import type { RehearsalRecord } from "../model";
import type { RehearsalPlan } from "../rehearsalPlan";
import type { RehearsalClients } from "./clients";

/** What the alarms about rehearsals look at. */
export interface RehearsalMeasures {
  /** 1 while the last rehearsal that came to a verdict has failed. */
  readonly RehearsalFailed: number;
  /** Hours since the last success, or since there are rehearsals. */
  readonly RehearsalAge: number;
}

/** One that was dropped, or gave way to a failover, proves nothing in either direction. */
export function measuresOf(record: RehearsalRecord, now: number): RehearsalMeasures {
  const verdicts = record.history.filter(
    ({ result }) => result === "success" || result === "failure",
  );
  const succeeded = verdicts.filter(({ result }) => result === "success").at(-1);
  return {
    RehearsalFailed: verdicts.at(-1)?.result === "failure" ? 1 : 0,
    RehearsalAge: Math.max(0, now - (succeeded?.endedAt ?? record.since)) / 3_600_000,
  };
}

/** Two metrics at $0.30 a month. */
export async function putMeasures(
  clients: RehearsalClients,
  { prefix }: RehearsalPlan,
  measures: RehearsalMeasures,
): Promise<void> {
  const { PutMetricDataCommand } =
    require("@aws-sdk/client-cloudwatch") as typeof import("@aws-sdk/client-cloudwatch");
  await clients.cloudWatch().send(
    new PutMetricDataCommand({
      Namespace: metricNamespace,
      MetricData: Object.entries(measures).map(([MetricName, Value]) => ({
        MetricName,
        Value: Value as number,
        Dimensions: [{ Name: "Deployment", Value: prefix }],
      })),
    }),
    limited(),
  );
}
