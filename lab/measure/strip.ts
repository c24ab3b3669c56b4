import type { StripPart } from "../result";
import type { Sample } from "../users/samples";

/**
 * Joins neighbouring requests that met the same.
 *
 * @param samples of one team
 * @param origin the moment that is 0, ms since boot
 */
export function stripOf(samples: readonly Sample[], origin: number): StripPart[] {
  const inOrder = [...samples].sort((one, other) => one.begun - other.begun);
  const parts: StripPart[] = [];
  for (const { begun, servedBy } of inOrder) {
    const at = Math.round(begun - origin);
    const last = parts.at(-1);
    if (last !== undefined) parts[parts.length - 1] = { ...last, to: at };
    if (last?.servedBy !== servedBy || last === undefined) {
      parts.push({ from: at, to: at, ...(servedBy === undefined ? {} : { servedBy }) });
    }
  }
  return parts;
}
