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
  /** How long a machine that came back leaves the address where it is, s; 0 to 1000. */
  readonly preemptDelay: number;
}

/**
 * Timings by name, see proxyTiming.ts. Advertisements five times a second are safe also on a busy
 * machine: measured with real daemons in network namespaces on two cores.
 */
export const vipTimings = {
  reference: { advertisement: 1, interval: 3, timeout: 3, fall: 3, rise: 2, preemptDelay: 0 },
  fast: { advertisement: 0.2, interval: 1, timeout: 1, fall: 2, rise: 2, preemptDelay: 60 },
} as const satisfies Record<string, VipTiming>;

/** VRRP priorities of the machine that is preferred and of the other one. */
export const priorities = { preferred: 150, other: 100 } as const;

/**
 * What a machine's priority loses when HAProxy does not answer, when it has ended, and when the
 * machine's teams are down. Each is more than the distance of the priorities, or nothing would move.
 * A dead HAProxy costs more than that and dead teams together, so that the address is always where
 * HAProxy lives: it still reaches the controllers of the other machine.
 */
export const weights = { proxySilent: -110, proxyEnded: -110, teamsDown: -55 } as const;
