/** What the environment does to the two regions; none of it is the function's own doing. */
import { launched } from "./requests";
import { type Obstacle, obstacles, type World } from "./world";

interface Mischief {
  readonly what: string;
  readonly apply: (world: World) => World | undefined;
}

/**
 * `loss`: the old region is cut off for good. `partition`: it is cut off and comes back as it was. `revival`: it comes back with its
 * groups at full size. `illness`: its teams do not answer, but its control plane does.
 */
export type RegionTrouble = "loss" | "partition" | "revival" | "illness";

const loss: Mischief = {
  what: "the old region is cut off",
  apply: (world) => (world.cut ? undefined : { ...world, cut: true }),
};

/** Losing and getting back the old region, and its teams. */
export const regionMischief: Readonly<Record<RegionTrouble, readonly Mischief[]>> = {
  loss: [loss],
  partition: [
    loss,
    {
      what: "the old region is back as it was",
      apply: (world) => (world.cut ? { ...world, cut: false } : undefined),
    },
  ],
  revival: [
    {
      what: "the old region is revived with its groups at full size",
      apply: (world) =>
        world.cut
          ? launched({ ...world, cut: false, oldSized: true, oldSuspended: false })
          : undefined,
    },
  ],
  illness: [
    {
      what: "the old region's teams fall ill",
      apply: (world) => (world.sick ? undefined : { ...world, sick: true }),
    },
    {
      what: "the old region's teams recover",
      apply: (world) => (world.sick ? { ...world, sick: false } : undefined),
    },
  ],
};

const comes: Readonly<Record<Exclude<Obstacle, "none">, string>> = {
  lag: "the replication's lag becomes unknown",
  replica: "the replica's storage is full",
  permission: "the function loses its permissions in the old region",
  hang: "instances of the old region cease to end",
  boot: "the new region runs out of machines",
  edge: "the edge's control plane falls silent",
};

/** Obstacles come one at a time; a person's repair takes them away. */
export function obstacleMischief(allowed: readonly Obstacle[]): readonly Mischief[] {
  const come = obstacles.filter((each) => each !== "none").filter((each) => allowed.includes(each));
  return [
    ...come.map((obstacle) => ({
      what: comes[obstacle],
      apply: (world: World) => (world.obstacle === "none" ? { ...world, obstacle } : undefined),
    })),
    { what: "a person mends the obstacle", apply: repair },
  ];
}

/** The human action that every obstacle's remedy asks for. */
export function repair(world: World): World | undefined {
  return world.obstacle === "none" ? undefined : { ...world, obstacle: "none" };
}

/** What a tick does to the world; records grow older on their own. */
export function ageWorld(world: World, silenceLimit: number): World {
  const { truth, oldInstance } = world;
  return {
    ...begunToFreeing(world),
    oldInstance: oldInstance === "booting" ? "up" : oldInstance,
    truth: {
      ...truth,
      silent: truth.silent < 0 ? -1 : Math.min(silenceLimit, truth.silent + 1),
      alarmTaken: false,
    },
  };
}

/** From here on the home may become writable at any time. */
export function begunToFreeing(world: World): World {
  return world.home === "begun" ? { ...world, home: "freeing" } : world;
}
