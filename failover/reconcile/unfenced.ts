import type { FailoverRecord, Policy, Trigger } from "../model";
import { say } from "./decision";

/**
 * The way out of an unconfirmed fence when the former region never comes back: a person gives it up as
 * lost. Nothing else changes: the function goes on to fence, and says when it is confirmed at last.
 */

type Request = Extract<Trigger, { kind: "config" | "direct" }>;

/** True for a failover that serves and whose former region was never seen fenced. */
export function isUnfenced({ phase, steps }: Pick<FailoverRecord, "phase" | "steps">): boolean {
  return phase === "serving" && steps.fence?.state === "unconfirmed";
}

/**
 * Whether a person's word covers the open fence. A region that answers again can be fenced, so its
 * answer ends what was accepted, also where it falls silent once more.
 */
export function acceptanceHolds(
  record: Pick<FailoverRecord, "phase" | "steps" | "silentSince" | "unfencedAcceptance">,
): boolean {
  const { silentSince, unfencedAcceptance } = record;
  return (
    isUnfenced(record) &&
    silentSince !== undefined &&
    unfencedAcceptance !== undefined &&
    unfencedAcceptance.at >= silentSince
  );
}

/** Why the open fence cannot be accepted; undefined if it can. */
export function refuseAcceptance(
  record: FailoverRecord,
  { reason }: Request,
  policy: Policy,
  now: number,
): string | undefined {
  if ((reason ?? "").trim() === "") {
    return "Accepting an unfenced region needs a reason: what still runs there is given up.";
  }
  if (!isUnfenced(record)) {
    return "There is no unconfirmed fence to accept: only a failover that serves unfenced has one.";
  }
  const { silentSince, unfencedAcceptance } = record;
  const silent = silentSince === undefined ? 0 : now - silentSince;
  if (silent < policy.fenceTimeout) {
    return (
      `${policy.activeRegion} has answered within the last ${Math.round(policy.fenceTimeout / 60_000)} min, ` +
      "so the function can fence it: wait until it says that it did."
    );
  }
  return acceptanceHolds(record)
    ? `${unfencedAcceptance?.by ?? "Somebody"} has accepted it already.`
    : undefined;
}

/** Notes who gave the former region up, when and why, and tells everybody. */
export function acceptUnfenced(
  record: FailoverRecord,
  { id, reason, by }: Request,
  policy: Policy,
  now: number,
): FailoverRecord {
  const acceptance = { id, at: now, by: by ?? "an unnamed person", reason: (reason ?? "").trim() };
  return say(
    { ...record, unfencedAcceptance: acceptance },
    {
      id: `unfenced-accepted-${id}`,
      severity: "page",
      subject: `${policy.activeRegion} is given up UNFENCED`,
      body:
        `${acceptance.by} accepts that ${policy.activeRegion} was never seen fenced: ${acceptance.reason} ` +
        `The stack of ${record.activeRegion} may be updated while ${policy.activeRegion} stays silent; the other one ` +
        "may not. Fencing goes on each minute, and is announced once it is confirmed. If controllers " +
        "still run there, what they write is lost.",
    },
  );
}
