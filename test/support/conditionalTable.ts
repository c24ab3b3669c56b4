/**
 * DynamoDB's conditional updates, evaluated: as much of its expressions as the start lease uses, and an
 * error for all else, for a name or value that is declared and not used, and for one that is used and
 * not declared, as DynamoDB has it.
 */
export interface Attribute {
  readonly S?: string;
  readonly N?: string;
  readonly BOOL?: boolean;
}
export type Item = Readonly<Record<string, Attribute>>;

export interface ConditionalUpdate {
  readonly Key: Item;
  readonly UpdateExpression: string;
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues: Item;
}

type Plain = number | string | undefined;

/** @returns the item after the update, or undefined when the condition does not hold. */
export function updated(item: Item | undefined, update: ConditionalUpdate): Item | undefined {
  checkDeclarations(update);
  if (!holds(item ?? {}, update)) return undefined;
  const next: Record<string, Attribute> = { ...update.Key, ...item };
  const assignments = /^SET (.*)$/.exec(update.UpdateExpression)?.[1];
  if (assignments === undefined) throw new Error(`not an update: ${update.UpdateExpression}`);
  for (const assignment of assignments.split(/, (?=#)/)) {
    const [target = "", value = ""] = assignment.split(" = ");
    const result = valueOf(value, item ?? {}, update);
    if (result === undefined) throw new Error(`${value} has no value in ${JSON.stringify(item)}`);
    next[nameOf(target, update)] =
      typeof result === "number" ? { N: String(result) } : { S: result };
  }
  return next;
}

/** Disjunctions of comparisons, joined by AND: `(a OR b) AND (c OR d)`, without deeper nesting. */
function holds(item: Item, update: ConditionalUpdate): boolean {
  return update.ConditionExpression.split(" AND ").every((part) =>
    part
      .replace(/^\((.*)\)$/, "$1")
      .split(" OR ")
      .some((comparison) => isTrue(comparison, item, update)),
  );
}

function isTrue(comparison: string, item: Item, update: ConditionalUpdate): boolean {
  const absent = /^attribute_not_exists\((#\w+)\)$/.exec(comparison)?.[1];
  if (absent !== undefined) return item[nameOf(absent, update)] === undefined;
  const [, name = "", operator, value = ""] = /^(#\w+) (=|<=|<) (:\w+)$/.exec(comparison) ?? [];
  const left = plain(item[nameOf(name, update)]);
  const right = plain(update.ExpressionAttributeValues[value]);
  if (left === undefined || right === undefined || typeof left !== typeof right) return false;
  return operator === "=" ? left === right : operator === "<=" ? left <= right : left < right;
}

function valueOf(expression: string, item: Item, update: ConditionalUpdate): Plain {
  const sum = /^(.*) \+ (:\w+)$/.exec(expression);
  if (sum !== null) {
    return (
      Number(valueOf(sum[1] ?? "", item, update)) + Number(valueOf(sum[2] ?? "", item, update))
    );
  }
  const [, name, fallback] = /^if_not_exists\((#\w+), (:\w+)\)$/.exec(expression) ?? [];
  if (name !== undefined) {
    return plain(item[nameOf(name, update)]) ?? valueOf(fallback ?? "", item, update);
  }
  return expression.startsWith("#")
    ? plain(item[nameOf(expression, update)])
    : plain(update.ExpressionAttributeValues[expression]);
}

function plain(attribute: Attribute | undefined): Plain {
  return attribute?.N === undefined ? attribute?.S : Number(attribute.N);
}

function nameOf(name: string, { ExpressionAttributeNames: names }: ConditionalUpdate): string {
  const real = names[name];
  if (real === undefined) throw new Error(`ValidationException: ${name} is not declared`);
  return real;
}

function checkDeclarations(update: ConditionalUpdate): void {
  const text = `${update.UpdateExpression} ${update.ConditionExpression}`;
  const used = new Set(text.match(/[#:]\w+/g));
  const declared = [
    ...Object.keys(update.ExpressionAttributeNames),
    ...Object.keys(update.ExpressionAttributeValues),
  ];
  const odd = [
    ...declared.filter((each) => !used.has(each)),
    ...[...used].filter((each) => !declared.includes(each)),
  ];
  if (odd.length > 0) throw new Error(`ValidationException: used or declared only: ${odd.join()}`);
}
