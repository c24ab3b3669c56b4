import type { AlarmState } from "./alarmEvaluation";

/** A composite alarm's rule, read. */
export interface AlarmRule {
  /** Names (or ARNs' names) of the alarms that it asks for, each once. */
  readonly members: readonly string[];
  holds(stateOf: (alarmName: string) => AlarmState): boolean;
}

type Condition = (stateOf: (alarmName: string) => AlarmState) => boolean;

/**
 * Reads a rule expression: `ALARM("a") AND (OK(b) OR NOT INSUFFICIENT_DATA(c))`, `TRUE`, `FALSE`.
 * NOT binds before AND, AND before OR.
 *
 * Source: CloudWatch API reference, PutCompositeAlarm, AlarmRule. `AT_LEAST` is not modelled.
 * @throws SyntaxError naming what was expected and where.
 */
export function parseAlarmRule(text: string): AlarmRule {
  const tokens = tokenize(text);
  const members = new Set<string>();
  let at = 0;

  const fail = (expected: string): never => {
    const found = tokens[at] ?? "the end";
    throw new SyntaxError(
      `The alarm rule '${text}' is not valid: expected ${expected}, found ${found}.`,
    );
  };
  const take = (token: string): void => {
    if (tokens[at] !== token) fail(`'${token}'`);
    at += 1;
  };

  function either(): Condition {
    const parts = [both()];
    while (tokens[at] === "OR") {
      at += 1;
      parts.push(both());
    }
    return (stateOf) => parts.some((part) => part(stateOf));
  }
  function both(): Condition {
    const parts = [single()];
    while (tokens[at] === "AND") {
      at += 1;
      parts.push(single());
    }
    return (stateOf) => parts.every((part) => part(stateOf));
  }
  function single(): Condition {
    const token = tokens[at];
    at += 1;
    switch (token) {
      case "NOT": {
        const negated = single();
        return (stateOf) => !negated(stateOf);
      }
      case "(": {
        const inner = either();
        take(")");
        return inner;
      }
      case "TRUE":
        return () => true;
      case "FALSE":
        return () => false;
      case "ALARM":
      case "OK":
      case "INSUFFICIENT_DATA":
        return stateIs(token);
      default:
        at -= 1;
        return fail("a condition");
    }
  }
  function stateIs(state: AlarmState): Condition {
    take("(");
    const token = tokens[at] ?? "";
    if (token === "" || token === ")" || token === "(") fail("an alarm's name or ARN");
    at += 1;
    take(")");
    const name = nameOf(token.replace(/^["'](.*)["']$/, "$1"));
    members.add(name);
    return (stateOf) => stateOf(name) === state;
  }

  const condition = either();
  if (at < tokens.length) fail("AND, OR or the end");
  return { members: [...members], holds: condition };
}

function tokenize(text: string): string[] {
  return text.match(/"[^"]*"|'[^']*'|[()]|[^\s()"']+/g) ?? [];
}

function nameOf(nameOrArn: string): string {
  return /^arn:[^:]+:cloudwatch:[^:]*:\d*:alarm:(.+)$/.exec(nameOrArn)?.[1] ?? nameOrArn;
}
