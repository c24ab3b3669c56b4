import type { RegionTrouble } from "./world/mischief";
import { abort, type Delivery, deliveries, giveUp, plan, schedule } from "./world/triggers";
import { type Obstacle, obstacles } from "./world/world";

/** How badly the environment may behave; each wish multiplies the states. */
export interface Environment {
  /** Runs of the function at the same time. */
  readonly runs: 1 | 2;
  /** What may be delivered to the function, at any time and as often as the environment likes. */
  readonly deliveries: readonly Delivery[];
  /** One describe call of a round may fail although the world would have answered. */
  readonly faults: boolean;
  /** Lasting obstacles that may come, one at a time. */
  readonly obstacles: readonly Obstacle[];
  /** A person may set the record's phase to aborted before the commit, against the runbook. */
  readonly handEdits: boolean;
  /**
   * The home is freed while the run that asked for it still lives, which AWS takes minutes for: a run
   * that an abort left behind then meets a later attempt that already serves.
   */
  readonly freesAtOnce: boolean;
  /** What may befall the old region. */
  readonly regions: readonly RegionTrouble[];
}

const calm: Environment = {
  runs: 1,
  deliveries: deliveries.filter(({ what }) => /^schedule|the alarm's message|aborts/.test(what)),
  faults: false,
  obstacles: [],
  handEdits: false,
  freesAtOnce: false,
  regions: [],
};

/**
 * What is explored, one after the other and each to its end: all wishes in one would be too many
 * states, so each scenario holds those that have to do with each other.
 */
export const scenarios = {
  /** Two runs over one record while the old region's teams come and go. */
  race: { ...calm, runs: 2, freesAtOnce: true, regions: ["illness"] },
  /** The old region is cut off, given up or not, and comes back as it was, or at full size. */
  partition: {
    ...calm,
    deliveries: [...calm.deliveries, giveUp],
    regions: ["partition", "revival"],
  },
  /** Every trigger there is, late, repeated and forged ones among them. */
  triggers: { ...calm, deliveries, regions: ["illness"] },
  /** Describe calls fail in every round. */
  faults: { ...calm, faults: true, regions: ["illness"] },
  /** Two runs over one record while the old region is lost. */
  lossRace: { ...calm, runs: 2, freesAtOnce: true, regions: ["loss"] },
  /** The same while it is cut off and comes back. */
  cutRace: { ...calm, runs: 2, deliveries: [schedule], regions: ["partition"] },
  /** Planned role changes while replication stops and comes back. */
  planned: { ...calm, deliveries: [schedule, plan, abort], obstacles: ["lag", "hang"] },
  /** Planned role changes of a region that is cut off and comes back. */
  plannedLoss: { ...calm, deliveries: [schedule, plan, abort], regions: ["partition"] },
  /** Two runs over one planned role change. */
  plannedRace: {
    ...calm,
    runs: 2,
    freesAtOnce: true,
    deliveries: [schedule, plan, abort],
  },
  /** Every obstacle and its repair, and a person's hand in the record. */
  obstacles: { ...calm, obstacles, handEdits: true, regions: ["illness"] },
} as const satisfies Readonly<Record<string, Environment>>;
export type ScenarioName = keyof typeof scenarios;

/** Explored only when asked for by name: they take minutes. */
export const longScenarios: readonly ScenarioName[] = ["cutRace"];

/** The least environment, for tests and sabotages. */
export const quiet = calm;
