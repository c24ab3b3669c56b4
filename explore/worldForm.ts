import type { FailoverRecord } from "../failover/model";
import type { Truth, World } from "./world/world";

/**
 * The world without what neither a decision nor a rule asks for any more at this stage of the
 * record: after the commit whether the old teams answer, and on what terms it was made; but the silence
 * of a region that was never seen fenced, in which a person may give it up.
 */
export function worldForm(world: World, record: FailoverRecord): World {
  const { truth } = world;
  if (record.committedAt !== undefined) {
    const past = world.obstacle === "lag" || world.obstacle === "hang";
    const silent = record.steps.fence?.state === "unconfirmed" ? truth.silent : -1;
    const blanked = { ...blank(truth, true), silent };
    if (
      !world.sick &&
      !past &&
      isBlank({ ...truth, silent: -1 }, true) &&
      silent === truth.silent
    ) {
      return world;
    }
    const obstacle = past ? "none" : world.obstacle;
    return { ...world, sick: false, obstacle, truth: blanked };
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
