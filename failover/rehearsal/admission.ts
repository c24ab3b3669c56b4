import type { Reading } from "../model";
import type { FailoverView, Rehearsal, RehearsalRecord, RehearsalTrigger } from "./model";
import type { RehearsalPlan } from "./rehearsalPlan";

/** A request that took longer to arrive is stale, milliseconds: the failover's own rule (S5). */
const requestMaxAge = 10 * 60_000;

/** Requests that are remembered; Lambda repeats one within six hours, and people ask rarely. */
const seenLength = 20;

/** The verdict on a trigger. */
export interface RehearsalAdmission {
  readonly record: RehearsalRecord;
  readonly accepted: boolean;
  readonly because: string;
}

/** What a rehearsal yields to: nothing, or why there must be none now. */
export function reasonAgainst(
  failover: Reading<FailoverView | null>,
  { activeRegion, generation }: Pick<RehearsalPlan, "activeRegion" | "generation">,
): string | undefined {
  if (!failover.known) return `The failover record cannot be read: ${failover.error}.`;
  const view = failover.value;
  if (view === null) return "There is no failover record yet; it is written within a minute.";
  const resting = view.phase === "standby" || (view.phase === "aborted" && view.settled);
  if (!resting) return `The failover is in phase ${view.phase}, and comes first.`;
  if (view.generation !== generation || view.activeRegion !== activeRegion) {
    return (
      `The roles have changed: the record says generation ${view.generation} and ` +
      `${view.activeRegion}, this function was deployed for ${generation} and ${activeRegion}.`
    );
  }
  return undefined;
}

/** Judges a trigger. Each request is judged once, whatever its verdict was. */
export function admitRehearsal(
  record: RehearsalRecord,
  trigger: RehearsalTrigger,
  failover: Reading<FailoverView | null>,
  plan: Pick<RehearsalPlan, "activeRegion" | "generation">,
  now: number,
): RehearsalAdmission {
  if (trigger.kind === "tick") return { record, accepted: false, because: "schedule" };
  const { asked, at } = trigger;
  if (record.seen.includes(asked.id)) {
    return { record, accepted: false, because: "This request was judged before." };
  }
  const judged = { ...record, seen: [...record.seen, asked.id].slice(-seenLength) };
  const refuse = (because: string) => ({ record: judged, accepted: false, because });
  if (now - at > requestMaxAge) {
    return refuse(`The request is ${Math.round((now - at) / 60_000)} min old; 10 min are allowed.`);
  }
  return trigger.kind === "abort" ? drop(judged, now) : start(judged, refuse);

  function start(
    present: RehearsalRecord,
    no: (because: string) => RehearsalAdmission,
  ): RehearsalAdmission {
    const { running } = present;
    if (running !== undefined) {
      const state = running.end === undefined ? "under way" : "being cleaned up after";
      return no(`Rehearsal ${running.id} is ${state}; ask again when it is over.`);
    }
    const against = reasonAgainst(failover, plan);
    if (against !== undefined) return no(against);
    const begun = beginning(asked, now);
    return {
      record: { ...present, running: begun },
      accepted: true,
      because: `Rehearsal ${begun.id} begins.`,
    };
  }
}

function drop(record: RehearsalRecord, now: number): RehearsalAdmission {
  const { running } = record;
  if (running === undefined) {
    return { record, accepted: false, because: "No rehearsal is under way." };
  }
  if (running.end !== undefined) {
    return { record, accepted: false, because: `Rehearsal ${running.id} is over already.` };
  }
  return {
    record: { ...record, running: { ...running, end: { at: now, why: "aborted" } } },
    accepted: true,
    because: `Rehearsal ${running.id} is dropped; what it made is taken down.`,
  };
}

function beginning(asked: Rehearsal["asked"], now: number): Rehearsal {
  return {
    id: idAt(now),
    asked,
    startedAt: now,
    zonesTried: {},
    machines: {},
    healthyAt: {},
    refusals: {},
  };
}

/** `20261122t013005`: one a second at most, and RDS takes it as part of a name. */
function idAt(now: number): string {
  return new Date(now).toISOString().slice(0, 19).replace(/[-:]/g, "").toLowerCase();
}
