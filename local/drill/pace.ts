import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** Modelled seconds per real second on a machine that has nothing else to do. */
export const usualPace = 60;

/**
 * With a real Jenkins: loading it takes real seconds of all cores, and meanwhile leases must be
 * renewed and health checks answered in modelled time.
 */
export const warPace = 25;

/** The same while nothing is measured, and no lease is near its end. */
export const warDeployPace = 60;

/** Below this a drill takes too long to watch; a machine that slow misses its RTO honestly. */
const slowestPace = 10;

/** Modelled seconds that the start of a process may cost. */
const startBudget = 10;

/**
 * How fast modelled time may run here. A cold run of the failover function starts a process, and its
 * real time counts as modelled time: at 60, half a second of a busy machine is half a minute of RTO
 * that no AWS would take.
 *
 * @param startMs real milliseconds that a process takes to start
 * @returns modelled seconds per real second, a whole number from 10 to 60
 */
export function paceFor(startMs: number): number {
  const affordable = Math.floor((startBudget * 1000) / startMs);
  return Math.max(slowestPace, Math.min(usualPace, affordable));
}

/** Real milliseconds that a process takes to start on this machine now: the median of seven. */
export async function processStart(): Promise<number> {
  const run = promisify(execFile);
  const taken: number[] = [];
  for (let attempt = 0; attempt < 7; attempt += 1) {
    const began = performance.now();
    await run(process.execPath, ["--eval", ""]);
    taken.push(performance.now() - began);
  }
  return taken.sort((a, b) => a - b)[3] ?? Number.NaN;
}
