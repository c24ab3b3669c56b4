import { readFileSync, readlinkSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import type { LockOwner } from "../model";

/** This process as a lock's holder. */
export function thisOwner(now: number): LockOwner {
  return {
    by: `${userInfo().username} on ${hostname()}`,
    since: now,
    place: thisPlace(),
    pid: process.pid,
  };
}

/**
 * Whether a lock's holder is a process of this very place that is gone. Who holds it from anywhere
 * else is not known; its lock is watched instead.
 */
export function hasEnded({ place, pid }: LockOwner): boolean {
  if (place === "" || place !== thisPlace()) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    // EPERM: it runs, as somebody else.
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

/** Machine, boot and process space; empty where they cannot be told, on systems other than Linux. */
function thisPlace(): string {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${hostname()} ${boot} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return "";
  }
}
