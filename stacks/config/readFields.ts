import { z } from "zod";
import { nearestKey } from "./nearestKey";
import { show, type Problem } from "./problem";
import { elementOf, keysOf, unwrap, type Schema } from "./schemaTree";

/** The same shape with holes where a value was missing or wrong. */
export type Partially<T> = T extends readonly (infer Element)[]
  ? (Partially<Element> | undefined)[]
  : T extends object
    ? { [Key in keyof T]?: Partially<T[Key]> | undefined }
    : T;

export interface Fields {
  /** Whatever was right, so that checks across settings need not wait for the rest. */
  readonly value: unknown;
  readonly problems: readonly Problem[];
}

/**
 * Reads a value by its schema, setting by setting. zod alone gives up an object's later checks at
 * its first bad member; here each member stands for itself and all problems are found at once.
 */
export function readFields(schema: Schema, value: unknown, path = ""): Fields {
  const keys = keysOf(schema);
  const element = elementOf(schema);
  if (keys && isPlainObject(value)) return readObject(keys, value, path);
  if (element && Array.isArray(value)) return readArray(schema, element, value, path);
  return readWhole(schema, value, path);
}

function readObject(
  keys: Readonly<Record<string, Schema>>,
  given: Readonly<Record<string, unknown>>,
  path: string,
): Fields {
  const value: Record<string, unknown> = {};
  const problems: Problem[] = [];
  for (const [key, schema] of Object.entries(keys)) {
    const read = readFields(schema, given[key], join(path, key));
    if (read.value !== undefined) value[key] = read.value;
    problems.push(...read.problems);
  }
  const known = Object.keys(keys);
  for (const key of Object.keys(given)) {
    if (!known.includes(key)) problems.push(unknownKey(key, known, path));
  }
  return { value, problems };
}

function readArray(
  schema: Schema,
  element: Schema,
  given: readonly unknown[],
  path: string,
): Fields {
  const read = given.map((item, index) => readFields(element, item, `${path}[${index}]`));
  const whole = z.safeParse(schema, given);
  const ofTheList = whole.success ? [] : whole.error.issues.filter(({ path }) => path.length === 0);
  return {
    value: read.map(({ value }) => value),
    problems: [
      ...ofTheList.map((issue) => asProblem(issue, schema, given, path)),
      ...read.flatMap(({ problems }) => problems),
    ],
  };
}

function readWhole(schema: Schema, given: unknown, path: string): Fields {
  if (given === undefined && unwrap(schema).optional) return { value: undefined, problems: [] };
  const result = z.safeParse(schema, given);
  if (result.success) return { value: result.data, problems: [] };
  const required = keysOf(schema);
  // A missing object is better reported by what it must contain.
  if (given === undefined && required) return readObject(required, {}, path);
  const problems = result.error.issues.map((issue) => {
    const at = issue.path.reduce<string>((base, step) => join(base, String(step)), path);
    return asProblem(issue, schema, memberAt(given, issue.path), at);
  });
  return { value: undefined, problems };
}

function asProblem(issue: z.core.$ZodIssue, schema: Schema, given: unknown, path: string): Problem {
  const inner = issue.path.length > 0 ? (elementOf(schema) ?? schema) : schema;
  const { notes, defaultValue } = unwrap(inner);
  const allowed = notes.allowed ?? "see the configuration table in README.md";
  if (given === undefined) {
    const where = "Pulumi.yaml (or to the stack's own file, where stacks differ)";
    const fix = `add ${path} to ${where}${notes.fix ? `; ${notes.fix}` : ""}`;
    return { path, wrong: "is missing", allowed, fix };
  }
  const shown = path.startsWith("secrets") ? "[not shown]" : show(given);
  const ownFix = issue.code === "custom" ? (issue.params?.fix as string | undefined) : undefined;
  const fix = ownFix ?? nearestChoice(issue, given) ?? notes.fix ?? fallbackFix(defaultValue);
  return { path, wrong: `is ${shown}, which ${reason(issue)}`, allowed, fix };
}

function reason(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "custom":
      return issue.message;
    case "invalid_type":
      return `is not ${kinds[issue.expected] ?? `of type ${issue.expected}`}`;
    case "invalid_value":
      return "is not among the choices";
    case "too_small":
      return "is too small";
    case "too_big":
      return "is too large";
    case "invalid_key":
      return "has a name that is not allowed";
    default:
      return "is not of the right form";
  }
}

const kinds: Readonly<Record<string, string>> = {
  array: "a list",
  boolean: "true or false",
  int: "a whole number",
  number: "a number",
  object: "an object",
  record: "an object",
  string: "text",
};

function nearestChoice(issue: z.core.$ZodIssue, given: unknown): string | undefined {
  if (issue.code !== "invalid_value" || typeof given !== "string") return undefined;
  const choices = issue.values.filter((choice) => typeof choice === "string");
  const nearest = nearestKey(given, choices);
  return nearest === undefined ? undefined : `did you mean "${nearest}"?`;
}

function fallbackFix(defaultValue: unknown): string {
  return defaultValue === undefined
    ? "write one of the allowed values"
    : `leave it out to get the default, ${show(defaultValue)}`;
}

function unknownKey(key: string, known: readonly string[], parent: string): Problem {
  const nearest = nearestKey(key, known);
  return {
    path: join(parent, key),
    wrong: "is not a setting",
    allowed: `${parent || "at the top level"}${parent ? " takes" : ""} ${known.join(", ")}`,
    fix: nearest
      ? `did you mean ${join(parent, nearest)}?`
      : "remove it; README.md lists all settings",
  };
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function memberAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, step) =>
      typeof at === "object" && at !== null ? (at as Record<PropertyKey, unknown>)[step] : at,
    value,
  );
}

function join(parent: string, key: string): string {
  return parent ? `${parent}.${key}` : key;
}
