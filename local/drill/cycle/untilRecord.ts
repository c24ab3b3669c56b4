import { readableDuration } from "../../../failover/duration";
import type { LocalAws } from "../../localAws";
import type { Tell } from "../stage";
import { patience, pause } from "../steadyState";
import type { DrillWorld } from "../world";

/** What a wait looks at, and whom it tells. */
export interface Watched {
  readonly local: LocalAws;
  readonly world: DrillWorld;
  readonly tell: Tell;
  readonly alive: AbortSignal;
}

/**
 * Waits for the failover, telling what it waits for itself.
 * @throws Error with phase and steps when an hour of modelled time was not enough
 */
export async function untilRecord(
  what: string,
  { local, world, tell, alive }: Watched,
  reached: (world: DrillWorld) => boolean,
): Promise<void> {
  const { clock } = local.gateway;
  const began = clock.now();
  while (!reached(world)) {
    const record = world.record()?.record;
    const phase = record?.phase ?? "no record";
    const waits = Object.entries(record?.steps ?? {})
      .flatMap(([name, step]) =>
        step.state === "running" ? [`${name} (${step.waitsFor ?? "running"})`] : [],
      )
      .join(", ");
    const elapsed = clock.now() - began;
    tell(`${readableDuration(elapsed)}  ${phase}: ${waits}`, "passing");
    if (elapsed > patience) {
      throw new Error(`It does not come to ${what}: phase ${phase}; ${waits}.`);
    }
    await pause(alive);
  }
}
