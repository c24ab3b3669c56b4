export type AlarmState = "OK" | "ALARM" | "INSUFFICIENT_DATA";

export type MissingData = "breaching" | "notBreaching" | "ignore" | "missing";

/** How a metric alarm judges its periods. */
export interface EvaluationRule {
  readonly comparison: string;
  readonly threshold: number;
  /** N: periods that are looked at. */
  readonly evaluationPeriods: number;
  /** M: breaching ones that make an alarm. */
  readonly datapointsToAlarm: number;
  readonly missingData: MissingData;
}

/**
 * CloudWatch looks at some periods more than it needs, so that late data still counts; its guide's
 * examples look at five for an alarm on three.
 */
export function evaluationRange(evaluationPeriods: number): number {
  return evaluationPeriods + 2;
}

/**
 * The state that the last periods give (oldest first, undefined without data), from the state before.
 *
 * Rules (CloudWatch User Guide, "Configuring how CloudWatch alarms treat missing data"): if the range
 * holds N data points or more, the newest N are judged and missing ones do not count; otherwise the
 * gaps are filled by the alarm's treatment. With `missing` and `ignore`, data that breach without
 * being enough and without one good point between them still raise (or keep) the alarm.
 */
export function evaluate(
  rule: EvaluationRule,
  range: readonly (number | undefined)[],
  before: AlarmState,
): AlarmState {
  const real = range
    .filter((value) => value !== undefined)
    .slice(-rule.evaluationPeriods)
    .map((value) => breaches(rule, value));
  const breaching = real.filter(Boolean).length;
  const good = real.length - breaching;
  const gaps = rule.evaluationPeriods - real.length;
  if (breaching >= rule.datapointsToAlarm) return "ALARM";
  if (gaps === 0 || rule.missingData === "notBreaching") return "OK";
  switch (rule.missingData) {
    case "breaching":
      return breaching + gaps >= rule.datapointsToAlarm ? "ALARM" : "OK";
    case "ignore":
      return good > 0 ? "OK" : before;
    case "missing":
      if (real.length === 0) return "INSUFFICIENT_DATA";
      return good > 0 ? "OK" : "ALARM";
  }
}

function breaches({ comparison, threshold }: EvaluationRule, value: number): boolean {
  switch (comparison) {
    case "GreaterThanOrEqualToThreshold":
      return value >= threshold;
    case "GreaterThanThreshold":
      return value > threshold;
    case "LessThanOrEqualToThreshold":
      return value <= threshold;
    case "LessThanThreshold":
      return value < threshold;
    default:
      throw new RangeError(`The comparison ${comparison} is not modelled.`);
  }
}
