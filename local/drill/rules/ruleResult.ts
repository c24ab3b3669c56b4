import type { FailoverLimits } from "../../../failover/plan";
import type { LoggedCall } from "../../gateway/callLog";
import type { GatewayEvent } from "../../gateway/gatewayEvents";
import type { RuleResult } from "../report";
import type { RecordVersion, Trace } from "../trace";

/** The limits that a drill is held to, as configured. */
export interface DrillLimits extends Pick<
  FailoverLimits,
  "fenceTimeout" | "maxReplicaLag" | "maxHomeLag" | "confirmFor"
> {
  readonly requiredTeams: number;
  /** Names of the target groups of all teams that move. */
  readonly teamTargetGroups: readonly string[];
  readonly hasDatabase: boolean;
  /** False where machines keep nothing: rules about homes have nothing to hold then. */
  readonly hasHome: boolean;
}

/** What each rule is checked on. */
export interface Evidence {
  readonly trace: Trace;
  readonly limits: DrillLimits;
  readonly versions: readonly RecordVersion[];
  /** Requests that cannot be undone and were carried out, oldest first. */
  readonly irreversible: readonly LoggedCall[];
}

/** @param held what is said if nothing is broken */
export function judge(
  rule: string,
  statement: string,
  broken: readonly string[],
  held: string,
): RuleResult {
  return broken.length === 0
    ? { rule, statement, held: true, evidence: held }
    : { rule, statement, held: false, evidence: broken.join(" ") };
}

/** @param why what the rule would hold is not there */
export function doesNotApply(rule: string, statement: string, why: string): RuleResult {
  return { rule, statement, held: null, evidence: why };
}

/** A controller that takes users' requests. */
export function isAnswering({ service, detail }: GatewayEvent): boolean {
  return service === "controller" && detail?.stage === "answering";
}

/** `1 request`, `2 requests`. */
export function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? "" : "s"}`;
}
