import { spawnSync } from "node:child_process";

/** Whether this machine has a program: tests that ask it skip themselves where it is missing. */
export function installed(program: string): boolean {
  return spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;
}
