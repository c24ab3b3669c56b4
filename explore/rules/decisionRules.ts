/** S3, S4, S5 and S8 as far as one decision can break them by itself. */
import type { FailoverRecord } from "../../failover/model";
import type { Admission, Decision } from "../../failover/reconcile";
import { formOf } from "../recordForm";
import { newRegion } from "../time";
import type { Delivery } from "../world/triggers";
import type { Breach } from "./rule";

/** Requests that give the old region back what a failover took from it. */
const backward = new Set(["releaseGroups", "lowerCapacity", "reopenTraffic"]);

/** @param stored the record as the run loaded it */
export function judgeDecision(
  stored: FailoverRecord,
  delivery: Delivery,
  admission: Admission,
  decision: Decision,
): Breach[] {
  return [
    ...unfencedQuietly(stored, decision),
    ...backwards(stored, decision),
    ...admittedWrongly(stored, delivery, admission),
    ...mute(stored, decision),
  ];
}

function unfencedQuietly(stored: FailoverRecord, { record, says }: Decision): Breach[] {
  const unfenced = record.steps.fence?.state === "unconfirmed";
  const newly = unfenced && stored.steps.fence?.state !== "unconfirmed";
  const said = says.some(({ id, severity }) => id.startsWith("unfenced") && severity === "page");
  return newly && !said ? [{ rule: "S3", what: "It went on unfenced and told nobody." }] : [];
}

function backwards(stored: FailoverRecord, { record, actions }: Decision): Breach[] {
  if (stored.committedAt === undefined) return [];
  const what: string[] = [];
  if (record.committedAt === undefined || record.activeRegion !== newRegion) {
    what.push("The commit was taken back.");
  }
  if (record.generation !== stored.generation) what.push("The generation changed again.");
  if (record.phase === "aborted" || record.phase === "standby" || record.phase === "confirming") {
    what.push(`The committed failover became ${record.phase}.`);
  }
  if (stored.phase === "serving" && record.phase !== "serving") {
    what.push(`Serving became ${record.phase}.`);
  }
  const asked = actions.filter(({ kind }) => backward.has(kind));
  if (asked.length > 0) what.push(`It asked for ${asked.map(({ kind }) => kind).join(", ")}.`);
  return what.map((each) => ({ rule: "S4", what: each }));
}

function admittedWrongly(
  stored: FailoverRecord,
  delivery: Delivery,
  admission: Admission,
): Breach[] {
  const { accepted, record } = admission;
  if (accepted && delivery.mustBeRefused === true) {
    return [{ rule: "S5", what: `Accepted: ${delivery.what}.` }];
  }
  if (accepted && stored.phase === "serving" && delivery.givesUp !== true) {
    return [{ rule: "S5", what: `Accepted while serving: ${delivery.what}.` }];
  }
  const besides = (each: FailoverRecord) => JSON.stringify({ ...formOf(each), seenTriggers: [] });
  return !accepted && record !== stored && besides(record) !== besides(stored)
    ? [{ rule: "S5", what: `Refused, and changed the record all the same: ${delivery.what}.` }]
    : [];
}

function mute(stored: FailoverRecord, { record, says }: Decision): Breach[] {
  const { phase, blockage, steps } = record;
  const what: string[] = [];
  if (phase === "blocked") {
    if (!blockage?.reason || !blockage.remedy) what.push("It is blocked and does not say by what.");
    const isNew = stored.blockage?.step !== blockage?.step;
    if (isNew && !says.some(({ severity }) => severity === "page")) {
      what.push("It is newly blocked and called nobody.");
    }
  }
  if (phase === "confirming" || phase === "recovering") {
    for (const [name, step] of Object.entries(steps)) {
      if (step.state === "running" && !step.waitsFor) {
        what.push(`Step ${name} does not say what it waits for.`);
      }
    }
  }
  return what.map((each) => ({ rule: "S8", what: each }));
}
