import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { Socket } from "node:net";
import { run } from "./shell";

/** Where all machines see the same files, as on a storage that all of them mount. */
export const sharedFolder = "/run/lab";

/** Tells the process inside of the room that it is there. */
const insideVariable = "JENKINS_PILOT_LIGHT_LAB_ROOM";

/** The pipe whose end inside closes when the process outside is gone. */
const lifeline = 3;

/** Whether this process has the room's namespaces. */
export function isInRoom(): boolean {
  return process.env[insideVariable] === "inside" && process.pid === 1;
}

/**
 * Runs this command once more as the first process of a room: mounts, network, processes and
 * interprocess memory of its own. All that the lab makes is in there, and the kernel takes it away
 * with the room's first process, however that ends: nothing has to be tidied up, and a lab that is
 * killed leaves nothing behind.
 *
 * @returns its exit status
 * @throws the signal's reason when interrupted; the room is gone then
 */
export function runInRoom(signal: AbortSignal): Promise<number> {
  const command = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  return new Promise((resolve, reject) => {
    const room = spawn(
      "setpriv",
      [
        // The room ends with this process, and its first process with the unshare around it.
        ...["--pdeathsig", "KILL", "unshare", "--fork", "--kill-child"],
        ...["--mount", "--net", "--pid", "--ipc", "--uts", "--mount-proc", ...command],
      ],
      {
        stdio: ["ignore", "inherit", "inherit", "pipe"],
        env: { ...process.env, [insideVariable]: "inside" },
      },
    );
    signal.addEventListener("abort", () => room.kill("SIGKILL"), { once: true });
    room.once("error", reject);
    room.once("close", (code, killedBy) => {
      if (signal.aborted) reject(signal.reason as Error);
      else if (code === null) reject(new Error(`The room was ended by ${killedBy ?? "nobody"}.`));
      else resolve(code);
    });
  });
}

/** Makes the room's own `/run`, and ends this process should it lose the one outside. */
export async function furnishRoom(): Promise<void> {
  const outside = new Socket({ fd: lifeline, readable: true, writable: false });
  outside.on("close", () => process.exit(2)).on("error", () => process.exit(2));
  outside.resume();
  outside.unref();
  await run("mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", "/run");
  mkdirSync(sharedFolder);
  await run("ip", "link", "set", "lo", "up");
}
