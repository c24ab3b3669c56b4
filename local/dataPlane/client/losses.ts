import type { BuildLine } from "../controllers/buildLog";

/** What became of acknowledged builds at one place (homes or database) after a region was lost. */
export interface Losses {
  /** Builds that were acknowledged to a user, before and after the loss. */
  readonly acknowledged: number;
  /** Of those, the ones that are not in the new region. */
  readonly lost: number;
  /** Builds that were acknowledged within the lag before the loss: how many may be lost. */
  readonly withinLag: number;
  /** Requests whose loss no lag explains. */
  readonly unexplained: readonly string[];
}

/**
 * Compares what users were promised with what is there. With asynchronous replication a build may be
 * lost if it was written in the lost region within the lag before the loss; any other must be there.
 *
 * @param kept ids of the requests that are in the new region
 * @param loss the region, and the real time since when its copy may miss something: the loss less
 * the lag. Null is an unknown lag, which explains nothing.
 */
export function findLosses(
  acknowledged: readonly BuildLine[],
  kept: ReadonlySet<string>,
  loss: { readonly region: string; readonly mayMissSince: number | null },
): Losses {
  const mayBeLost = ({ region, at }: BuildLine): boolean =>
    region === loss.region && loss.mayMissSince !== null && at >= loss.mayMissSince;
  const lost = acknowledged.filter(({ request }) => !kept.has(request));
  return {
    acknowledged: acknowledged.length,
    lost: lost.length,
    withinLag: acknowledged.filter(mayBeLost).length,
    unexplained: lost.filter((build) => !mayBeLost(build)).map(({ request }) => request),
  };
}
