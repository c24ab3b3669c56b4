import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync } from "node:fs";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { basicEnvironment } from "../emulator/isolatedEnvironment";
import { giveTo, type MachineUser } from "./machineUser";

/**
 * Waits until its input closes, which it does when this process ends, however it ends; then ends the
 * database servers and removes the folder. SIGQUIT is PostgreSQL's immediate shutdown.
 */
const watchdog = `
cat >/dev/null
for file in "$1"/databases/*/postmaster.pid; do
  [ -f "$file" ] && kill -QUIT "$(head -n 1 "$file")" && running=yes
done
[ -z "$running" ] || sleep 1
rm -rf "$1"
`;

/** The one temporary folder of a run: databases and homes. It does not outlive this process. */
export class RunFolder {
  readonly path: string;
  private readonly guard: ChildProcess;

  /** @param user who owns it, see machineUser.ts */
  constructor(user: MachineUser | undefined) {
    this.path = mkdtempSync(join(tmpdir(), "local-aws-"));
    giveTo(user, this.path);
    // A session of its own: Ctrl-C on the terminal is for this process alone.
    this.guard = spawn("sh", ["-c", watchdog, "watchdog", this.path], {
      detached: true,
      env: basicEnvironment(),
      stdio: ["pipe", "ignore", "ignore"],
    });
    this.guard.unref();
    (this.guard.stdin as Socket).unref();
  }

  /** A folder below it, made if missing. */
  folder(user: MachineUser | undefined, ...names: readonly string[]): string {
    let path = this.path;
    for (const name of names) {
      path = join(path, name);
      if (mkdirSync(path, { recursive: true }) !== undefined) giveTo(user, path);
    }
    return path;
  }

  /**
   * Has it removed with all that is in it, which goes on after this process's end: some disks take
   * seconds for the thousands of files of a few databases.
   */
  remove(): void {
    this.guard.stdin?.end();
  }
}
