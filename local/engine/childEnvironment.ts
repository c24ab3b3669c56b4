import { basicEnvironment } from "../emulator/isolatedEnvironment";
import type { StackSpec } from "./engine";

/**
 * The environment of every child of an engine: the few variables above and the stack's own.
 * AWS credentials, profiles, endpoints and proxies of the caller stay behind, because a program
 * that is meant for the local AWS must not be able to reach the real one.
 */
export function childEnvironment(
  stack: Pick<StackSpec, "env">,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return { ...basicEnvironment(), ...stack.env, ...more };
}
