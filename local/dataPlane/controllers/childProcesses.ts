import type { ChildProcess } from "node:child_process";

/** Process groups of stand-in machines that must not outlive this process, whichever way it ends. */
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) killGroup(child);
});

/** Remembers a child (the leader of a group of its own) until it has ended. */
export function untilItEnds(child: ChildProcess): Promise<number | null> {
  running.add(child);
  return new Promise((resolve) => {
    child.once("close", (code) => {
      running.delete(child);
      resolve(code);
    });
    // Could not be started at all: there is no `close` then.
    child.once("error", () => {
      running.delete(child);
      resolve(null);
    });
  });
}

/** SIGKILL to the child and all that it started: what loses its power does not end in good order. */
export function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    // It ended by itself before.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
