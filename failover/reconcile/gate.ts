import type { FailoverRecord, Lag, Observation, Policy, StepName } from "../model";

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

const forceRemedy =
  "Restore the replication or accept the loss: " +
  'npm run failover -- --stack dr --force --reason "…".';

const unreadRemedy =
  "Mend what keeps the function from reading it (its error says what), or accept a loss that nobody " +
  'knows: npm run failover -- --stack dr --force --reason "…"; or give up: … --abort.';

/** A person's force opens the gate; the lag is recorded as far as it is known. */
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
  if (policy.hasDatabase && !replica?.known) {
    return unread("database", "replica", replica?.error);
  }
  if (!home?.known) return unread("home", "home", home?.error);
  if (policy.hasDatabase) {
    const refused = judge("database", lag.database, policy.maxReplicaLag);
    if (refused !== undefined) return refused;
  }
  return judge("home", lag.home, policy.maxHomeLag) ?? { open: true, lag };
}

function judge(
  step: "database" | "home",
  lag: number | undefined,
  limit: number,
): Extract<Gate, { open: false }> | undefined {
  const name = step === "database" ? "replica" : "home";
  if (lag === undefined) {
    const reason = `The ${name}'s lag is unknown; up to ${limit} s is allowed.`;
    return { open: false, step, reason, remedy: forceRemedy };
  }
  if (lag <= limit) return undefined;
  const reason = `The ${name} was ${Math.round(lag)} s behind; up to ${limit} s is allowed.`;
  return { open: false, step, reason, remedy: forceRemedy };
}

function unread(step: "database" | "home", what: string, error: string | undefined): Gate {
  const reason = `The ${what} cannot be read (${error ?? "not observed"}).`;
  return { open: "unread", step, reason, remedy: unreadRemedy };
}
