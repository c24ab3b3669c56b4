/** How fast a proxy notices that a controller is gone, and how long it waits for one that is there. */
export interface ProxyTiming {
  /** Until a connection to a controller stands, ms. */
  readonly connect: number;
  /** Until a check is answered once it is connected, ms; undefined: as long as `interval`. */
  readonly check?: number;
  /** Between two checks, ms. */
  readonly interval: number;
  /** Between two checks of a server whose state is about to change, ms. Default: `interval`. */
  readonly fastInterval?: number;
  /** Between two checks of a server that is down, ms. Default: `interval`. */
  readonly downInterval?: number;
  /** Failed checks in a row after which a server is down. */
  readonly fall: number;
  /** Good checks in a row after which it is up again. */
  readonly rise: number;
  /** How often a connection is tried before the request fails. */
  readonly retries: number;
  /**
   * Whether a request that could not be delivered goes to the other machine, and connections that fail
   * count as failed checks.
   */
  readonly retriesElsewhere: boolean;
  /** Silence of a client or controller after which a request is given up, ms. */
  readonly idle: number;
  /** Silence after which a WebSocket or an agent's connection is ended, ms. */
  readonly tunnel: number;
}

/** Jenkins pings a WebSocket agent this often, ms: `jenkins.websocket.pingInterval`, 30 s by default. */
export const webSocketPing = 30_000;

/**
 * Timings by name. `reference` is the published guide's, kept to be compared with: a failed check there
 * costs the interval and the whole time to connect, so that a team is away for 10 to 25 s. `fast` loses
 * no request when a controller dies or hangs.
 */
export const proxyTimings = {
  reference: {
    connect: 5_000,
    interval: 5_000,
    fall: 3,
    rise: 2,
    retries: 3,
    retriesElsewhere: false,
    idle: 50_000,
    tunnel: 3_600_000,
  },
  fast: {
    connect: 500,
    check: 800,
    interval: 1_000,
    fastInterval: 250,
    downInterval: 1_000,
    fall: 2,
    rise: 3,
    retries: 3,
    retriesElsewhere: true,
    idle: 300_000,
    tunnel: 3_600_000,
  },
} as const satisfies Record<string, ProxyTiming>;

/** The name of a set of timings. */
export type PairProfile = keyof typeof proxyTimings;
