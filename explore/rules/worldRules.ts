/** What a saved decision, a request and a state of the world may not be. */
import type { FailoverRecord } from "../../failover/model";
import { facts } from "../runs/rounds";
import { age, newRegion, now, policy, tick } from "../time";
import type { RequestName } from "../world/requests";
import type { Truth, World } from "../world/world";
import type { Breach } from "./rule";

/** Ticks of silence after which S3 lets go on. */
export const silenceLimit = age(now - policy.fenceTimeout, Math.ceil(policy.fenceTimeout / tick));

/** S3 and S6: on what a commit was saved. @param truth with this round's look in it */
export function judgeCommit(truth: Truth, bits: number): Breach[] {
  const has = (fact: number): boolean => (bits & fact) !== 0;
  if (!has(facts.commits)) return [];
  const breaches: Breach[] = [];
  if (!has(facts.sawEmptied)) {
    if (has(facts.planned)) {
      breaches.push({ rule: "S3", what: "A planned role change was committed unfenced." });
    } else if (!has(facts.unheard)) {
      breaches.push({ rule: "S3", what: "It committed unfenced while the old region answered." });
    } else if (truth.silent < silenceLimit) {
      const what = `It committed unfenced after ${Math.max(0, truth.silent)} of ${silenceLimit} ticks of silence.`;
      breaches.push({ rule: "S3", what });
    }
    if (!truth.fenceAsked) {
      breaches.push({ rule: "S3", what: "It committed before any round had asked for the fence." });
    }
  }
  if (has(facts.planned)) {
    if (truth.unsent) {
      const what = "A planned role change was committed before all that was written had arrived.";
      breaches.push({ rule: "S6", what });
    }
  } else if (!has(facts.lagKnown) && !truth.forced) {
    breaches.push({ rule: "S6", what: "It committed with an unknown lag and nobody forced it." });
  }
  return breaches;
}

/** S1 and S2: what a request may meet. @param world after the request */
export function judgeRequest(world: World, name: RequestName, record: FailoverRecord): Breach[] {
  const irreversible = name === "promote" || name === "free" || name === "freeLocally";
  if (irreversible && (record.activeRegion !== newRegion || record.generation !== 2)) {
    return [
      { rule: "S1", what: `The request ${name} came before the record named the new region.` },
    ];
  }
  if (name !== "openNew") return [];
  const missing = [
    ...(world.replica === "promoted" ? [] : ["the database accepted writes"]),
    ...(world.home === "writable" ? [] : ["the home was writable"]),
    ...(world.truth.served ? [] : ["a team was healthy"]),
  ];
  return missing.map((what) => ({ rule: "S2", what: `Users were sent there before ${what}.` }));
}

/** S1: who writes. A writer that nobody could observe is excused; see {@link Truth}. */
export function judgeWorld({ oldWrites, newWrites, truth }: World): Breach[] {
  return oldWrites && newWrites && !truth.excused
    ? [{ rule: "S1", what: "Controllers of both regions write." }]
    : [];
}

/**
 * S3: what nobody confirmed is given up only in a silence that has lasted.
 *
 * @param truth with this round's look in it
 */
export function judgeGivingUp(truth: Truth, bits: number): Breach[] {
  if ((bits & facts.givesUp) === 0 || truth.silent >= silenceLimit) return [];
  return [{ rule: "S3", what: "It let a region be given up that had just answered." }];
}

/** S5: no message is accepted twice; the world remembers what a saved record took. */
export function judgeRepeat(truth: Truth, bits: number): Breach[] {
  const repeats =
    (truth.alarmTaken && (bits & facts.takesAlarm) !== 0) ||
    (truth.configTaken && (bits & facts.takesConfig) !== 0);
  return repeats ? [{ rule: "S5", what: "A message was accepted for a second time." }] : [];
}
