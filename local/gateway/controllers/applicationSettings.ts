import { parse } from "yaml";
import type { LaunchedInstance } from "../world";
import { bootFiles } from "./bootSettings";

/** What a machine of containers learns from its user data. */
export interface ApplicationSettings {
  readonly name: string;
  /** Names in Systems Manager and Secrets Manager that its start waits for. */
  readonly parameters: readonly string[];
  readonly secrets: readonly string[];
  /** Of its database, where a service has one: the first label of the host name. */
  readonly databaseIdentifier?: string;
}

/** Where user data puts the compose file and the script of settings. */
const composePath = "/etc/jenkins-pilot-light/compose.yaml";
const scriptPath = "/usr/local/sbin/application-settings";

interface ComposeFile {
  readonly name: string;
  readonly services: Record<string, { readonly environment?: Record<string, string> }>;
}

/**
 * Reads the compose file as Docker would, and the names that the script asks AWS for.
 * @returns undefined for a machine that runs no containers
 */
export function readApplicationSettings(
  instance: LaunchedInstance,
): ApplicationSettings | undefined {
  const files = bootFiles(instance.userData);
  const compose = files.get(composePath);
  const script = files.get(scriptPath);
  if (compose === undefined || script === undefined) return undefined;
  const { name, services } = parse(compose) as ComposeFile;
  const host = Object.values(services)
    .map(({ environment }) => environment?.DATABASE_HOST)
    .find((each) => each !== undefined);
  const [databaseIdentifier] = host?.split(".") ?? [];
  return {
    name,
    parameters: names(script, /\$\(parameter "([^"$]+)"/g),
    secrets: names(script, /\$\((?:secret|member) "([^"$]+)"/g),
    ...(databaseIdentifier === undefined ? {} : { databaseIdentifier }),
  };
}

function names(script: string, pattern: RegExp): string[] {
  return [...new Set([...script.matchAll(pattern)].map(([, name = ""]) => name))];
}
