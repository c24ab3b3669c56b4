import type { Model } from "./model";
import type { Transition } from "./search/path";
import type { World } from "./world/world";

/** One line of a trace, for a person. */
export interface Row {
  readonly who: string;
  readonly what: string;
  /** Phase and generation of the stored record. */
  readonly record: string;
  readonly oldRegion: string;
  readonly newRegion: string;
  readonly users: string;
}

export function rowOf(model: Model, { actor, what, state }: Transition): Row {
  const { phase, generation } = model.records.get(state.record);
  return {
    who: actor === "environment" ? "world" : `run ${actor + 1}`,
    what,
    record: `${phase}, generation ${generation}`,
    oldRegion: oldRegion(state.world),
    newRegion: newRegion(state.world),
    users: users(state.world),
  };
}

function oldRegion({ cut, sick, oldSized, oldSuspended, oldInstance, oldWrites }: World): string {
  const jenkins = oldWrites ? "writes" : oldInstance === "none" ? "empty" : "does not write";
  return [
    ...(cut ? ["cut off"] : []),
    jenkins,
    ...(sick ? ["ill"] : []),
    ...(oldSized ? [] : ["size 0"]),
    ...(oldSuspended ? ["suspended"] : []),
  ].join(", ");
}

function newRegion({ replica, home, newSized, newWrites, obstacle }: World): string {
  return [
    `replica ${replica}`,
    `home ${home}`,
    newWrites ? "writes" : newSized ? "raised" : "size 0",
    ...(obstacle === "none" ? [] : [`obstacle: ${obstacle}`]),
  ].join(", ");
}

function users({ oldOpen, newOpen }: World): string {
  if (oldOpen && newOpen) return "both";
  return oldOpen ? "old" : newOpen ? "new" : "none";
}
