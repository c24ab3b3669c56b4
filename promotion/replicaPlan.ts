import type { ReplicaState, SeenReplica } from "./model";
import { compare, hasReached, type Position, readablePosition } from "./position";

/** What the replicas are to come to. */
export type Goal =
  /** All replicate, and have everything up to `point`. */
  | { readonly kind: "follow"; readonly point: Position }
  /** None replicates. */
  | { readonly kind: "stopped" }
  /** None replicates, and all are exactly at `point`. */
  | { readonly kind: "at"; readonly point: Position };

/** One request to one replica. Each may be repeated without harm. */
export type Action =
  | { readonly kind: "start" | "stop"; readonly replica: string }
  | { readonly kind: "startUntil"; readonly replica: string; readonly point: Position };

/** What comes next. */
export type Decision =
  | { readonly kind: "act"; readonly actions: readonly Action[] }
  | { readonly kind: "wait"; readonly says: string }
  | { readonly kind: "reached" }
  /** It cannot be reached; with the reason of each replica that is to blame. */
  | { readonly kind: "failed"; readonly because: readonly string[] };

/** What a promotion remembers of a replica while it pursues one goal. */
export interface ReplicaMemory {
  /** How often it was asked to start and to stop. */
  readonly starts: number;
  readonly stops: number;
  readonly position?: Position;
  /** Epoch milliseconds when it last got ahead, answered, and was connected to dev. */
  readonly movedAt: number;
  readonly answeredAt: number;
  readonly connectedAt: number;
}

export type Memory = Readonly<Record<string, ReplicaMemory>>;

/** How long a promotion waits, milliseconds. */
export interface Patience {
  /** For a replica that applies to get ahead: one long statement holds it up. */
  readonly standstill: number;
  /** For an answer of a server that was there before. */
  readonly silence: number;
  /** For a connection to dev. Longer than the servers' own pause between two tries, 60 s. */
  readonly connection: number;
}

export const defaultPatience: Patience = {
  standstill: 30 * 60_000,
  silence: 30_000,
  connection: 90_000,
};

/** A replica that does not stop when it is told to three times will not at the fourth. */
const mostStops = 3;

/** Takes note of what is seen. */
export function remember(memory: Memory, replicas: readonly SeenReplica[], now: number): Memory {
  return Object.fromEntries(
    replicas.map(({ identifier, state }) => {
      const before = memory[identifier] ?? {
        starts: 0,
        stops: 0,
        movedAt: now,
        answeredAt: now,
        connectedAt: now,
      };
      if (!state.known) return [identifier, before];
      const { position, fetching } = state.value ?? {};
      const moved =
        position !== undefined &&
        (before.position === undefined || compare(position, before.position) !== "same");
      return [
        identifier,
        {
          ...before,
          answeredAt: now,
          ...(fetching === "connecting" ? {} : { connectedAt: now }),
          ...(moved ? { position, movedAt: now } : {}),
        },
      ];
    }),
  );
}

/** Takes note of requests. A start begins anew to count the standstill. */
export function rememberActions(memory: Memory, actions: readonly Action[], now: number): Memory {
  const next: Record<string, ReplicaMemory> = { ...memory };
  for (const { kind, replica } of actions) {
    const before = next[replica];
    if (before === undefined) continue;
    next[replica] =
      kind === "stop"
        ? { ...before, stops: before.stops + 1 }
        : { ...before, starts: before.starts + 1, movedAt: now, connectedAt: now };
  }
  return next;
}

/** One replica's part of the decision. */
type Verdict =
  | { readonly kind: "act"; readonly action: Action }
  | { readonly kind: "wait" | "failed"; readonly says: string }
  | { readonly kind: "there" };

/** What comes next towards a goal. Stopping goes on although one fails: what can stop, stops. */
export function decide(
  goal: Goal,
  replicas: readonly SeenReplica[],
  memory: Memory,
  now: number,
  patience: Patience = defaultPatience,
): Decision {
  const verdicts = replicas.map((replica) => judge(goal, replica, memory, now, patience));
  const failed = verdicts.flatMap((each) => (each.kind === "failed" ? [each.says] : []));
  const actions = verdicts.flatMap((each) => (each.kind === "act" ? [each.action] : []));
  const waits = verdicts.flatMap((each) => (each.kind === "wait" ? [each.says] : []));
  const failure: Decision[] = failed.length > 0 ? [{ kind: "failed", because: failed }] : [];
  const progress: Decision[] = [
    ...(actions.length > 0 ? [{ kind: "act", actions } as const] : []),
    ...(waits.length > 0 ? [{ kind: "wait", says: waits.join("; ") } as const] : []),
  ];
  const order = goal.kind === "stopped" ? [...progress, ...failure] : [...failure, ...progress];
  return order[0] ?? { kind: "reached" };
}

