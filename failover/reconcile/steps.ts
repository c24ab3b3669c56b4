import type {
  Action,
  FailoverRecord,
  GroupState,
  Observation,
  Policy,
  Reading,
  StepName,
} from "../model";
import { isDone } from "./decision";

/** How one step stands, by what is seen of the world. */
export interface StepView {
  readonly name: StepName;
  readonly state: "waiting" | "running" | "done";
  readonly waitsFor?: string;
  readonly actions: readonly Action[];
  /** Set when waiting longer cannot help. */
  readonly obstacle?: string;
  /** What a person can do about the obstacle; absent where it is what the step usually needs. */
  readonly remedy?: string;
}

const permissionRemedy =
  "Give the function's role in the waiting region the permission that the reason names.";

/** RDS states that a promotion does not leave by itself. */
const stuckStatuses = /^(storage-full|failed|stopped|restore-error|inaccessible-|incompatible-)/;

export function viewCapacity(
  record: FailoverRecord,
  { waitingGroups }: Observation,
  policy: Policy,
): StepView {
  const name = "capacity";
  const done = isDone(record, name);
  if (!waitingGroups?.known) {
    return done ? { name, state: "done", actions: [] } : unread(name, waitingGroups);
  }
  const short = belowServing(waitingGroups.value, policy);
  // Once in service, the number belongs to the scaling policies; a size below the serving one does
  // not: a run that an abort had left behind may still have lowered it.
  if (done && short.length === 0) return { name, state: "done", actions: [] };
  const missing = waitingGroups.value.filter(
    (group) => group.inService < (policy.servingSizes[group.name]?.min ?? 0),
  );
  if (short.length === 0 && missing.length === 0) return { name, state: "done", actions: [] };
  const actions: Action[] = short.length > 0 ? [raise(short)] : [];
  const waitsFor = `instances in service for ${listed(missing.map((group) => group.name))}`;
  return { name, state: "running", waitsFor, actions };
}

/** Groups that cannot hold the instances that they are to serve with. */
export function belowServing(groups: readonly GroupState[], policy: Policy): GroupState[] {
  return groups.filter((group) => {
    const serving = policy.servingSizes[group.name];
    const small = serving !== undefined && (group.max < serving.max || group.min < serving.min);
    return small || group.launchSuspended;
  });
}

/** A region that was the active one once comes with the Launch process that its fence suspended. */
export function raise(groups: readonly GroupState[]): Action {
  const suspended = groups.filter(({ launchSuspended }) => launchSuspended);
  return {
    kind: "raiseCapacity",
    groups: groups.map(({ name }) => name),
    ...(suspended.length > 0 ? { resume: suspended.map(({ name }) => name) } : {}),
  };
}

export function viewDatabase({ replica }: Observation, policy: Policy): StepView {
  const name = "database";
  if (!policy.hasDatabase) return { name, state: "done", actions: [] };
  if (!replica?.known) return unread(name, replica);
  const { status, replicates } = replica.value;
  // RDS reports `available` before the promotion shows: the source must be gone as well.
  if (!replicates && status === "available") return { name, state: "done", actions: [] };
  const waitsFor = replicates
    ? `the promotion (the replica is ${status})`
    : `the promoted database to be available (it is ${status})`;
  if (stuckStatuses.test(status)) {
    const obstacle = `The replica is ${status}, which it does not leave by itself.`;
    return { name, state: "running", waitsFor, actions: [], obstacle };
  }
  const promote = replicates && status === "available";
  const actions: Action[] = promote ? [{ kind: "promoteReplica" }] : [];
  return { name, state: "running", waitsFor, actions };
}

export function viewHome(record: FailoverRecord, { home }: Observation, policy: Policy): StepView {
  const name = "home";
  if (policy.homeFileSystemId === undefined) return { name, state: "done", actions: [] };
  if (!home?.known) return unread(name, home);
  if (home.value.state === "writable") return { name, state: "done", actions: [] };
  const localOnly = record.silentSince !== undefined;
  const actions: Action[] =
    home.value.state === "replicating" ? [{ kind: "freeHome", localOnly }] : [];
  return { name, state: "running", waitsFor: "the file system to become writable", actions };
}

export function viewControllers({ waitingTeams }: Observation, policy: Policy): StepView {
  const name = "controllers";
  if (!waitingTeams?.known) return unread(name, waitingTeams);
  const { teams, healthy } = waitingTeams.value;
  const required = Math.ceil(teams * policy.requiredHealthyShare);
  if (healthy >= required) return { name, state: "done", actions: [] };
  const waitsFor = `healthy teams: ${healthy} of the required ${required}`;
  return { name, state: "running", waitsFor, actions: [] };
}

/** Traffic comes last (S2): `ready` says that the steps before it are done as of this round. */
export function viewTraffic({ traffic }: Observation, ready: boolean): StepView {
  const name = "traffic";
  if (!ready) return { name, state: "waiting", actions: [] };
  if (traffic?.known && traffic.value.waitingOpen && traffic.value.activeClosed) {
    return { name, state: "done", actions: [] };
  }
  const waitsFor = traffic?.known
    ? "the edge to read back as set"
    : `the edge's control plane (${traffic?.error ?? "not observed"})`;
  return { name, state: "running", waitsFor, actions: [{ kind: "moveTraffic" }] };
}

function unread(name: StepName, reading: Reading<unknown> | undefined): StepView {
  const error = reading?.known === false ? reading.error : "not observed";
  const view = { name, state: "running", waitsFor: `an answer (${error})`, actions: [] } as const;
  // Missing permissions do not come back by waiting.
  return reading?.known === false && reading.failure === "refused"
    ? { ...view, obstacle: `The request was refused: ${error}`, remedy: permissionRemedy }
    : view;
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(", ");
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}
