import * as pulumi from "@pulumi/pulumi";
import * as runtime from "@pulumi/pulumi/runtime";
import { parseSettings } from "./config/parseSettings";
import { parseWebSettings, webProgramOf, type WebSettings } from "./config/parseWebSettings";
import { ConfigurationError } from "./config/problem";
import type { Settings } from "./config/settings";

export { inDays, inMinutes, inSeconds, type Duration } from "./config/duration";
export { parseSettings } from "./config/parseSettings";
export { ConfigurationError, type Problem } from "./config/problem";
export type { Settings } from "./config/settings";
export type { WebDevSettings, WebProdSettings, WebSettings } from "./config/parseWebSettings";

/** A stack's settings and the values of its secrets, which stay secrets wherever they go. */
export interface StackSettings {
  readonly settings: Settings;
  readonly secrets: Readonly<Record<string, pulumi.Output<string>>>;
}

/**
 * Reads all settings of the running stack, once, before anything is registered.
 *
 * @throws pulumi.RunError, which Pulumi prints without a stack trace, with everything that is wrong.
 */
export function readSettings(): StackSettings {
  const { raw, encrypted } = ownSettings();
  return orRunError(() => {
    const settings = parseSettings(raw, pulumi.getStack(), encrypted);
    return { settings, secrets: secretValues(settings.secretNames) };
  });
}

/**
 * The same for a stack of the web application; undefined where the stack runs another program.
 *
 * @throws pulumi.RunError as {@link readSettings} does.
 */
export function readWebSettings(): WebSettings | undefined {
  const { raw } = ownSettings();
  const program = webProgramOf(raw, pulumi.getStack());
  if (program === undefined) return undefined;
  return orRunError(() => parseWebSettings(raw, pulumi.getStack(), program));
}

function ownSettings(): { raw: Record<string, string>; encrypted: ReadonlySet<string> } {
  const project = pulumi.getProject();
  const raw: Record<string, string> = {};
  const encrypted = new Set<string>();
  // pulumi.Config answers for keys that one asks for; a misspelt key shows in the whole map alone.
  for (const [qualified, value] of Object.entries(runtime.allConfig())) {
    const [namespace, key] = splitOnce(qualified);
    if (namespace !== project) continue;
    raw[key] = value;
    if (isEncrypted(qualified)) encrypted.add(key);
  }
  return { raw, encrypted };
}

function orRunError<Read>(read: () => Read): Read {
  try {
    return read();
  } catch (error) {
    if (error instanceof ConfigurationError) throw new pulumi.RunError(error.message);
    throw error;
  }
}

function splitOnce(qualified: string): [string, string] {
  const at = qualified.indexOf(":");
  return [qualified.slice(0, at), qualified.slice(at + 1)];
}

/** Exported by the SDK's runtime for its own Config class, though missing from its declarations. */
function isEncrypted(qualified: string): boolean {
  const internals = runtime as unknown as { isConfigSecret(key: string): boolean };
  return internals.isConfigSecret(qualified);
}

function secretValues(names: readonly string[]): Record<string, pulumi.Output<string>> {
  if (names.length === 0) return {};
  const all = new pulumi.Config().requireSecretObject<Record<string, string>>("secrets");
  return Object.fromEntries(names.map((name) => [name, all.apply((values) => values[name] ?? "")]));
}
