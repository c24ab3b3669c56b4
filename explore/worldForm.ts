import type { FailoverRecord } from "../failover/model";
import type { Truth, World } from "./world/world";

/**
 * The world without what neither a decision nor a rule asks for any more at this stage of the
 * record: after the commit whether the old teams answer, and on what terms it was made.
 */
export function worldForm(world: World, record: FailoverRecord): World {
  const { truth } = world;
  if (record.committedAt !== undefined) {
    const past = world.obstacle === "lag" || world.obstacle === "hang";
    if (!world.sick && !past && isBlank(truth, true)) return world;
    const obstacle = past ? "none" : world.obstacle;
    return { ...world, sick: false, obstacle, truth: blank(truth, true) };
  }
  const resting = record.phase === "standby" || record.phase === "aborted";
  return !resting || isBlank(truth, false) ? world : { ...world, truth: blank(truth, false) };
}

function isBlank(truth: Truth, messagesToo: boolean): boolean {
  const { silent, fenceAsked, forced, alarmTaken, configTaken } = truth;
  const taken = messagesToo && (alarmTaken || configTaken);
  return silent < 0 && !fenceAsked && !forced && !taken;
}

function blank(truth: Truth, messagesToo: boolean): Truth {
  const taken = messagesToo ? { alarmTaken: false, configTaken: false } : {};
  return { ...truth, silent: -1, fenceAsked: false, forced: false, ...taken };
}
