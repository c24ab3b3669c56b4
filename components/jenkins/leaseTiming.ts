/** How long a lease lives and when its holder gives up; all in seconds of the machine's boot clock. */
export interface LeaseTiming {
  /** Life of a lease after each renewal. Also the longest wait after a machine died unseen. */
  readonly lease: number;
  /** Pause between renewals. */
  readonly renew: number;
  /** Pause between attempts to take a lease: part of every failover's duration. */
  readonly retry: number;
  /** Jenkins is told to stop this long before the lease ends, if it could not be renewed. */
  readonly stopBefore: number;
  /** Jenkins is killed this long before the lease ends, if it has not stopped by then. */
  readonly killBefore: number;
  /** Limit of one AWS call: an unanswered call must not eat the time that stopping needs. */
  readonly call: number;
  /**
   * By how much two boot clocks may disagree on a lease's length, rounding to whole seconds included:
   * another machine waits for this long beyond it. Crystals differ by some 0.01 s in 90 s.
   */
  readonly drift: number;
  /** For how long Jenkins is started again after its home could not be mounted. */
  readonly mountPatience: number;
}

/**
 * 90 s survive 50 s without an answer from DynamoDB before Jenkins has to stop. A shorter lease would
 * stop every Jenkins of a region for a hiccup of its table; a longer one is waited for by whoever
 * follows a machine that died.
 */
export const defaultLeaseTiming: LeaseTiming = {
  lease: 90,
  renew: 15,
  retry: 3,
  stopBefore: 40,
  killBefore: 10,
  call: 5,
  drift: 5,
  // As long as the Auto Scaling group waits for a new machine's health; then it makes another one.
  mountPatience: 1_800,
};

/** systemd ends Jenkins this long after it asked it to stop, in seconds. */
export const jenkinsStopSeconds = 20;

/** A call's limit, and the second after which `timeout` kills what ignores it. */
function longestCall({ call }: LeaseTiming): number {
  return call + 1;
}

/**
 * For how long systemd lets the lease process be silent before it kills it and stops Jenkins itself.
 * The process speaks only when it has renewed, so that whatever stops it (an error, SIGSTOP, a
 * call that hangs) Jenkins has been asked to stop and, {@link jenkinsStopSeconds} later, killed by
 * the time at which the process itself would have killed it.
 */
export function watchdogSeconds(timing: LeaseTiming): number {
  return timing.lease - timing.killBefore - jenkinsStopSeconds - longestCall(timing);
}

/** For how long a machine must have seen no renewal before it takes another's lease. */
export function takeoverSeconds({ lease, drift }: Pick<LeaseTiming, "lease" | "drift">): number {
  return lease + drift;
}

/** @throws Error naming what two figures contradict each other, and which to change. */
export function checkLeaseTiming(timing: LeaseTiming): void {
  const { lease, renew, stopBefore, killBefore, drift } = timing;
  const call = longestCall(timing);
  const figures = Object.entries(timing).filter(([, value]) => !Number.isInteger(value));
  for (const [name, value] of figures) {
    throw new Error(`the lease's ${name} is ${value}: whole seconds only, the script counts them`);
  }
  if (drift < 2) {
    throw new Error(
      `the lease's drift is ${drift} s, but two clocks read in whole seconds differ by up to 2 s: ` +
        "another machine could start first. Raise drift",
    );
  }
  // The last kill may have to wait for systemctl, which is asked with a call's limit.
  if (killBefore <= call) {
    throw new Error(
      `Jenkins is killed ${killBefore} s before the lease ends, but asking systemd may take ${call} s: ` +
        "another machine could start first. Raise killBefore",
    );
  }
  if (stopBefore < killBefore + jenkinsStopSeconds || lease - stopBefore <= renew + call) {
    throw new Error(
      `a lease of ${lease} s needs killBefore + ${jenkinsStopSeconds} (${killBefore + jenkinsStopSeconds}) <= ` +
        `stopBefore (${stopBefore}) < lease - renew - call (${lease - renew - call})`,
    );
  }
  // Two questions to systemd, two records and a renewal, each just within its limit.
  const slowestRound = renew + 5 * call;
  if (watchdogSeconds(timing) <= slowestRound) {
    throw new Error(
      `the watchdog of a lease of ${lease} s fires after ${watchdogSeconds(timing)} s, but a round in ` +
        `which every call is slow takes ${slowestRound} s. Raise lease, or lower renew or call`,
    );
  }
}
