import { setTimeout as sleep } from "node:timers/promises";
import type { LocalAws } from "../localAws";
import type { Tell } from "./stage";
import type { DrillWorld } from "./world";

/** Modelled seconds per second while nothing is measured: deployment and the first synchronisation. */
export const fastScale = 120;

/** Modelled milliseconds after which a drill gives up. */
export const patience = 60 * 60_000;

/** Real milliseconds between two looks. */
const lookEvery = 100;

/** Waits until both regions are as they are on a day without trouble. */
export async function steady(
  local: LocalAws,
  world: DrillWorld,
  tell: Tell,
  signal: AbortSignal,
): Promise<void> {
  const { clock } = local.gateway;
  const began = clock.now();
  for (;;) {
    const missing = await world.unsteady();
    if (missing.length === 0) return;
    tell(missing.join("; "), "passing");
    if (clock.now() - began > patience) {
      throw new Error(`The pair does not become steady: ${missing.join("; ")}.`);
    }
    await pause(signal);
  }
}

/**
 * Between two looks, or as long as given.
 * @param milliseconds real ones
 * @throws when the signal aborts
 */
export function pause(signal: AbortSignal, milliseconds = lookEvery): Promise<void> {
  return sleep(milliseconds, undefined, { signal });
}
