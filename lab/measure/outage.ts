import type { Sample } from "../users/samples";

/** What a team's users met. */
export interface Outage {
  /**
   * The longest time, ms, in which every request that was begun failed: from the first one of these to
   * the next one that was answered. A request that waits and is answered in the end is no outage.
   */
  readonly longest: number;
  /** False: the last requests failed, so that it went on for longer. */
  readonly ended: boolean;
  readonly failed: number;
  /** The slowest answer, ms. */
  readonly slowest: number;
}

/** @param samples of one team, in any order */
export function outageOf(samples: readonly Sample[]): Outage {
  const inOrder = [...samples].sort((one, other) => one.begun - other.begun);
  let longest = 0;
  let failedSince: number | undefined;
  for (const { begun, took, servedBy } of inOrder) {
    if (servedBy === undefined) failedSince ??= begun;
    // Not yet over when the last request gave up.
    const until = servedBy === undefined ? begun + took : begun;
    if (failedSince !== undefined && (servedBy !== undefined || begun === inOrder.at(-1)?.begun)) {
      longest = Math.max(longest, until - failedSince);
    }
    if (servedBy !== undefined) failedSince = undefined;
  }
  const answered = inOrder.filter(({ servedBy }) => servedBy !== undefined);
  return {
    longest,
    ended: failedSince === undefined,
    failed: inOrder.length - answered.length,
    slowest: Math.max(0, ...answered.map(({ took }) => took)),
  };
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
  return within.length >= 0.9 * expected && within.every(({ servedBy }) => servedBy !== undefined);
}

/** Who answered, in the order of the first answers, without repetition. */
export function serversOf(samples: readonly Sample[]): string[] {
  const inOrder = [...samples].sort((one, other) => one.begun - other.begun);
  return [...new Set(inOrder.flatMap(({ servedBy }) => servedBy ?? []))];
}
