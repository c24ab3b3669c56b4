/** How fast the shared address follows, and what moves it. */
export interface VipTiming {
  /** Between two advertisements of the machine that holds the address, s; it is lost after three. */
  readonly advertisement: number;
  /** Between two looks at HAProxy and at the teams, s. */
  readonly interval: number;
  /** After which a look counts as failed, s. */
  readonly timeout: number;
  /** Looks in a row that have to fail. */
  readonly fall: number;
  /** Looks in a row that have to succeed again. */
  readonly rise: number;
  /**
   * How long the address stays where it is though the other machine has the higher priority, s; 0 to
   * 1000: when the preferred one comes back, and when the teams of the machine that holds it are down.
   * Users wait for neither: HAProxy reaches the controllers of both machines.
   */
  readonly preemptDelay: number;
}

/**
 * Timings by name, see proxyTiming.ts. Advertisements six times a second are safe also on a busy
 * machine: measured with real daemons in network namespaces on two cores, where the address never moved
 * without a reason. Three of them and the skew of the priority are 0.58 s.
 */
export const vipTimings = {
  reference: { advertisement: 1, interval: 3, timeout: 3, fall: 3, rise: 2, preemptDelay: 0 },
  fast: { advertisement: 0.16, interval: 1, timeout: 1, fall: 2, rise: 2, preemptDelay: 10 },
} as const satisfies Record<string, VipTiming>;

/** VRRP priorities of the machine that is preferred and of the other one. */
export const priorities = { preferred: 150, other: 100 } as const;

/**
 * What a machine's priority loses when its teams are down: more than the distance of the priorities, or
 * nothing would move. A machine whose HAProxy has ended or does not answer has no priority at all.
 */
export const teamsDownWeight = -55;
