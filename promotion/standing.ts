import type { Observation, PromotionRecord, ReplicaState, SeenReplica } from "./model";
import { compare, farthest, type Position, readablePosition } from "./position";
import { isIdle, noReplica } from "./replicaPlan";

const day = 24 * 3_600_000;

/** From this day of a stopped replication on people are warned. */
export const warnAfterDays = 20;

/** RDS ends replication that was stopped for longer. Source: RDS User Guide, read replicas. */
export const endedAfterDays = 30;

/** How the replicas stand to each other. */
export type Standing =
  /** Prod has a database of its own. */
  | { readonly kind: "none" }
  /** All replicate without an error. */
  | { readonly kind: "following" }
  /** None replicates, and all have the same content. */
  | {
      readonly kind: "frozen";
      readonly point: Position;
      /** Errors that they stopped with, and that the next start meets again. */
      readonly notes: readonly string[];
    }
  /** Neither: with what is to blame. */
  | { readonly kind: "apart"; readonly because: readonly string[] };

/** How the replicas stand, from what they say of themselves. */
export function standingOf(replicas: readonly SeenReplica[]): Standing {
  if (replicas.length === 0) return { kind: "none" };
  const silent = replicas.flatMap(({ identifier, state }) => {
    if (!state.known) return [`${identifier} does not answer: ${state.error}`];
    return state.value === undefined ? [noReplica(identifier)] : [];
  });
  const states = statesOf(replicas);
  const errors = states.flatMap(({ identifier, state }) => errorsOf(identifier, state));
  const differences = unequal(replicas);
  const point = states[0]?.state.position;
  if (silent.length === 0 && differences.length === 0 && point !== undefined) {
    if (states.every(({ state }) => isIdle(state))) return { kind: "frozen", point, notes: errors };
    if (states.every(({ state }) => replicates(state))) return { kind: "following" };
  }
  return { kind: "apart", because: [...silent, ...errors, ...differences] };
}

/** Fetches and applies, and will go on to. */
function replicates({ fetching, applying, until }: ReplicaState): boolean {
  return fetching === "yes" && applying && !until;
}

function errorsOf(identifier: string, state: ReplicaState): string[] {
  const { applying, applyError, fetching, fetchError } = state;
  return [
    ...(!applying && applyError !== "" ? [`${identifier} applies nothing: ${applyError}`] : []),
    ...(fetching !== "yes" && fetchError !== ""
      ? [`${identifier} fetches nothing: ${fetchError}`]
      : []),
  ];
}

interface KnownReplica {
  readonly identifier: string;
  readonly state: ReplicaState;
}

function statesOf(replicas: readonly SeenReplica[]): KnownReplica[] {
  return replicas.flatMap(({ identifier, state }) =>
    state.known && state.value !== undefined ? [{ identifier, state: state.value }] : [],
  );
}

/** Which of them run and which do not; among stopped ones, which are ahead. */
function unequal(replicas: readonly SeenReplica[]): string[] {
  const states = statesOf(replicas);
  const running = states.filter(({ state }) => !isIdle(state));
  const idle = states.filter(({ state }) => isIdle(state));
  const mixed = running.length > 0 && idle.length > 0;
  const half = running.filter(({ state }) => !replicates(state));
  const first = farthest(idle.map(({ state }) => state.position));
  const behind = idle.filter(
    ({ state }) => first !== undefined && compare(state.position, first) !== "same",
  );
  return [
    ...(mixed ? [`${names(running)} runs while ${names(idle)} is stopped`] : []),
    ...half.map(({ identifier, state }) => `${identifier} ${halfway(state)}`),
    ...behind.map(
      ({ identifier, state }) =>
        `${identifier} is stopped at ${readablePosition(state.position)}, behind the other at ` +
        readablePosition(first ?? state.position),
    ),
    ...(first === undefined && idle.length > 1
      ? [`${names(idle)} have content of which neither is the other's past`]
      : []),
  ];
}

function halfway({ fetching, applying, until }: ReplicaState): string {
  if (applying && until) return "runs up to a point that an unfinished promotion set";
  if (!applying) return "fetches dev's changes and does not apply them";
  return fetching === "connecting" ? "is connecting to dev" : "applies and fetches nothing more";
}

function names(replicas: readonly KnownReplica[]): string {
  return replicas.map(({ identifier }) => identifier).join(" and ");
}

/** When each replica was last seen to stop replicating, for the next record. */
export function stoppedSince(
  before: PromotionRecord["stoppedSince"],
  replicas: readonly SeenReplica[],
  now: number,
): Record<string, number> {
  return Object.fromEntries(
    replicas.flatMap(({ identifier, state }) => {
      const known = before[identifier];
      const running = state.known && state.value !== undefined && replicates(state.value);
      if (running) return [];
      if (!state.known) return known === undefined ? [] : [[identifier, known] as const];
      return [[identifier, known ?? now] as const];
    }),
  );
}

/** A sentence for each replica that RDS is going to cut off. */
export function stopWarnings({ replicas, record }: Observation, now: number): string[] {
  return statesOf(replicas).flatMap(({ identifier, state }) => {
    const since = record.stoppedSince[identifier];
    if (replicates(state) || since === undefined || now - since < warnAfterDays * day) return [];
    const days = Math.floor((now - since) / day);
    const end = new Date(since + endedAfterDays * day).toISOString().slice(0, 10);
    return [
      `${identifier} has been stopped for ${days} days. RDS ends replication after ${endedAfterDays} ` +
        `(${end}) and the replica must then be made anew: npm run promote -- start --stop-after`,
    ];
  });
}
