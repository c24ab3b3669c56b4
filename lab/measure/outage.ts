import { manners } from "../users/manners";
import type { Sample } from "../users/samples";

/** What a team's users met. */
export interface Outage {
  /**
   * The longest time, ms, in which every request that was begun failed or met nobody who took its
   * connection: from the first one of these to the next one that was served. A request that is taken
   * and has to wait is no outage; nor is one failed that somebody takes a second later.
   */
  readonly longest: number;
  /** False: the last requests were not served either, so that it went on for longer. */
  readonly ended: boolean;
  /** Requests without a good answer. */
  readonly failed: number;
  /** The slowest answer, ms. */
  readonly slowest: number;
}

/** @param samples of one team, in any order */
export function outageOf(samples: readonly Sample[]): Outage {
  const inOrder = [...samples].sort((one, other) => one.begun - other.begun);
  let longest = 0;
  let since: number | undefined;
  for (const sample of inOrder) {
    const { begun, took } = sample;
    if (isServed(sample)) {
      if (since !== undefined) longest = Math.max(longest, begun - since);
      since = undefined;
    } else {
      since ??= begun;
      // Not yet over when the last one gave up.
      if (sample === inOrder.at(-1)) longest = Math.max(longest, begun + took - since);
    }
  }
  const answered = inOrder.filter(({ servedBy }) => servedBy !== undefined);
  return {
    longest,
    ended: since === undefined,
    failed: inOrder.length - answered.length,
    slowest: Math.max(0, ...answered.map(({ took }) => took)),
  };
}

function isServed({ servedBy, connected = Infinity }: Sample): boolean {
  return servedBy !== undefined && connected <= manners.connectLimit;
}

/**
 * Whether every request of a team that was begun in a stretch of time has been answered.
 *
 * @param samples of one team
 * @param stretch in ms since boot, and how often the team's users ask, ms. A tenth of the requests may
 *   be missing, for a machine that is busy; a request that still waits is missing.
 */
export function servedSteadily(
  samples: readonly Sample[],
  stretch: { readonly from: number; readonly until: number; readonly interval: number },
): boolean {
  const { from, until, interval } = stretch;
  const within = samples.filter(({ begun }) => begun >= from && begun < until);
  const expected = Math.floor((until - from) / interval);
  return within.length >= 0.9 * expected && within.every(isServed);
}

/** Who answered, in the order of the first answers, without repetition. */
export function serversOf(samples: readonly Sample[]): string[] {
  const inOrder = [...samples].sort((one, other) => one.begun - other.begun);
  return [...new Set(inOrder.flatMap(({ servedBy }) => servedBy ?? []))];
}
