import type { UserRequest } from "./userTraffic";

/** What the users of one team met; times are real milliseconds. */
export interface TeamExperience {
  readonly team: string;
  readonly requests: number;
  readonly failed: number;
  /** Writes that were answered as safe. */
  readonly acknowledged: number;
  /** The longest time without a successful answer. */
  readonly longestGap: Gap;
  /** The longest time without a successful write. */
  readonly longestWriteGap: Gap;
}

/** A time in which nothing succeeded, and when it began. */
export interface Gap {
  readonly from: number;
  readonly milliseconds: number;
}

export function succeeded({ status }: UserRequest): boolean {
  return status !== undefined && status >= 200 && status < 300;
}

/**
 * The longest time in which nothing succeeded: between two successes that follow each other, before
 * the first or after the last. A success counts when its answer has come.
 * @param from start and end of the observation
 */
export function longestGap(
  requests: readonly UserRequest[],
  { from, to }: { readonly from: number; readonly to: number },
): Gap {
  const successes = requests
    .filter(succeeded)
    .map(({ endedAt }) => endedAt)
    .filter((at) => at >= from && at <= to)
    .sort((a, b) => a - b);
  let longest = { from, milliseconds: 0 };
  let last = from;
  for (const at of [...successes, to]) {
    if (at - last > longest.milliseconds) longest = { from: last, milliseconds: at - last };
    last = at;
  }
  return longest;
}

/** Each team's experience, in the order given. */
export function experiences(
  teams: readonly string[],
  requests: readonly UserRequest[],
  during: { readonly from: number; readonly to: number },
): TeamExperience[] {
  return teams.map((team) => {
    const own = requests.filter((each) => each.team === team);
    return {
      team,
      requests: own.length,
      failed: own.filter((each) => !succeeded(each)).length,
      acknowledged: own.filter(({ build }) => build !== undefined).length,
      longestGap: longestGap(own, during),
      longestWriteGap: longestGap(
        own.filter(({ kind }) => kind === "write"),
        during,
      ),
    };
  });
}
