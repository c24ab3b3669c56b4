import { setTimeout as sleep } from "node:timers/promises";
import { monotonic } from "./monotonic";

/**
 * Looks again and again until something is so.
 *
 * @param what completes "... within 20 s", for the error
 * @param limit ms
 * @throws Error with what `state` says, when it takes longer
 */
export async function until(
  what: string,
  limit: number,
  isSo: () => boolean | Promise<boolean>,
  state: () => string = () => "",
): Promise<void> {
  const end = monotonic() + limit;
  while (!(await isSo())) {
    if (monotonic() > end) throw new Error(`Not ${what} within ${limit / 1000} s. ${state()}`);
    await sleep(100);
  }
}
