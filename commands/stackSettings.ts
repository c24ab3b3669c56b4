import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { parseSettings } from "../stacks/config/parseSettings";
import type { Settings } from "../stacks/config/settings";

/**
 * A stack's settings from `Pulumi.yaml` and `Pulumi.<stack>.yaml`, for commands that must work when
 * neither Pulumi nor its state can be reached. Secrets stay encrypted and are not read.
 *
 * @throws ConfigurationError with everything that is wrong, as `pulumi up` would.
 * @throws Error that names the file when one is missing or no YAML.
 */
export function readStackSettings(folder: string, stackName: string): Settings {
  const { values, encrypted } = readStackValues(folder, stackName);
  return parseSettings(values, stackName, encrypted);
}

/**
 * The values below a stack's settings, unchecked: the project's own keys without their namespace.
 *
 * @throws Error that names the file when one is missing or no YAML.
 */
export function readStackValues(
  folder: string,
  stackName: string,
): { readonly values: Readonly<Record<string, unknown>>; readonly encrypted: ReadonlySet<string> } {
  const project = readYaml(join(folder, "Pulumi.yaml"));
  const stack = readYaml(join(folder, `Pulumi.${stackName}.yaml`));
  const namespace = `${String(project.name)}:`;
  const encrypted = new Set<string>();
  const values: Record<string, unknown> = {};
  const take = (key: string, value: unknown): void => {
    const found = { encrypted: false };
    values[key] = withoutSecrets(value, found);
    if (found.encrypted) encrypted.add(key);
    else encrypted.delete(key);
  };
  for (const [key, declared] of Object.entries(mapIn(project.config))) {
    const own = ownKey(key, namespace);
    if (own !== undefined) take(own, declaredValue(declared));
  }
  for (const [key, value] of Object.entries(mapIn(stack.config))) {
    const own = ownKey(key, namespace);
    if (own !== undefined) take(own, value);
  }
  return { values, encrypted };
}

/**
 * The settings of the waiting region's stack, for commands that talk to its failover function.
 *
 * @throws as {@link readStackSettings}, and Error where the stack has no such function.
 */
export function readWaitingStackSettings(folder: string, stackName: string): Settings {
  const settings = readStackSettings(folder, stackName);
  if (settings.region !== settings.activeRegion) return settings;
  const { program, primaryStack, drStack, region } = settings;
  throw new Error(
    `The region of stack ${stackName}, ${region}, serves by its configuration and has no failover function; ` +
      `name the waiting region's stack: --stack ${program === "primary" ? drStack : primaryStack}. ` +
      "After a failover the configuration follows by: npm run adopt",
  );
}

/** Keys without a namespace are the project's; those of other namespaces (`aws:`) are not ours. */
function ownKey(key: string, namespace: string): string | undefined {
  if (!key.includes(":")) return key;
  return key.startsWith(namespace) ? key.slice(namespace.length) : undefined;
}

/** Pulumi.yaml gives a value as itself, below `value:`, or below `default:`. */
function declaredValue(declared: unknown): unknown {
  if (!isMap(declared)) return declared;
  return "value" in declared ? declared.value : declared.default;
}

/** What stands in for a secret: the settings say that there is one, never what it is. */
const concealed = "[secret]";

function withoutSecrets(value: unknown, found: { encrypted: boolean }): unknown {
  if (Array.isArray(value)) return value.map((member) => withoutSecrets(member, found));
  if (!isMap(value)) return value;
  if (typeof value.secure === "string" && Object.keys(value).length === 1) {
    found.encrypted = true;
    return concealed;
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, withoutSecrets(member, found)]),
  );
}

function readYaml(file: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(
      `${file} cannot be read: is the stack's name right? (${(error as Error).message})`,
      { cause: error },
    );
  }
  try {
    return mapIn(parse(text));
  } catch (error) {
    throw new Error(`${file} is not valid YAML: ${(error as Error).message}`, { cause: error });
  }
}

function mapIn(value: unknown): Record<string, unknown> {
  return isMap(value) ? value : {};
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
