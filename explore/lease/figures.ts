import {
  jenkinsStopSeconds,
  type LeaseTiming,
  takeoverSeconds,
  watchdogSeconds,
} from "../../components/jenkins/leaseTiming";

/** Seconds of a tick: the largest number that the lease's main figures are multiples of. */
export const tickSeconds = 5;

/** The deployed figures in ticks; what does not come out even is rounded to the worse side. */
export interface Figures {
  readonly lease: number;
  readonly renew: number;
  readonly call: number;
  readonly stopBefore: number;
  readonly killBefore: number;
  /** Until systemd kills a Jenkins that was asked to stop. */
  readonly jenkinsStop: number;
  readonly watchdog: number;
  /** For how long a count must have stood still. */
  readonly takeover: number;
}

export function figuresOf(timing: LeaseTiming): Figures {
  const down = (seconds: number): number => Math.floor(seconds / tickSeconds);
  const up = (seconds: number): number => Math.ceil(seconds / tickSeconds);
  return {
    lease: up(timing.lease),
    renew: up(timing.renew),
    // A call's limit, and the second after which it is killed.
    call: up(timing.call + 1),
    stopBefore: down(timing.stopBefore),
    killBefore: down(timing.killBefore),
    jenkinsStop: up(jenkinsStopSeconds),
    watchdog: up(watchdogSeconds(timing)),
    takeover: down(takeoverSeconds(timing)),
  };
}

/** The same order of the figures in few ticks: enough to see what a lost guard does. */
export const shortFigures: Figures = {
  lease: 8,
  renew: 2,
  call: 1,
  stopBefore: 4,
  killBefore: 1,
  jenkinsStop: 2,
  watchdog: 4,
  takeover: 9,
};
