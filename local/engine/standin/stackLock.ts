import * as fs from "node:fs";

/**
 * Keeps two runs from changing one stack at once. The lock is a file with the holder's process id;
 * one whose process has died (killed, machine lost) is taken over.
 */
export class StackLock {
  private constructor(private readonly file: string) {}

  /** @throws Error naming the process that holds the stack. */
  static take(file: string, stack: string): StackLock {
    for (let attempt = 0; attempt < 2; attempt += 1) {
      try {
        fs.writeFileSync(file, String(process.pid), { flag: "wx" });
        return new StackLock(file);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
        const holder = Number(fs.readFileSync(file, "utf8"));
        if (isAlive(holder)) {
          throw new Error(
            `Process ${holder} is already running an operation on stack ${stack}. ` +
              `Wait until it ends, or end it; then run this again.`,
            { cause: error },
          );
        }
        fs.rmSync(file, { force: true });
      }
    }
    throw new Error(`The lock ${file} changes hands too fast; run this again.`);
  }

  release(): void {
    fs.rmSync(this.file, { force: true });
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Not allowed to signal it: it exists and belongs to someone else.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
