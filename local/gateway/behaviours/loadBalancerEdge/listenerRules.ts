import type { Action, Rule, RuleCondition } from "@aws-sdk/client-elastic-load-balancing-v2";

/** What a listener's rules look at. */
export interface EdgeRequest {
  /** Host header without the port. */
  readonly host: string;
  /** Path without the query. */
  readonly path: string;
}

/**
 * The action that an application load balancer takes for a request: the first rule by priority whose
 * conditions all hold, the default rule otherwise; of its actions the last, since those before it
 * (authentication) are not modelled.
 *
 * Source: Elastic Load Balancing User Guide, "Listener rules" and "Condition types": host names are
 * compared without case, paths with case; `*` is any text, `?` one character.
 * @throws Error for a condition of another kind.
 */
export function chooseAction(rules: readonly Rule[], request: EdgeRequest): Action | undefined {
  const inOrder = [...rules].sort((a, b) => priorityOf(a) - priorityOf(b));
  const chosen = inOrder.find(
    (rule) =>
      rule.IsDefault === true || (rule.Conditions ?? []).every((each) => holds(each, request)),
  );
  const actions = [...(chosen?.Actions ?? [])].sort((a, b) => (a.Order ?? 0) - (b.Order ?? 0));
  return actions.at(-1);
}

/** Target groups that a forward action names, heaviest first, those of weight 0 left out. */
export function targetGroupsOf(action: Action): string[] {
  const weighted = action.ForwardConfig?.TargetGroups ?? [];
  if (weighted.length === 0)
    return action.TargetGroupArn === undefined ? [] : [action.TargetGroupArn];
  return [...weighted]
    .filter(({ Weight }) => (Weight ?? 1) > 0)
    .sort((a, b) => (b.Weight ?? 1) - (a.Weight ?? 1))
    .flatMap(({ TargetGroupArn }) => (TargetGroupArn === undefined ? [] : [TargetGroupArn]));
}

function priorityOf(rule: Rule): number {
  return rule.IsDefault === true || rule.Priority === "default" ? Infinity : Number(rule.Priority);
}

function holds(condition: RuleCondition, { host, path }: EdgeRequest): boolean {
  const values = (kept: { Values?: string[] | undefined } | undefined) =>
    kept?.Values ?? condition.Values ?? [];
  switch (condition.Field) {
    case "host-header":
      return values(condition.HostHeaderConfig).some((pattern) =>
        wildcard(pattern.toLowerCase()).test(host.toLowerCase()),
      );
    case "path-pattern":
      return values(condition.PathPatternConfig).some((pattern) => wildcard(pattern).test(path));
    default:
      throw new Error(
        `The load-balancer edge does not model rule conditions on ${condition.Field ?? "(nothing)"}.`,
      );
  }
}

function wildcard(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*/g, ".*")
    .replace(/\?/g, ".");
  return new RegExp(`^${source}$`);
}
