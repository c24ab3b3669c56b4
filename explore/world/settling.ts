/** What AWS and the controllers do by themselves, each at its own time. */
import { hasNewInstance, type World } from "./world";

/** What the stored record says to what happens outside of the function. */
export interface Told {
  /** The region that it names, as a controller reads it. */
  readonly region: "old" | "new";
  /**
   * Its fence is done and nothing is committed: the copies can be compared with it. Undefined where
   * no decision to come asks for that.
   */
  readonly fenced: boolean | undefined;
}

interface Happening {
  readonly what: string;
  readonly apply: (world: World, told: Told) => World | undefined;
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
    apply: (world, { region }) =>
      world.oldWrites && !world.cut && region === "new"
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
  { what: "replica and home catch up", apply: catchUp },
];

/** Both have all that was written until now; a controller that goes on writes more at once. */
function catchUp(world: World, { fenced }: Told): World | undefined {
  const { cut, obstacle, oldWrites, caughtUp, truth } = world;
  const stands = cut || obstacle === "lag" || obstacle === "replica";
  if (fenced === undefined || stands) return undefined;
  if (caughtUp === fenced && truth.unsent === oldWrites) return undefined;
  return { ...world, caughtUp: fenced, truth: { ...truth, unsent: oldWrites } };
}

/** The start lease: the record decides; where it cannot be read, the role that the machine has. */
function startOld(world: World, { region }: Told): World | undefined {
  if (world.oldInstance !== "up" || world.oldWrites) return undefined;
  if (!world.cut && region === "new") return undefined;
  const excused = region === "new" || world.truth.excused;
  return { ...world, oldWrites: true, truth: { ...world.truth, excused, unsent: true } };
}

/**
 * A controller that reads the record stops within its lease of 90 s; to free the home and to start
 * Jenkins on it takes minutes. So the new one is not met beside an old one that could be observed.
 */
function startNew(world: World, { region }: Told): World | undefined {
  const may = hasNewInstance(world) && world.home === "writable" && region === "new";
  const lease = !world.oldWrites || world.cut;
  if (!may || !lease || world.newWrites) return undefined;
  return { ...world, newWrites: true, truth: { ...world.truth, served: true } };
}

function unexcused({ truth }: World): World["truth"] {
  return truth.excused ? { ...truth, excused: false } : truth;
}

/** Everything that has to happen has happened; order does not matter once nobody else moves. */
export function settled(world: World, told: Told): World {
  let current = world;
  for (;;) {
    const next = happenings.reduce((w, { apply }) => apply(w, told) ?? w, current);
    if (next === current) return current;
    current = next;
  }
}
