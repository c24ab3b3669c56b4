/**
 * The world in which the function runs, as small as its rules allow: an old region with one group of
 * controllers, a new one with replica, home and group, the edge, and at most one lasting obstacle.
 */

/** What lasts until a person mends it; each stands for a kind of entry in the runbook. */
export const obstacles = [
  "none",
  /** Replication is behind, or its lag unknown. */
  "lag",
  /** The replica is in a status that it does not leave. */
  "replica",
  /** The old region refuses the function's requests. */
  "permission",
  /** An instance of the old region does not end. */
  "hang",
  /** The new region has no machines left to launch. */
  "boot",
  /** The edge's control plane does not answer. */
  "edge",
] as const;
export type Obstacle = (typeof obstacles)[number];

export interface World {
  /** The old region answers nobody and can ask nobody; what runs there runs on. */
  readonly cut: boolean;
  /** The old region's teams do not answer their users, whatever their controllers write. */
  readonly sick: boolean;
  readonly oldSized: boolean;
  readonly oldSuspended: boolean;
  /** A launched instance can run Jenkins from the next tick on. */
  readonly oldInstance: "none" | "booting" | "up";
  /** Jenkins runs in the old region, so it writes its home and its database. */
  readonly oldWrites: boolean;
  /** The new group has its serving size; its instances are there as soon as nothing hinders them. */
  readonly newSized: boolean;
  /** Jenkins runs in the new region, writes and answers. */
  readonly newWrites: boolean;
  readonly replica: "replicating" | "promoting" | "promoted";
  /**
   * Freeing takes a tick, longer than a run lives, unless the environment frees at once: `begun` is
   * the tick in which it was asked for.
   */
  readonly home: "replicating" | "begun" | "freeing" | "writable";
  /**
   * Replica and home say that they are complete until a moment after the record's fence; see
   * {@link Truth.unsent} for what they really have.
   */
  readonly caughtUp: boolean;
  readonly oldOpen: boolean;
  readonly newOpen: boolean;
  readonly obstacle: Obstacle;
  /** What really happened, for the rules; the function cannot see it. */
  readonly truth: Truth;
}

export interface Truth {
  /** Ticks since the first question of a saved round that the old region left unanswered; -1: none. */
  readonly silent: number;
  /** A round that asked for the fence was saved in this attempt. */
  readonly fenceAsked: boolean;
  /** The old region's writer cannot be observed: the terms of S3, or started behind a partition. */
  readonly excused: boolean;
  /** A person forced this attempt. */
  readonly forced: boolean;
  /** Something was written in the old region that replica and home do not have. */
  readonly unsent: boolean;
  /** A controller of the new region was healthy once. */
  readonly served: boolean;
  /** The present alarm's message was taken; the next one is sent a tick later at the earliest. */
  readonly alarmTaken: boolean;
  readonly configTaken: boolean;
}

/** A pair of regions on a good day. */
export const goodDay: World = {
  cut: false,
  sick: false,
  oldSized: true,
  oldSuspended: false,
  oldInstance: "up",
  oldWrites: true,
  newSized: false,
  newWrites: false,
  replica: "replicating",
  home: "replicating",
  caughtUp: false,
  oldOpen: true,
  newOpen: false,
  obstacle: "none",
  truth: {
    silent: -1,
    fenceAsked: false,
    excused: false,
    forced: false,
    unsent: true,
    served: false,
    alarmTaken: false,
    configTaken: false,
  },
};

const instanceCodes = { none: 0, booting: 1, up: 2 } as const;
const replicaCodes = { replicating: 0, promoting: 1, promoted: 2 } as const;
const homeCodes = { replicating: 0, begun: 1, freeing: 2, writable: 3 } as const;

/** How many worlds look different. */
export const visibleCodes = 7 * 4 * 3 * 3 * 2 ** 10;

/** A number below {@link visibleCodes} for what describe calls can see; equal for worlds that look alike. */
export function visibleCode(world: World): number {
  const bits =
    Number(world.cut) |
    (Number(world.sick) << 1) |
    (Number(world.oldSized) << 2) |
    (Number(world.oldSuspended) << 3) |
    (Number(world.oldWrites) << 4) |
    (Number(world.newSized) << 5) |
    (Number(world.newWrites) << 6) |
    (Number(world.oldOpen) << 7) |
    (Number(world.newOpen) << 8) |
    (Number(world.caughtUp) << 9);
  const slow = instanceCodes[world.oldInstance] + 3 * replicaCodes[world.replica];
  return ((obstacles.indexOf(world.obstacle) * 4 + homeCodes[world.home]) * 9 + slow) * 1024 + bits;
}

/** How many truths there are. */
export const truthCodes = 4 * 2 ** 7;

/** A number below {@link truthCodes} for what only the rules know. */
export function truthCode({ truth }: World): number {
  const bits =
    Number(truth.fenceAsked) |
    (Number(truth.excused) << 1) |
    (Number(truth.forced) << 2) |
    (Number(truth.served) << 3) |
    (Number(truth.alarmTaken) << 4) |
    (Number(truth.configTaken) << 5) |
    (Number(truth.unsent) << 6);
  return (truth.silent + 1) * 128 + bits;
}

/** True where the old region's users get answers. */
export function oldAnswers({ cut, sick, oldWrites }: World): boolean {
  return !cut && !sick && oldWrites;
}

/** True where the new region has a machine on which Jenkins could run. */
export function hasNewInstance({ newSized, obstacle }: World): boolean {
  return newSized && obstacle !== "boot";
}
