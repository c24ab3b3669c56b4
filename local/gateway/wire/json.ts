import { scalarFromText, timestampFormat } from "./scalars";
import type { Schema } from "./serviceModels";

/** JSON (or decoded CBOR) as it came → the value that the schema describes, in the SDK's shape. */
export function fromJson(schema: Schema, value: unknown): unknown {
  if (value === undefined || value === null) return undefined;
  if (schema.isTimestampSchema()) return dateFromJson(schema, value as Date | number | string);
  if (schema.isBlobSchema()) {
    return value instanceof Uint8Array ? value : Buffer.from(value as string, "base64");
  }
  if (schema.isListSchema()) {
    return (value as unknown[]).map((item) => fromJson(schema.getValueSchema(), item));
  }
  if (schema.isMapSchema()) {
    return mapValues(value as Record<string, unknown>, (item) =>
      fromJson(schema.getValueSchema(), item),
    );
  }
  if (!schema.isStructSchema()) return value;
  const source = value as Record<string, unknown>;
  const result: Record<string, unknown> = {};
  for (const [name, member] of schema.structIterator()) {
    const read = fromJson(member, source[member.getMergedTraits().jsonName ?? name]);
    if (read !== undefined) result[name] = read;
  }
  return result;
}

/** CBOR carries dates as such, JSON as seconds or text. */
function dateFromJson(schema: Schema, value: Date | number | string): unknown {
  return value instanceof Date ? value : scalarFromText(schema, String(value));
}

/** A value in the SDK's shape → what JSON.stringify (or CBOR, with `binary`) is to write. */
export function toJson(schema: Schema, value: unknown, binary = false): unknown {
  if (value === undefined || value === null) return undefined;
  if (value instanceof Date) {
    if (binary) return value;
    const seconds = value.getTime() / 1000;
    const format = timestampFormat(schema, "epoch-seconds");
    return format === "epoch-seconds" ? seconds : value.toISOString();
  }
  if (schema.isBlobSchema()) {
    const bytes = value instanceof Uint8Array ? value : Buffer.from(value as string);
    return binary ? bytes : Buffer.from(bytes).toString("base64");
  }
  if (schema.isListSchema()) {
    return (value as unknown[]).map((item) => toJson(schema.getValueSchema(), item, binary));
  }
  if (schema.isMapSchema()) {
    return mapValues(value as Record<string, unknown>, (item) =>
      toJson(schema.getValueSchema(), item, binary),
    );
  }
  if (!schema.isStructSchema()) return value;
  return structToJson(schema, value as Record<string, unknown>, () => true, binary);
}

/** The members of a structure that `only` admits, under their JSON names. */
export function structToJson(
  schema: Schema,
  value: Readonly<Record<string, unknown>>,
  only: (member: Schema) => boolean,
  binary = false,
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [name, member] of schema.structIterator()) {
    if (!only(member)) continue;
    const written = toJson(member, value[name], binary);
    if (written !== undefined) result[member.getMergedTraits().jsonName ?? name] = written;
  }
  return result;
}

function mapValues(
  record: Readonly<Record<string, unknown>>,
  change: (value: unknown) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
