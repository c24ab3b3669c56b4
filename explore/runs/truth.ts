import type { Breach } from "../rules/rule";
import type { Truth } from "../world/world";
import { facts } from "./rounds";

/** What is true once a round's decision is saved. @param bits of {@link facts} */
export function learn(truth: Truth, bits: number): Truth {
  const has = (fact: number): boolean => (bits & fact) !== 0;
  const silentNow = has(facts.unheard) ? Math.max(0, truth.silent) : truth.silent;
  // A new attempt has neither a fence nor a person's leave yet.
  const { fenceAsked, forced } = has(facts.begins) ? { fenceAsked: false, forced: false } : truth;
  return {
    ...truth,
    silent: has(facts.heard) ? -1 : silentNow,
    fenceAsked,
    forced: forced || has(facts.forces),
    alarmTaken: truth.alarmTaken || has(facts.takesAlarm),
    configTaken: truth.configTaken || has(facts.takesConfig),
  };
}

/** What a saved round leaves behind for the next: its request for the fence, and S3's excuse. */
export function leave(truth: Truth, bits: number, breaches: readonly Breach[]): Truth {
  const has = (fact: number): boolean => (bits & fact) !== 0;
  const unfenced = has(facts.commits) && !has(facts.sawEmptied);
  return {
    ...truth,
    fenceAsked: truth.fenceAsked || has(facts.asksFence),
    excused: truth.excused || (unfenced && breaches.length === 0),
  };
}