function judge(
  goal: Goal,
  { identifier, state }: SeenReplica,
  memory: Memory,
  now: number,
  patience: Patience,
): Verdict {
  const seen = memory[identifier] ?? {
    ...{ starts: 0, stops: 0, movedAt: now, answeredAt: now, connectedAt: now },
  };
  if (!state.known) {
    const says = `${identifier} does not answer: ${state.error}`;
    return { kind: now - seen.answeredAt > patience.silence ? "failed" : "wait", says };
  }
  if (state.value === undefined)
    return goal.kind === "stopped"
      ? { kind: "there" }
      : { kind: "failed", says: noReplica(identifier) };
  const replica = { identifier, state: state.value, seen, now, patience };
  if (goal.kind === "stopped") return stopped(replica);
  return goal.kind === "follow" ? follow(replica, goal.point) : stopAt(replica, goal.point);
}

/** RDS ends replication that was stopped for 30 days; then there is none to start. */
export function noReplica(identifier: string): string {
  return `${identifier} is no replica (any more): make a new one of dev's database`;
}

interface Judged {
  readonly identifier: string;
  readonly state: ReplicaState;
  readonly seen: ReplicaMemory;
  readonly now: number;
  readonly patience: Patience;
}

function stopped(replica: Judged): Verdict {
  const { identifier, state, seen } = replica;
  if (isIdle(state)) return { kind: "there" };
  if (seen.stops < mostStops) return { kind: "act", action: { kind: "stop", replica: identifier } };
  return {
    kind: "failed",
    says: `${identifier} was told to stop ${mostStops} times and still replicates`,
  };
}

function follow(replica: Judged, point: Position): Verdict {
  const { identifier, state, seen } = replica;
  // It would end by itself where an earlier promotion told it to; or it pauses between two tries to
  // connect, for up to a minute, and tries at once when it is started anew.
  const halts = (state.until && state.applying) || state.fetching === "connecting";
  if (halts && seen.starts === 0) return stopped(replica);
  if (!state.applying || state.fetching === "no") {
    if (seen.starts === 0) return { kind: "act", action: { kind: "start", replica: identifier } };
    return { kind: "failed", says: `${identifier} does not replicate: ${whyNot(state)}` };
  }
  if (state.fetching === "yes" && hasReached(state.position, point)) return { kind: "there" };
  return waiting(replica, point);
}

function stopAt(replica: Judged, point: Position): Verdict {
  const { identifier, state, seen } = replica;
  const distance = compare(state.position, point);
  const runsThere = seen.starts > 0 && state.until && state.applying && distance === "behind";
  if (runsThere) return waiting(replica, point);
  // Also at the point itself: some servers notice that they are there with the next event only.
  if (!isIdle(state)) {
    const ended = seen.starts > 0 && !state.applying && distance === "behind";
    return ended ? endedEarly(replica, point) : stopped(replica);
  }
  if (distance === "same") return { kind: "there" };
  if (distance === "behind" && seen.starts === 0)
    return { kind: "act", action: { kind: "startUntil", replica: identifier, point } };
  return endedEarly(replica, point);
}

function endedEarly({ identifier, state }: Judged, point: Position): Verdict {
  const distance = compare(state.position, point);
  const place = `${identifier} is at ${readablePosition(state.position)}`;
  const wanted = readablePosition(point);
  if (distance === "behind")
    return { kind: "failed", says: `${place} and does not get to ${wanted}: ${whyNot(state)}` };
  return distance === "ahead"
    ? { kind: "failed", says: `${place}, past ${wanted}` }
    : { kind: "failed", says: `${place}, which cannot be compared with ${wanted}` };
}

function waiting({ identifier, state, seen, now, patience }: Judged, point: Position): Verdict {
  if (state.fetching === "connecting" && now - seen.connectedAt > patience.connection)
    return { kind: "failed", says: `${identifier} cannot connect to dev: ${whyNot(state)}` };
  // What was fetched before is still applied; then nothing more comes.
  if (state.fetching === "no" && now - seen.movedAt > patience.silence)
    return { kind: "failed", says: `${identifier} gets nothing more of dev: ${whyNot(state)}` };
  if (now - seen.movedAt > patience.standstill) {
    const minutes = Math.round(patience.standstill / 60_000);
    const place = readablePosition(state.position);
    return { kind: "failed", says: `${identifier} has stood at ${place} for ${minutes} minutes` };
  }
  const lag = state.lagSeconds === undefined ? "" : `, ${state.lagSeconds} s behind`;
  const link = state.fetching === "connecting" ? ", connecting to dev" : "";
  const places = `at ${readablePosition(state.position)} of ${readablePosition(point)}`;
  return { kind: "wait", says: `${identifier} ${places}${lag}${link}` };
}

/** Neither fetches nor applies. */
export function isIdle({ fetching, applying }: ReplicaState): boolean {
  return fetching === "no" && !applying;
}

/** Its own words for what keeps it from replicating. */
export function whyNot({ applyError, fetchError }: ReplicaState): string {
  const errors = [applyError, fetchError].filter((text) => text !== "");
  return errors.length === 0
    ? "it gives no reason; somebody may have stopped it"
    : errors.join("; ");
}
