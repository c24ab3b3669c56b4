import { createHash, randomBytes } from "node:crypto";
import type { AnyResourceType, AutoName } from "./resourceType";
import type { ResourceSchema } from "./sdkSchema";
import type { ProviderSettings } from "./settings";
import {
  containsUnknown,
  unknownValue,
  unwrap,
  unwrapProperties,
  withoutUndefined,
  type Properties,
} from "./wire";

/** Inputs as the program gave them, and what is known of the resource so far. */
export interface CheckRequest {
  /** The resource's logical name. */
  readonly name: string;
  readonly news: Properties;
  /** Checked inputs of the last update; empty for a new resource. */
  readonly olds: Properties;
  /** Makes a preview and the update after it choose the same name; may be empty. */
  readonly randomSeed: Uint8Array;
}

/** One input that is wrong. */
export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

/** The inputs with everything filled in, or what is wrong with them. */
export interface CheckResult {
  readonly inputs: Properties;
  readonly failures: readonly CheckFailure[];
}

/** See {@link Lifecycle.check}. */
export function checkInputs(
  type: AnyResourceType,
  schema: ResourceSchema,
  settings: ProviderSettings,
  request: CheckRequest,
): CheckResult {
  const given = withoutUndefined(request.news);
  const failures = unmodelled(type, schema, given);
  const filled: Properties = {};
  for (const [property, rule] of Object.entries(type.inputs)) {
    if (given[property] === undefined && rule?.default !== undefined) {
      filled[property] = rule.default;
    }
  }
  if (type.name !== undefined && given[type.name.property] === undefined) {
    filled[type.name.property] = autoName(type.name, request);
  }
  const inputs: Properties = { ...given, ...filled };
  if (schema.inputs.has("region")) inputs.region = given.region ?? settings.region;
  if (schema.outputs.has("tagsAll")) inputs.tagsAll = allTags(settings, given.tags);
  if (Object.keys(filled).length > 0) inputs.__defaults = Object.keys(filled).sort();
  if (failures.length === 0) failures.push(...wrongTogether(type, inputs));
  return { inputs, failures };
}

function unmodelled(
  type: AnyResourceType,
  schema: ResourceSchema,
  given: Properties,
): CheckFailure[] {
  const failures: CheckFailure[] = [];
  for (const [property, value] of Object.entries(given)) {
    if (property === "__defaults" || property === "tagsAll" || value === null) continue;
    if (!schema.inputs.has(property)) {
      failures.push({ property, reason: `${type.token} has no argument ${property}` });
    } else if (
      type.inputs[property] === undefined &&
      property !== "region" &&
      property !== "tags"
    ) {
      const reason = `${property} of ${type.token} is not modelled by the local AWS (local/provider)`;
      failures.push({ property, reason });
    }
  }
  return failures;
}

function wrongTogether(type: AnyResourceType, inputs: Properties): CheckFailure[] {
  const known = Object.fromEntries(
    Object.entries(unwrapProperties(inputs)).filter(([, value]) => !containsUnknown(value)),
  );
  const reason = type.check?.(known);
  return reason === undefined ? [] : [{ property: "", reason: `${type.token}: ${reason}` }];
}

/** A name that was generated once stays, so that an update does not rename the resource. */
function autoName(rule: AutoName, request: CheckRequest): string {
  const before = unwrap(request.olds[rule.property]);
  const generated = unwrap(request.olds.__defaults);
  if (typeof before === "string" && Array.isArray(generated) && generated.includes(rule.property)) {
    return before;
  }
  const suffix = `-${randomHex(request.randomSeed)}${rule.suffix ?? ""}`;
  return `${request.name.slice(0, rule.maxLength - suffix.length)}${suffix}`;
}

function randomHex(seed: Uint8Array): string {
  const source = seed.length > 0 ? createHash("sha256").update(seed).digest() : randomBytes(4);
  return source.toString("hex").slice(0, 7);
}

function allTags(settings: ProviderSettings, own: unknown): unknown {
  const bare = unwrap(own) ?? {};
  if (bare === unknownValue) return unknownValue;
  return { ...settings.defaultTags, ...(bare as Properties) };
}
