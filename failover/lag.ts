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

/** The newest datapoint of the probe's `TeamsDown` metric that says "not down". */
export function lastAliveAt(teamsDown: readonly Datapoint[]): number | undefined {
  const alive = teamsDown.filter(({ value }) => value < 1).map(({ at }) => at);
  return alive.length === 0 ? undefined : Math.max(...alive);
}
