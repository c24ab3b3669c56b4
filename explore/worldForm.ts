import type { FailoverRecord } from "../failover/model";
import type { Truth, World } from "./world/world";

/**
 * The world without what neither a decision nor a rule asks for any more at this stage of the
 * record: after the commit whether the old teams answer, and on what terms it was made; but the silence
 * of a region that was never seen fenced, in which a person may give it up.
 */
export function worldForm(given: World, record: FailoverRecord): World {
  const world = copiesForm(given, record);
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

/** An attempt is under way that can still be dropped. */
export function isUnderWay({ committedAt, phase }: FailoverRecord): boolean {
  return committedAt === undefined && phase !== "standby" && phase !== "aborted";
}

/**
 * What the copies have is forgotten between attempts, to the worse side: an attempt begins with
 * something unsent. Without a fence there is nothing that they could have caught up with.
 */
function copiesForm(world: World, record: FailoverRecord): World {
  const { caughtUp, truth } = world;
  const underWay = isUnderWay(record);
  const fenced = underWay && record.steps.fence?.state === "done";
  const unsent = truth.unsent || !underWay;
  if (caughtUp === (caughtUp && fenced) && unsent === truth.unsent) return world;
  return { ...world, caughtUp: caughtUp && fenced, truth: { ...truth, unsent } };
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
