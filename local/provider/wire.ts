/** A resource's properties as they travel between engine and provider. */
export type Properties = Record<string, unknown>;

/** Pulumi's stand-in for a value that a preview cannot know yet (`plugin.UnknownStringValue`). */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The key under which Pulumi says what special kind of value an object is. */
export const signatureKey = "4dabf18193072939515e22adb298388d";

const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/** Narrows to an object with named values; arrays and null are none. */
export function isProperties(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** True if the value, or anything in it, is not known yet. */
export function containsUnknown(value: unknown): boolean {
  return contains(value, (part) => part === unknownValue);
}

/** True if the value, or anything in it, is wrapped as a secret. */
export function containsSecret(value: unknown): boolean {
  return contains(value, isSecret);
}

function contains(value: unknown, wanted: (part: unknown) => boolean): boolean {
  if (wanted(value)) return true;
  if (Array.isArray(value)) return value.some((item) => contains(item, wanted));
  return isProperties(value) && Object.values(value).some((item) => contains(item, wanted));
}

function isSecret(value: unknown): boolean {
  if (!isProperties(value)) return false;
  if (value[signatureKey] === secretSignature) return true;
  return value[signatureKey] === outputSignature && value.secret === true;
}

/**
 * The bare values: secret and output envelopes are opened, at any depth. An envelope that reached
 * AWS would be stored there as if it were the value, without any error.
 */
export function unwrap(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrap);
  if (!isProperties(value)) return value;
  if (value[signatureKey] === secretSignature) return unwrap(value.value);
  if (value[signatureKey] === outputSignature) {
    return value.value === undefined ? unknownValue : unwrap(value.value);
  }
  return mapValues(value, unwrap);
}

/** {@link unwrap} for a whole set of properties. */
export function unwrapProperties(properties: Properties): Properties {
  return mapValues(properties, unwrap);
}

/** Wraps a value so that the engine encrypts it in the state and masks it on the terminal. */
export function asSecret(value: unknown): unknown {
  return containsSecret(value) ? value : { [signatureKey]: secretSignature, value };
}

/** A copy of the object whose values went through the function. */
export function mapValues(object: Properties, change: (value: unknown) => unknown): Properties {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}

/** The object without what is undefined: the wire has no such value. */
export function withoutUndefined(object: Properties): Properties {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
