import { jenkinsStopSeconds } from "./leaseTiming";

/** What happens from the word that a machine has to go until its lifecycle action is completed; seconds. */
export interface DrainTiming {
  /** How long running builds may go on after Jenkins has stopped to begin new ones. */
  readonly wait: number;
  /** Limit of one question to the own Jenkins: one that hangs is not waited for. */
  readonly call: number;
}

/**
 * Two minutes let short builds end; longer ones survive the restart anyway, if their agents are back in
 * time. A longer wait would keep the team from a healthy controller for as long.
 */
export const defaultDrainTiming: DrainTiming = { wait: 120, call: 5 };

/** Patience of the Auto Scaling group's terminate hook: then the machine goes anyway. */
export const terminateHookSeconds = 300;

/**
 * A step that runs on an agent ends if the agent is not connected again within this time after Jenkins
 * is back. It counts from Jenkins's start, so draining and the machine's replacement are not part of it.
 * https://www.jenkins.io/doc/book/pipeline/running-pipelines/
 */
export const agentReconnectSeconds = 300;

/** The longest that draining takes: crumb, quiet down and a last question that hang, and the wait. */
export function longestDrain({ wait, call }: DrainTiming): number {
  return wait + 3 * (call + 1);
}

/**
 * What stopping in good order takes at the most: draining, Jenkins's own stop, giving the lease back.
 * @throws Error naming the figures if that is longer than the hook waits, which would end the machine
 *   with the lease held: its successor would wait for the lease's end.
 */
export function checkDrainTiming(timing: DrainTiming): void {
  const giveBack = 2 * (timing.call + 1);
  const whole = longestDrain(timing) + jenkinsStopSeconds + giveBack;
  if (!Number.isInteger(timing.wait) || timing.wait < 0 || whole >= terminateHookSeconds) {
    throw new Error(
      `draining for ${timing.wait} s makes ${whole} s until the lease is given back, but the terminate hook ` +
        `waits for ${terminateHookSeconds} s: give a whole number of seconds from 0, at most ` +
        `${timing.wait - (whole - terminateHookSeconds) - 1}`,
    );
  }
}
