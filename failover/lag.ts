/** One datapoint of a metric: epoch milliseconds and value. */
export interface Datapoint {
  readonly at: number;
  readonly value: number;
}

/**
 * A lag metric goes on growing after its source died, and then measures the outage instead of the
 * data that is lost. What counts is the last datapoint from when the source was alive.
 */
export function lagWhenLastAlive(
  lag: readonly Datapoint[],
  lastAlive: number,
  tolerance: number,
): number | undefined {
  const candidates = lag.filter(({ at }) => at <= lastAlive && lastAlive - at <= tolerance);
  const newest = candidates.reduce<Datapoint | undefined>(
    (best, point) => (best === undefined || point.at > best.at ? point : best),
    undefined,
  );
  // RDS reports -1 while it cannot tell.
  return newest === undefined || newest.value < 0 ? undefined : newest.value;
}

/**
 * Until when a replica has everything, by any datapoint: the start of its minute less the worst lag
 * in it. The latest such moment counts, since a replica forgets nothing.
 */
export function syncedUntil(lag: readonly Datapoint[]): number | undefined {
  const moments = lag.filter(({ value }) => value >= 0).map(({ at, value }) => at - value * 1000);
  return moments.length === 0 ? undefined : Math.max(...moments);
}

/** The newest datapoint of the probe's `TeamsDown` metric that says "not down". */
export function lastAliveAt(teamsDown: readonly Datapoint[]): number | undefined {
  const alive = teamsDown.filter(({ value }) => value < 1).map(({ at }) => at);
  return alive.length === 0 ? undefined : Math.max(...alive);
}
