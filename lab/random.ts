/** Draws numbers from 0 to below 1. */
export type Random = () => number;

/**
 * A source of chance that repeats itself for the same words: mulberry32 over an FNV-1a hash of them.
 * Good enough to spread moments; not for secrets.
 */
export function seeded(...words: readonly (string | number)[]): Random {
  let state = 0x811c9dc5;
  for (const character of words.join("\n")) {
    state = Math.imul(state ^ character.charCodeAt(0), 0x01000193);
  }
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
