import { spawn } from "node:child_process";
import type { ScriptResult, Shell } from "./shell";

/** Bytes of output that are kept: the end is what counts. */
const kept = 64_000;

/** Environment of the scripts: no credentials of AWS among it. */
function environment(): Record<string, string> {
  const { PATH, HOME, TMPDIR } = process.env;
  return {
    PATH: PATH ?? "/usr/bin:/bin:/usr/sbin:/sbin",
    ...(HOME === undefined ? {} : { HOME }),
    ...(TMPDIR === undefined ? {} : { TMPDIR }),
    LC_ALL: "C",
  };
}

/** This machine's own shell: both folders are here. */
export const localShell: Shell = {
  run: (script, signal, watch) =>
    new Promise<ScriptResult>((resolve, reject) => {
      // A group of its own: the terminal's Ctrl-C is for this process, which ends rsync in order.
      const child = spawn("sh", ["-s"], { detached: true, env: environment(), stdio: "pipe" });
      let output = "";
      let errors = "";
      const abort = (): void => {
        endGroup(child.pid);
      };
      signal.addEventListener("abort", abort);
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        output = (output + text).slice(-kept);
        watch?.(output);
      });
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        errors = (errors + text).slice(-kept);
      });
      child.once("error", (error) => {
        signal.removeEventListener("abort", abort);
        reject(error);
      });
      child.once("close", (code) => {
        signal.removeEventListener("abort", abort);
        if (signal.aborted) reject(signal.reason as Error);
        else resolve({ code, output, errors });
      });
      // A shell that ended before it read all has said why.
      child.stdin.on("error", () => undefined);
      child.stdin.end(script);
    }),
};

/** SIGTERM: rsync removes what it has not completed. */
function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGTERM");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
