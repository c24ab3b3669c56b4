import type { Schema } from "./serviceModels";
import { scalarFromText, timestampText } from "./scalars";

/** Text as the content of an XML element. */
export function escapeXml(text: string): string {
  return text
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/"/g, "&quot;");
}

/** One element with everything below it; nothing for undefined and null. */
export function toXml(name: string, schema: Schema, value: unknown): string {
  if (value === undefined || value === null) return "";
  if (schema.isListSchema()) return listXml(name, schema, value as readonly unknown[]);
  if (schema.isMapSchema()) return mapXml(name, schema, value as Record<string, unknown>);
  if (schema.isStructSchema()) {
    return `<${name}>${membersXml(schema, value as Record<string, unknown>)}</${name}>`;
  }
  return `<${name}>${escapeXml(scalarText(schema, value))}</${name}>`;
}

/** The members of a structure, without the element around them. */
export function membersXml(
  schema: Schema,
  value: Readonly<Record<string, unknown>>,
  only: (member: Schema) => boolean = () => true,
): string {
  let xml = "";
  for (const [memberName, member] of schema.structIterator()) {
    if (!only(member)) continue;
    const name = member.getMemberTraits().xmlName ?? memberName;
    xml += toXml(name, member, value[memberName]);
  }
  return xml;
}

function listXml(name: string, schema: Schema, items: readonly unknown[]): string {
  const itemSchema = schema.getValueSchema();
  if (schema.getMergedTraits().xmlFlattened) {
    return items.map((item) => toXml(name, itemSchema, item)).join("");
  }
  const itemName = itemSchema.getMergedTraits().xmlName ?? "member";
  return `<${name}>${items.map((item) => toXml(itemName, itemSchema, item)).join("")}</${name}>`;
}

function mapXml(name: string, schema: Schema, map: Readonly<Record<string, unknown>>): string {
  const flat = schema.getMergedTraits().xmlFlattened;
  const keySchema = schema.getKeySchema();
  const valueSchema = schema.getValueSchema();
  const keyName = keySchema.getMergedTraits().xmlName ?? "key";
  const valueName = valueSchema.getMergedTraits().xmlName ?? "value";
  const entryName = flat ? name : "entry";
  const entries = Object.entries(map)
    .map(
      ([key, value]) =>
        `<${entryName}>${toXml(keyName, keySchema, key)}${toXml(valueName, valueSchema, value)}</${entryName}>`,
    )
    .join("");
  return flat ? entries : `<${name}>${entries}</${name}>`;
}

function scalarText(schema: Schema, value: unknown): string {
  if (schema.isTimestampSchema()) return timestampText(schema, value as Date, "date-time");
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (schema.isBlobSchema()) return Buffer.from(String(value)).toString("base64");
  return String(value);
}

/** An XML document as read by the SDK's parser → the value that the schema describes. */
export function fromXml(schema: Schema, node: unknown): unknown {
  if (node === undefined || node === null) return undefined;
  if (schema.isListSchema()) return listFromXml(schema, node);
  if (schema.isStructSchema()) {
    const value: Record<string, unknown> = {};
    if (typeof node !== "object") return value;
    for (const [memberName, member] of schema.structIterator()) {
      const name = member.getMemberTraits().xmlName ?? memberName;
      const read = fromXml(member, (node as Record<string, unknown>)[name]);
      if (read !== undefined) value[memberName] = read;
    }
    return value;
  }
  return scalarFromText(schema, textOf(node));
}

function listFromXml(schema: Schema, node: unknown): unknown[] {
  const itemSchema = schema.getValueSchema();
  let items = node;
  if (!schema.getMergedTraits().xmlFlattened) {
    const itemName = itemSchema.getMergedTraits().xmlName ?? "member";
    items = typeof node === "object" ? (node as Record<string, unknown>)[itemName] : undefined;
  }
  if (items === undefined) return [];
  return (Array.isArray(items) ? items : [items]).map((item) => fromXml(itemSchema, item));
}

/** The SDK's parser makes text a string; beside attributes it keeps the text under `#text`. */
function textOf(node: unknown): string {
  if (typeof node === "object" && node !== null) {
    return ((node as Record<string, unknown>)["#text"] as string | undefined) ?? "";
  }
  return String(node);
}
