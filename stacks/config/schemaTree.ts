import { z } from "zod";

declare module "zod" {
  interface GlobalMeta {
    /** What is accepted, as a phrase: `a whole number from 1 to 35`. */
    allowed?: string;
    /** The likeliest remedy for a value that is not. */
    fix?: string;
    /** What the choice costs or saves, with its arithmetic; prices are us-east-1 list prices. */
    cost?: string;
    /** Shown in the documentation instead of a default that is worked out at run time. */
    defaultNote?: string;
    /** The path of an object with the same members, which the documentation explains there. */
    membersAsIn?: string;
  }
}

/** What the schema says about one setting, the outer layers' words before the inner ones'. */
export interface Notes {
  readonly description?: string | undefined;
  readonly allowed?: string | undefined;
  readonly fix?: string | undefined;
  readonly cost?: string | undefined;
  readonly defaultNote?: string | undefined;
  readonly membersAsIn?: string | undefined;
}

export type Schema = z.core.$ZodType;

/** A schema without its layers (default, optional, preprocessing), and what the layers said. */
export interface Unwrapped {
  readonly core: Schema;
  readonly notes: Notes;
  /** `undefined` when there is none. */
  readonly defaultValue: unknown;
  readonly optional: boolean;
}

export function unwrap(schema: Schema): Unwrapped {
  const notes = z.globalRegistry.get(schema) ?? {};
  const inner = innerOf(schema);
  if (!inner) return { core: schema, notes, defaultValue: undefined, optional: false };
  const below = unwrap(inner);
  const isDefault = schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault;
  return {
    core: below.core,
    notes: { ...below.notes, ...notes },
    defaultValue: isDefault ? schema.def.defaultValue : below.defaultValue,
    optional:
      below.optional || schema instanceof z.ZodOptional || schema instanceof z.ZodExactOptional,
  };
}

function innerOf(schema: Schema): Schema | undefined {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return schema.def.innerType;
  if (schema instanceof z.ZodExactOptional || schema instanceof z.ZodOptional) {
    return schema.def.innerType;
  }
  // Preprocessing is a pipe from a transform into the schema that matters.
  if (schema instanceof z.ZodPipe) return schema.def.out;
  return undefined;
}

/** The keys that an object takes; nothing for any other schema. */
export function keysOf(schema: Schema): Readonly<Record<string, Schema>> | undefined {
  const { core } = unwrap(schema);
  return core instanceof z.ZodObject ? core.def.shape : undefined;
}

/** What an array or a record holds; nothing for any other schema. */
export function elementOf(schema: Schema): Schema | undefined {
  const { core } = unwrap(schema);
  if (core instanceof z.ZodArray) return core.def.element;
  if (core instanceof z.ZodRecord) return core.def.valueType;
  return undefined;
}

/** The schema that a path of a parsed value leads to, as far as it leads. */
export function schemaAt(root: Schema, path: readonly PropertyKey[]): Schema {
  let schema = root;
  for (const step of path) {
    const next = keysOf(schema)?.[String(step)] ?? elementOf(schema);
    if (!next) return schema;
    schema = next;
  }
  return schema;
}
