import * as path from "node:path";
import type { ProviderSource } from "./engine";

const root = path.resolve(__dirname, "..", "..");

/** Makes Node.js run this repository's TypeScript; see there. */
export const transpileModule = path.join(root, "local", "transpile", "register.js");

/**
 * A provider of the local AWS, started anew for each instance.
 * @param env what it needs: LOCAL_AWS_ENDPOINT, or LOCAL_AWS_PLAN_ONLY=1 to plan without an AWS
 */
export function localProvider(env: Readonly<Record<string, string>>): ProviderSource {
  return typescriptProvider(path.join(root, "local", "provider", "main.ts"), env);
}

/** A provider that is written in this repository's TypeScript. */
export function typescriptProvider(
  main: string,
  env: Readonly<Record<string, string>>,
): ProviderSource {
  return {
    kind: "launch",
    command: process.execPath,
    // Absolute, because providers run in the program's folder, wherever that is.
    args: ["--require", transpileModule, main],
    env,
  };
}
