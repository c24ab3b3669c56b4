import type { Problem } from "./problem";
import { elementOf, keysOf, type Schema } from "./schemaTree";

/** Settings as values, and what could not be made one. */
export interface Decoded {
  readonly value: Record<string, unknown>;
  readonly problems: readonly Problem[];
}

/** Objects and lists come from Pulumi as JSON text: reads them as the schema has them. */
export function decodeSettings(schema: Schema, raw: Readonly<Record<string, unknown>>): Decoded {
  const value: Record<string, unknown> = {};
  const problems: Problem[] = [];
  const schemas = keysOf(schema) ?? {};
  for (const [key, given] of Object.entries(raw)) {
    // `constructor` is a key of every object, but no setting.
    const found = Object.hasOwn(schemas, key) ? schemas[key] : undefined;
    const structured = found && (keysOf(found) ?? elementOf(found));
    if (!structured || typeof given !== "string") {
      value[key] = given;
      continue;
    }
    try {
      value[key] = JSON.parse(given);
    } catch {
      problems.push({
        path: key,
        wrong: "is text where an object or a list is expected",
        allowed: "YAML in Pulumi.yaml below value:, or JSON",
        fix: `set single members: pulumi config set --path '${key}.<member>' <value>`,
      });
    }
  }
  return { value, problems };
}
