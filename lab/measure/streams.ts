import type { StreamChange } from "../users/samples";

/**
 * The longest silence of a stream since a moment: from the last answer on a connection that broke to
 * the first one on the next.
 *
 * @param changes of one team and kind
 * @param until when it still is broken, ms since boot
 */
export function longestSilence(
  changes: readonly StreamChange[],
  since: number,
  until: number,
): number {
  let longest = 0;
  let silentFrom: number | undefined;
  for (const { change, at } of changes) {
    if (change === "down") {
      silentFrom ??= at;
    } else if (silentFrom !== undefined) {
      if (at >= since) longest = Math.max(longest, at - silentFrom);
      silentFrom = undefined;
    }
  }
  return silentFrom === undefined ? longest : Math.max(longest, until - silentFrom);
}
