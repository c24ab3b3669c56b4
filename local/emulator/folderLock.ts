import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { EmulatorUnavailable } from "./unavailable";

/** An installation that takes longer than this has hung, also on a slow line. */
const patience = 15 * 60_000;

/** How long the holder may take to write its process id after it made the folder. */
const startGrace = 5_000;

/**
 * Runs `work` while no other process holds the lock. Making a folder either succeeds or fails, on
 * network file systems too, which is all that the lock needs. A holder that died is noticed by its
 * process id and its lock is taken away.
 */
export async function withFolderLock<T>(
  lock: string,
  progress: ((message: string) => void) | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const since = Date.now();
  for (let told = false; !(await tryLock(lock)); told = true) {
    if (await holderIsGone(lock)) {
      await rm(lock, { recursive: true, force: true });
      continue;
    }
    if (!told) progress?.("Another process installs the AWS emulator; waiting for it …");
    if (Date.now() - since > patience) {
      throw new EmulatorUnavailable(
        `Another process has held ${lock} for over ${patience / 60_000} minutes. If none is running, delete that folder.`,
      );
    }
    await sleep(250);
  }
  try {
    return await work();
  } finally {
    await rm(lock, { recursive: true, force: true });
  }
}

async function tryLock(lock: string): Promise<boolean> {
  try {
    await mkdir(lock);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
  await writeFile(join(lock, "pid"), String(process.pid));
  return true;
}

async function holderIsGone(lock: string): Promise<boolean> {
  let pid: number;
  try {
    pid = Number(await readFile(join(lock, "pid"), "utf8"));
  } catch {
    return isOld(lock);
  }
  if (!Number.isInteger(pid) || pid <= 0) return isOld(lock);
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

async function isOld(lock: string): Promise<boolean> {
  try {
    return Date.now() - (await stat(lock)).mtimeMs > startGrace;
  } catch {
    // Gone meanwhile: the next attempt to take it will tell.
    return false;
  }
}
