/** Marks a special object on Pulumi's wire, and the marker of a secret. */
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** True for objects that are data, not assets, resources or other classes. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    (Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null)
  );
}

function isSecret(value: Record<string, unknown>): boolean {
  return value[signatureKey] === secretSignature;
}

/** The same value with every secret's envelope taken off. */
export function unwrapSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrapSecrets);
  if (!isPlainObject(value)) return value;
  if (isSecret(value)) return unwrapSecrets(value.value);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, unwrapSecrets(each)]));
}

/** Paths (`a.b.0`) at which secrets sit. */
export function secretPaths(value: unknown, path = ""): string[] {
  if (Array.isArray(value))
    return value.flatMap((each, index) => secretPaths(each, join(path, String(index))));
  if (!isPlainObject(value)) return [];
  if (isSecret(value)) return [path];
  return Object.entries(value).flatMap(([key, each]) => secretPaths(each, join(path, key)));
}

function join(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}
