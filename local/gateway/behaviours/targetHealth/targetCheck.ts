import type {
  TargetGroup,
  TargetHealth,
  TargetHealthReasonEnum,
  TargetHealthStateEnum,
} from "@aws-sdk/client-elastic-load-balancing-v2";

/** What one health check got: an HTTP status, or undefined for no answer. */
export type CheckResult = number | undefined;

/**
 * The health of one target, check by check. A new target needs one good check, an unhealthy one as
 * many as the healthy threshold says, a healthy one falls after the unhealthy threshold.
 *
 * Source: Elastic Load Balancing User Guide, "Health checks for your target groups" (target health
 * status, reason codes).
 */
export class TargetCheck {
  private state: TargetHealthStateEnum = "initial";
  private reason: TargetHealthReasonEnum | undefined = "Elb.RegistrationInProgress";
  private description: string | undefined = "Target registration is in progress";
  private successes = 0;
  private failures = 0;

  constructor(
    readonly id: string,
    readonly port: number,
  ) {}

  /** Takes in a check's result; true if the target's state changed by it. */
  take(result: CheckResult, group: TargetGroup): boolean {
    const before = this.state;
    const good = result !== undefined && matches(result, group);
    this.successes = good ? this.successes + 1 : 0;
    this.failures = good ? 0 : this.failures + 1;
    const needed = this.state === "initial" ? 1 : (group.HealthyThresholdCount ?? 5);
    if (good && this.successes >= needed) this.become("healthy");
    else if (!good && this.failures >= (group.UnhealthyThresholdCount ?? 2)) {
      this.become("unhealthy", ...failure(result));
    } else if (this.state === "initial") {
      this.become("initial", "Elb.InitialHealthChecking", "Initial health checks in progress");
    }
    return this.state !== before;
  }

  /** As DescribeTargetHealth shows it. */
  describe(): TargetHealth {
    return {
      State: this.state,
      ...(this.reason === undefined ? {} : { Reason: this.reason }),
      ...(this.description === undefined ? {} : { Description: this.description }),
    };
  }

  private become(
    state: TargetHealthStateEnum,
    reason?: TargetHealthReasonEnum,
    description?: string,
  ): void {
    this.state = state;
    this.reason = reason;
    this.description = description;
  }
}

function failure(result: CheckResult): [TargetHealthReasonEnum, string] {
  return result === undefined
    ? ["Target.Timeout", "Request timed out"]
    : ["Target.ResponseCodeMismatch", `Health checks failed with these codes: [${result}]`];
}

/** The matcher is a list of codes and ranges: `200,301-302`. Without one any answer is good (TCP). */
function matches(status: number, group: TargetGroup): boolean {
  const matcher = group.Matcher?.HttpCode;
  if (matcher === undefined) {
    return group.HealthCheckProtocol === "TCP" || status === 200;
  }
  return matcher.split(",").some((part) => {
    const [low = Number.NaN, high = low] = part.split("-").map(Number);
    return status >= low && status <= high;
  });
}
