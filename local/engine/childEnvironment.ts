import type { StackSpec } from "./engine";

/** What a process needs to start at all, on Linux, macOS and Windows. */
const inherited = [
  "PATH",
  "HOME",
  "USER",
  "LOGNAME",
  "SHELL",
  "LANG",
  "LC_ALL",
  "TMPDIR",
  "TEMP",
  "TMP",
  "SYSTEMROOT",
  "APPDATA",
  "LOCALAPPDATA",
];

/**
 * The environment of every child of an engine: the few variables above and the stack's own.
 * AWS credentials, profiles, endpoints and proxies of the caller stay behind, because a program
 * that is meant for the local AWS must not be able to reach the real one.
 */
export function childEnvironment(
  stack: Pick<StackSpec, "env">,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const name of inherited) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  return { ...environment, ...stack.env, ...more };
}
