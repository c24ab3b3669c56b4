import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

const root = join(__dirname, "..", "..");
const namespace = "jenkins-pilot-light:";

/**
 * A sample stack's settings as Pulumi hands them to the program: every value as text, objects as
 * JSON, the stack's file over the project's.
 */
export function sampleSettings(
  stackName: "primary" | "dr" | "web-dev" | "web-prod",
): Record<string, string> {
  const project = read("Pulumi.yaml").config as Record<string, { value: unknown }>;
  const stack = (read(`Pulumi.${stackName}.yaml`).config ?? {}) as Record<string, unknown>;
  const shared = Object.entries(project).map(([key, { value }]) => [key, value] as const);
  const own = Object.entries(stack)
    .filter(([key]) => key.startsWith(namespace))
    .map(([key, value]) => [key.slice(namespace.length), value] as const);
  return Object.fromEntries(
    [...shared, ...own].map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}

function read(file: string): { config?: unknown } {
  return parse(readFileSync(join(root, file), "utf8")) as { config?: unknown };
}
