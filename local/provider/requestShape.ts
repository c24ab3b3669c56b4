import { type NormalizedSchema } from "@smithy/core/schema";
import { isProperties, type Properties } from "./wire";

/** A property that the AWS operation does not have: nothing of it may be dropped in silence. */
export class UnknownMember extends Error {
  constructor(
    readonly path: string,
    readonly allowed: readonly string[],
  ) {
    super(`${path} is not modelled: the operation has only ${allowed.join(", ")}`);
    this.name = "UnknownMember";
  }
}

/**
 * Gives a tree of Pulumi properties the shape of an AWS operation's input, by the schema that the
 * AWS SDK's own client carries. Pulumi's names differ from AWS's by regular rules only: case
 * (`kmsKeyId`, `KmsKeyId`), plural (`filters`, `Filter`), a single object where AWS has a list of at
 * most one, a map of tags where AWS has a list of pairs, and scalars that are written as strings.
 *
 * @throws UnknownMember with the whole path if a property has no counterpart
 */
export function shapeInput(schema: NormalizedSchema, value: unknown, path: string): unknown {
  if (value === undefined || value === null) return undefined;
  if (schema.isStructSchema()) return shapeStructure(schema, value, path);
  if (schema.isListSchema()) return shapeList(schema, value, path);
  if (schema.isMapSchema()) return shapeMap(schema, value, path);
  return shapeScalar(schema, value);
}

function shapeStructure(schema: NormalizedSchema, value: unknown, path: string): unknown {
  if (Array.isArray(value)) {
    if (value.length > 1) throw new Error(`${path} must be one object, got ${value.length}`);
    return shapeInput(schema, value[0], path);
  }
  if (!isProperties(value)) {
    throw new Error(`${path} must be an object, got ${JSON.stringify(value)}`);
  }
  const members = new Map(schema.structIterator());
  const shaped: Properties = {};
  for (const [key, part] of Object.entries(value)) {
    if (part === undefined || part === null) continue;
    const name = memberNamed(key, [...members.keys()]);
    const member = name === undefined ? undefined : members.get(name);
    if (name === undefined || member === undefined) {
      throw new UnknownMember(`${path}.${key}`, [...members.keys()]);
    }
    shaped[name] = shapeInput(member, part, `${path}.${key}`);
  }
  return shaped;
}

/** The AWS member that a Pulumi property means: by case first, then by number. */
function memberNamed(key: string, members: readonly string[]): string | undefined {
  const wanted = key.toLowerCase();
  const spellings = [wanted, `${wanted}s`, wanted.replace(/s$/, ""), wanted.replace(/ies$/, "y")];
  for (const spelling of spellings) {
    const found = members.find((member) => member.toLowerCase() === spelling);
    if (found !== undefined) return found;
  }
  return undefined;
}

function shapeList(schema: NormalizedSchema, value: unknown, path: string): unknown {
  const item = schema.getValueSchema();
  const pairs = isProperties(value) ? asPairs(item, value) : undefined;
  const list = Array.isArray(value) ? value : (pairs ?? [value]);
  return list.map((part: unknown, index) => shapeInput(item, part, `${path}[${index}]`));
}

/** `{ team: "ma" }` for a list of `{ Key, Value }`. */
function asPairs(item: NormalizedSchema, value: Properties): Properties[] | undefined {
  if (!item.isStructSchema()) return undefined;
  const names = [...item.structIterator()].map(([name]) => name);
  const key = names.find((name) => /^(key|tagkey)$/i.test(name));
  const content = names.find((name) => /^(value|tagvalue)$/i.test(name));
  if (key === undefined || content === undefined) return undefined;
  const given = Object.keys(value);
  if (given.every((name) => memberNamed(name, names) !== undefined) && given.length > 0) {
    return undefined;
  }
  return Object.entries(value).map(([name, part]) => ({ [key]: name, [content]: part }));
}

function shapeMap(schema: NormalizedSchema, value: unknown, path: string): unknown {
  if (!isProperties(value)) {
    throw new Error(`${path} must be a map, got ${JSON.stringify(value)}`);
  }
  const item = schema.getValueSchema();
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, shapeInput(item, part, `${path}.${key}`)]),
  );
}

function shapeScalar(schema: NormalizedSchema, value: unknown): unknown {
  if (schema.isBooleanSchema() && typeof value === "string") return value === "true";
  if (schema.isNumericSchema() && typeof value === "string") return Number(value);
  if (schema.isTimestampSchema() && typeof value === "string") return new Date(value);
  if (schema.isBlobSchema() && typeof value === "string") return Buffer.from(value);
  if (schema.isStringSchema() && (typeof value === "number" || typeof value === "boolean")) {
    return String(value);
  }
  return value;
}
