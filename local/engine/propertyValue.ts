/**
 * Property values as they travel between program, engine and provider: JSON, in which an object
 * with a signature stands for something that JSON lacks (a secret, an asset, …).
 */
export type PropertyValue =
  null | boolean | number | string | PropertyValue[] | { [key: string]: PropertyValue };
export type PropertyMap = Record<string, PropertyValue>;

/** The key that tells a signed object from an ordinary one. The values are Pulumi's own constants. */
export const signatureKey = "4dabf18193072939515e22adb298388d";
export const signatures = {
  secret: "1b47061264138c4ac30d75fd1eb44270",
  asset: "c44067f5952c0a294b673a41bacd8c17",
  archive: "0def7320c3a5731c473e5ecbe6d01bc7",
  resource: "5cf8f73096256a8f31e491e813e4eb8e",
  output: "d0e6a833031e9bbcd3f4e8bde6ca49a4",
} as const;

/** Stands for a value that is not known before `up`. */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Shown in place of a secret, in every record and message. */
export const maskedSecret = "[secret]";

export type SignedKind = keyof typeof signatures;

/** The object's signature, or undefined for ordinary values. */
export function signedKind(value: PropertyValue | undefined): SignedKind | undefined {
  if (!isMap(value)) return undefined;
  const signature = value[signatureKey];
  if (signature === undefined) return undefined;
  for (const kind of Object.keys(signatures) as SignedKind[]) {
    if (signatures[kind] === signature) return kind;
  }
  throw new Error(
    `A value carries the unknown signature ${JSON.stringify(signature)}: this version of the ` +
      `Pulumi SDK sends something that the stand-in engine does not model. Use the real engine.`,
  );
}

/** True for objects, signed or not. */
export function isMap(value: PropertyValue | undefined): value is PropertyMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function secret(value: PropertyValue): PropertyMap {
  return { [signatureKey]: signatures.secret, value };
}

/** A stack output or input that failed to be computed yet. */
export function isUnknown(value: PropertyValue | undefined): boolean {
  if (value === unknownValue) return true;
  return signedKind(value) === "output" && !("value" in (value as PropertyMap));
}

/**
 * Rebuilds a value from the leaves up; `change` sees each signed object and each leaf after its
 * members. Assets and archives count as leaves.
 */
export function mapValue(
  value: PropertyValue,
  change: (value: PropertyValue) => PropertyValue,
): PropertyValue {
  if (Array.isArray(value)) return change(value.map((item) => mapValue(item, change)));
  const kind = signedKind(value);
  if (!isMap(value) || kind === "asset" || kind === "archive" || kind === "resource") {
    return change(value);
  }
  return change(mapMembers(value, (member) => mapValue(member, change)));
}

/** The same keys with other values. */
export function mapMembers(
  map: PropertyMap,
  change: (value: PropertyValue, key: string) => PropertyValue,
): PropertyMap {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value, key)]));
}

/** Takes secrets out of their envelopes, at every depth. */
export function withoutSecrets<Value extends PropertyValue>(value: Value): Value {
  return mapValue(value, (part) =>
    signedKind(part) === "secret" ? ((part as PropertyMap).value ?? null) : part,
  ) as Value;
}

/** For records and messages: secrets and unknown values read `[secret]` and `[unknown]`. */
export function masked(value: PropertyValue): unknown {
  if (Array.isArray(value)) return value.map(masked);
  if (isUnknown(value)) return "[unknown]";
  const kind = signedKind(value);
  if (kind === "secret") return maskedSecret;
  if (kind === "output") {
    const output = value as PropertyMap;
    return output.secret === true ? maskedSecret : masked(output.value ?? null);
  }
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, masked(member)]));
}

/** True if `test` holds for the value or anything in it. */
export function someValue(value: PropertyValue, test: (value: PropertyValue) => boolean): boolean {
  if (test(value)) return true;
  if (Array.isArray(value)) return value.some((item) => someValue(item, test));
  return isMap(value) && Object.values(value).some((member) => someValue(member, test));
}

export function containsUnknown(value: PropertyValue): boolean {
  return someValue(value, isUnknown);
}

export function containsSecret(value: PropertyValue): boolean {
  return someValue(
    value,
    (part) =>
      signedKind(part) === "secret" ||
      (signedKind(part) === "output" && (part as PropertyMap).secret === true),
  );
}

/** Replaces output values by what providers without output values understand. */
export function withoutOutputValues<Value extends PropertyValue>(value: Value): Value {
  return mapValue(value, (part) => {
    if (signedKind(part) !== "output") return part;
    const output = part as PropertyMap;
    const plain = "value" in output ? (output.value ?? null) : unknownValue;
    return output.secret === true ? secret(plain) : plain;
  }) as Value;
}

/** Replaces references to resources by ids (or URNs of components), for providers that want those. */
export function withoutResourceReferences<Value extends PropertyValue>(value: Value): Value {
  return mapValue(value, (part) => {
    if (signedKind(part) !== "resource") return part;
    const reference = part as PropertyMap;
    if (!("id" in reference)) return reference.urn ?? null;
    return reference.id === "" ? unknownValue : (reference.id ?? null);
  }) as Value;
}

/**
 * Equal as Pulumi compares: key order does not matter, secrets compare by content, and assets by
 * hash where both have one.
 */
export function sameValue(
  left: PropertyValue | undefined,
  right: PropertyValue | undefined,
): boolean {
  const [a, b] = [unwrapped(left), unwrapped(right)];
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => sameValue(item, b[index]));
  }
  if (!isMap(a) || !isMap(b)) return a === b;
  const kind = signedKind(a);
  if ((kind === "asset" || kind === "archive") && a.hash !== undefined) {
    return kind === signedKind(b) && a.hash === b.hash;
  }
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => sameValue(a[key], b[key]));
}

function unwrapped(value: PropertyValue | undefined): PropertyValue | undefined {
  return signedKind(value) === "secret" ? unwrapped((value as PropertyMap).value) : value;
}

/** Top-level keys whose values differ, sorted. */
export function changedKeys(left: PropertyMap, right: PropertyMap): string[] {
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].filter((key) => !sameValue(left[key], right[key])).sort();
}
