import type { FailoverRecord, Lag, Observation, Policy, StepName } from "../model";
import { isDone } from "./decision";

/** Whether the loss of data that a failover would cost is known and acceptable (S6). */
export type Gate =
  | { readonly open: true; readonly lag: Lag }
  /** The lag is read again in the next round: the call failed, which says nothing about the lag. */
  | {
      readonly open: "unread";
      readonly step: StepName;
      readonly reason: string;
      readonly remedy: string;
    }
  | {
      readonly open: false;
      readonly step: StepName;
      readonly reason: string;
      readonly remedy: string;
    };

const forceRemedy = ({ stack }: Policy): string =>
  "Restore the replication or accept the loss: " +
  `npm run failover -- --stack ${stack} --force --reason "…".`;

const unreadRemedy = ({ stack }: Policy): string =>
  "Mend what keeps the function from reading it (its error says what), or accept a loss that nobody " +
  `knows: npm run failover -- --stack ${stack} --force --reason "…"; or give up: … --abort.`;

/**
 * A person's force opens the gate; the lag is recorded as far as it is known. A planned role change
 * passes it twice: like any other before the fence, and after it only once nothing is missing.
 */
export function gate(record: FailoverRecord, observation: Observation, policy: Policy): Gate {
  const { replica, home } = observation;
  const force = record.trigger?.force ?? false;
  const lag: Lag = {
    ...(replica?.known && replica.value.lagSeconds !== undefined
      ? { database: replica.value.lagSeconds }
      : {}),
    ...(home?.known && home.value.lagSeconds !== undefined ? { home: home.value.lagSeconds } : {}),
  };
  if (force) return { open: true, lag };
  if (record.trigger?.planned === true && isDone(record, "fence")) {
    return caughtUp(record, observation, policy);
  }
  if (policy.hasDatabase && !replica?.known) {
    return unread(
      "database",
      `The replica cannot be read (${replica?.error ?? "not observed"}).`,
      policy,
    );
  }
  const hasHome = policy.homeFileSystemId !== undefined;
  if (hasHome && !home?.known)
    return unread("home", `The home cannot be read (${home?.error ?? "not observed"}).`, policy);
  if (policy.hasDatabase) {
    const refused = judge("database", lag.database, policy.maxReplicaLag, policy);
    if (refused !== undefined) return refused;
  }
  const refused = hasHome ? judge("home", lag.home, policy.maxHomeLag, policy) : undefined;
  return refused ?? { open: true, lag };
}

function judge(
  step: "database" | "home",
  lag: number | undefined,
  limit: number,
  policy: Policy,
): Extract<Gate, { open: false }> | undefined {
  const name = step === "database" ? "replica" : "home";
  if (lag === undefined) {
    const reason = `The ${name}'s lag is unknown; up to ${limit} s is allowed.`;
    return { open: false, step, reason, remedy: forceRemedy(policy) };
  }
  if (lag <= limit) return undefined;
  const reason = `The ${name} was ${Math.round(lag)} s behind; up to ${limit} s is allowed.`;
  return { open: false, step, reason, remedy: forceRemedy(policy) };
}

/**
 * The writers are stopped: what the replica and the home have of the time after the fence is all that
 * there is. Neither is, on an idle source, up to date all the time, so each is waited for.
 */
function caughtUp(record: FailoverRecord, { replica, home }: Observation, policy: Policy): Gate {
  const fencedAt = record.steps.fence?.endedAt ?? Number.POSITIVE_INFINITY;
  const missing = (reading: Observation["replica"] | Observation["home"]): string | undefined => {
    if (reading?.known !== true) return `cannot be read (${reading?.error ?? "not observed"})`;
    const { syncedUntil } = reading.value;
    if (syncedUntil === undefined) return "does not say how far it is";
    if (syncedUntil >= fencedAt) return undefined;
    return `is complete until ${clock(syncedUntil)}; the fence stood at ${clock(fencedAt)}`;
  };
  const behind = policy.hasDatabase ? missing(replica) : undefined;
  if (behind !== undefined) return unread("database", `The replica ${behind}.`, policy);
  const hasHome = policy.homeFileSystemId !== undefined;
  const older = hasHome ? missing(home) : undefined;
  if (older !== undefined) return unread("home", `The home ${older}.`, policy);
  const database = policy.hasDatabase ? { database: 0 } : {};
  return { open: true, lag: { ...database, ...(hasHome ? { home: 0 } : {}) } };
}

/** A fence that stands without its date holds the change back, and must not end the run. */
function clock(at: number): string {
  if (!Number.isFinite(at)) return "a time that is not on record";
  return `${new Date(at).toISOString().slice(11, 19)} UTC`;
}

function unread(step: "database" | "home", reason: string, policy: Policy): Gate {
  return { open: "unread", step, reason, remedy: unreadRemedy(policy) };
}
