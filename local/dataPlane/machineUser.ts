import { execFileSync } from "node:child_process";
import { chownSync } from "node:fs";

/** An account of this machine by its numbers. */
export interface MachineUser {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The unprivileged account that databases and controllers run as when this process is root: PostgreSQL
 * refuses root, and root writes to what is read-only. Undefined for an ordinary user, whose children
 * run as himself.
 * @throws if root's machine has no account `nobody`.
 */
export function machineUser(): MachineUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  return { uid: idOf("-u"), gid: idOf("-g") };
}

/** Makes the account the owner of a file or folder; nothing to do for an ordinary user. */
export function giveTo(user: MachineUser | undefined, path: string): void {
  if (user) chownSync(path, user.uid, user.gid);
}

function idOf(which: "-u" | "-g"): number {
  try {
    return Number(execFileSync("id", [which, "nobody"], { encoding: "utf8", stdio: "pipe" }));
  } catch (error) {
    throw new Error(
      "This runs as root, and there is no account `nobody` to run databases and controllers as. " +
        "Run it as an ordinary user, or with --data-plane modelled.",
      { cause: error },
    );
  }
}
