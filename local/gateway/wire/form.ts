import { scalarFromText } from "./scalars";
import type { Schema } from "./serviceModels";

/** The form fields of one level: name (without the dot) → text or the level below. */
interface FormLevel {
  text?: string;
  readonly below: Map<string, FormLevel>;
}

/** Reads the form of the query protocols (`Filters.Filter.1.Name=…`) by the operation's schema. */
export function fromForm(schema: Schema, fields: URLSearchParams, ec2: boolean): unknown {
  const root: FormLevel = { below: new Map() };
  for (const [name, text] of fields) {
    let level = root;
    for (const part of name.split(".")) {
      let next = level.below.get(part);
      if (next === undefined) {
        next = { below: new Map() };
        level.below.set(part, next);
      }
      level = next;
    }
    level.text = text;
  }
  return readLevel(schema, root, ec2) ?? {};
}

function readLevel(schema: Schema, level: FormLevel, ec2: boolean): unknown {
  if (schema.isListSchema()) return readList(schema, level, ec2);
  if (schema.isMapSchema()) return readMap(schema, level, ec2);
  if (!schema.isStructSchema()) {
    return level.text === undefined ? undefined : scalarFromText(schema, level.text);
  }
  const value: Record<string, unknown> = {};
  for (const [memberName, member] of schema.structIterator()) {
    const below = level.below.get(fieldName(memberName, member, ec2));
    const read = below && readLevel(member, below, ec2);
    if (read !== undefined) value[memberName] = read;
  }
  return value;
}

function readList(schema: Schema, level: FormLevel, ec2: boolean): unknown[] {
  const item = schema.getValueSchema();
  const flat = ec2 || Boolean(schema.getMergedTraits().xmlFlattened);
  const numbered = flat ? level : level.below.get(item.getMergedTraits().xmlName ?? "member");
  return inOrder(numbered).map((entry) => readLevel(item, entry, ec2));
}

function readMap(schema: Schema, level: FormLevel, ec2: boolean): Record<string, unknown> {
  const flat = ec2 || Boolean(schema.getMergedTraits().xmlFlattened);
  const keyName = schema.getKeySchema().getMergedTraits().xmlName ?? "key";
  const valueSchema = schema.getValueSchema();
  const valueName = valueSchema.getMergedTraits().xmlName ?? "value";
  const map: Record<string, unknown> = {};
  for (const entry of inOrder(flat ? level : level.below.get("entry"))) {
    const key = entry.below.get(keyName)?.text;
    const value = entry.below.get(valueName);
    if (key !== undefined && value) map[key] = readLevel(valueSchema, value, ec2);
  }
  return map;
}

/** The entries of `….1`, `….2`, … by number; fields that are no numbers belong to nobody. */
function inOrder(level: FormLevel | undefined): FormLevel[] {
  if (!level) return [];
  return [...level.below]
    .filter(([name]) => /^\d+$/.test(name))
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, entry]) => entry);
}

function fieldName(memberName: string, member: Schema, ec2: boolean): string {
  const traits = member.getMergedTraits();
  const name = traits.xmlName ?? memberName;
  if (!ec2) return name;
  if (traits.ec2QueryName !== undefined) return traits.ec2QueryName as string;
  return name.charAt(0).toUpperCase() + name.slice(1);
}
