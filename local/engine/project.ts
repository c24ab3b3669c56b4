import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { configDecrypter } from "./configSecrets";
import type { ConfigOverride, StackSpec } from "./engine";

/** A project and one of its stacks, as its files and the caller's overrides say. */
export interface ProjectSettings {
  readonly name: string;
  /** Absolute path of the program's entry point. */
  readonly program: string;
  /** By `namespace:key`; structured values as JSON. Secrets are in clear: never print this. */
  readonly config: Readonly<Record<string, string>>;
  /** Which of these are secret. */
  readonly secretKeys: readonly string[];
  /** The secrets' texts, to keep them out of messages. */
  readonly secretValues: readonly string[];
}

interface ConfigEntry {
  readonly text: string;
  readonly secret: boolean;
}

interface ProjectFile {
  readonly name?: unknown;
  readonly main?: unknown;
  readonly config?: Record<string, unknown>;
}

interface StackFile {
  readonly config?: Record<string, unknown>;
  readonly encryptionsalt?: string;
  readonly secretsprovider?: string;
}

/**
 * Reads `Pulumi.yaml` and `Pulumi.<stack>.yaml` as the CLI does: the project's own configuration
 * lies below the stack's, and keys without a namespace belong to the project.
 * @throws Error that names the file and the key when something is missing or malformed
 */
export function readProject(stack: StackSpec): ProjectSettings {
  const projectFile = path.join(stack.workDir, "Pulumi.yaml");
  const project = readYaml(projectFile) as ProjectFile | undefined;
  if (project === undefined) {
    throw new Error(`There is no ${projectFile}: ${stack.workDir} is not a Pulumi project.`);
  }
  const { name } = project;
  if (typeof name !== "string" || name === "") {
    throw new Error(`${projectFile} gives no name to the project; add "name: <project>".`);
  }
  const stackFile = path.join(stack.workDir, `Pulumi.${stack.name}.yaml`);
  const stackSettings = (readYaml(stackFile) ?? {}) as StackFile;

  const entries = new Map<string, ConfigEntry>();
  const decrypt = configDecrypter(stackSettings.encryptionsalt, stack.passphrase, stackFile);
  for (const [key, value] of Object.entries(stackSettings.config ?? {})) {
    entries.set(qualified(key, name), entryOf(value, decrypt));
  }
  for (const [key, value] of Object.entries(stack.config ?? {})) {
    entries.set(qualified(key, name), overrideOf(value));
  }
  const missing = addProjectDefaults(project.config ?? {}, name, entries);
  if (missing.length > 0) {
    throw new Error(
      `Stack ${stack.name} lacks the configuration that ${projectFile} demands: ` +
        `${missing.join(", ")}. Set it with: pulumi config set <key> <value> --stack ${stack.name}`,
    );
  }
  const secrets = [...entries].filter(([, entry]) => entry.secret);
  return {
    name,
    program: entryPoint(stack, project.main),
    config: Object.fromEntries([...entries].map(([key, { text }]) => [key, text])),
    secretKeys: secrets.map(([key]) => key),
    secretValues: secrets.map(([, { text }]) => text),
  };
}

/** Adds what the stack does not set itself; returns the keys that are declared but have no value. */
function addProjectDefaults(
  declared: Record<string, unknown>,
  project: string,
  entries: Map<string, ConfigEntry>,
): string[] {
  const missing: string[] = [];
  for (const [key, declaration] of Object.entries(declared)) {
    const name = qualified(key, project);
    if (entries.has(name)) continue;
    const value = declaredValue(declaration);
    if (value === undefined) missing.push(name);
    else entries.set(name, { text: textOf(value), secret: isSecretDeclaration(declaration) });
  }
  return missing;
}

/** `key: value`, `key: { value }` (a value) or `key: { type, default }` (a declaration). */
function declaredValue(declaration: unknown): unknown {
  if (!isObject(declaration)) return declaration;
  if ("value" in declaration) return declaration.value;
  if ("default" in declaration) return declaration.default;
  return undefined;
}

function isSecretDeclaration(declaration: unknown): boolean {
  return isObject(declaration) && declaration.secret === true;
}

function entryOf(value: unknown, decrypt: (secure: string) => string): ConfigEntry {
  if (isObject(value) && typeof value.secure === "string" && Object.keys(value).length === 1) {
    return { text: decrypt(value.secure), secret: true };
  }
  const found = { secret: false };
  const opened = openNested(value, decrypt, found);
  return { text: textOf(opened), secret: found.secret };
}

/** Opens `secure:` values inside of objects and lists; one of them makes the whole value secret. */
function openNested(
  value: unknown,
  decrypt: (secure: string) => string,
  found: { secret: boolean },
): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => openNested(item, decrypt, found));
  if (!isObject(value)) return value;
  if (typeof value.secure === "string" && Object.keys(value).length === 1) {
    found.secret = true;
    return decrypt(value.secure);
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, openNested(member, decrypt, found)]),
  );
}

function overrideOf(value: ConfigOverride): ConfigEntry {
  return typeof value === "string"
    ? { text: value, secret: false }
    : { text: value.secret, secret: true };
}

/** Scalars as they are, anything else as JSON: what the program's `Config` expects. */
function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  return JSON.stringify(value ?? "");
}

function qualified(key: string, project: string): string {
  return key.includes(":") ? key : `${project}:${key}`;
}

function entryPoint(stack: StackSpec, main: unknown): string {
  const entry = stack.program ?? (typeof main === "string" ? main : "index.ts");
  const program = path.resolve(stack.workDir, entry);
  if (!fs.existsSync(program)) {
    throw new Error(`The program's entry point ${program} does not exist.`);
  }
  return program;
}

function readYaml(file: string): unknown {
  if (!fs.existsSync(file)) return undefined;
  try {
    return (parse(fs.readFileSync(file, "utf8")) as unknown) ?? {};
  } catch (error) {
    throw new Error(`${file} is not valid YAML: ${(error as Error).message}`, { cause: error });
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
