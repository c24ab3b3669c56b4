/** What AWS and the controllers do by themselves, each at its own time. */
import { hasNewInstance, type World } from "./world";

/** Which region the stored record names, as a controller reads it. */
export type NamedRegion = "old" | "new";

interface Happening {
  readonly what: string;
  readonly apply: (world: World, named: NamedRegion) => World | undefined;
}

/** Each gives the world after it, or undefined where it cannot happen. */
export const happenings: readonly Happening[] = [
  {
    what: "the old instance has ended",
    apply: (world) =>
      world.oldInstance !== "none" && !world.oldSized && world.obstacle !== "hang"
        ? { ...world, oldInstance: "none", oldWrites: false, truth: unexcused(world) }
        : undefined,
  },
  { what: "Jenkins starts in the old region", apply: startOld },
  {
    what: "Jenkins of the old region reads the record and stops",
    apply: (world, named) =>
      world.oldWrites && !world.cut && named === "new"
        ? { ...world, oldWrites: false, truth: unexcused(world) }
        : undefined,
  },
  { what: "Jenkins starts in the new region", apply: startNew },
  {
    what: "the replica is promoted",
    apply: (world) =>
      world.replica === "promoting" && world.obstacle !== "replica"
        ? { ...world, replica: "promoted" }
        : undefined,
  },
  {
    what: "the home is writable",
    apply: (world) => (world.home === "freeing" ? { ...world, home: "writable" } : undefined),
  },
];

/** The start lease: the record decides; where it cannot be read, the role that the machine has. */
function startOld(world: World, named: NamedRegion): World | undefined {
  if (world.oldInstance !== "up" || world.oldWrites) return undefined;
  if (!world.cut && named === "new") return undefined;
  const excused = named === "new" || world.truth.excused;
  return { ...world, oldWrites: true, truth: { ...world.truth, excused } };
}

/**
 * A controller that reads the record stops within its lease of 90 s; to free the home and to start
 * Jenkins on it takes minutes. So the new one is not met beside an old one that could be observed.
 */
function startNew(world: World, named: NamedRegion): World | undefined {
  const may = hasNewInstance(world) && world.home === "writable" && named === "new";
  const lease = !world.oldWrites || world.cut;
  if (!may || !lease || world.newWrites) return undefined;
  return { ...world, newWrites: true, truth: { ...world.truth, served: true } };
}

function unexcused({ truth }: World): World["truth"] {
  return truth.excused ? { ...truth, excused: false } : truth;
}

/** Everything that has to happen has happened; order does not matter once nobody else moves. */
export function settled(world: World, named: NamedRegion): World {
  let current = world;
  for (;;) {
    const next = happenings.reduce((w, { apply }) => apply(w, named) ?? w, current);
    if (next === current) return current;
    current = next;
  }
}
