import type {
  FilesState,
  LockOwner,
  Observation,
  PromotionRun,
  ReplicaState,
  SeenReplica,
} from "./model";
import { readablePosition } from "./position";
import { filesProblem } from "./refusals";
import { isIdle, noReplica } from "./replicaPlan";
import { standingOf, stopWarnings } from "./standing";
import { standingText } from "./standingText";
import type { PromotionTarget } from "./target";

/** Everything that is known of both environments, in lines for people. */
export function statusText(seen: Observation, target: PromotionTarget, now: number): string[] {
  const { source, replicas, files, record, lock } = seen;
  const dev = source.known
    ? `at ${readablePosition(source.value.position)}`
    : `DOES NOT ANSWER: ${source.error}`;
  return [
    `dev's database  ${target.source.address}:${target.source.port}, ${dev}`,
    ...replicas.map((replica) => replicaLine(replica, record.stoppedSince, now)),
    filesLine(files, target),
    `last promotion  ${record.last === undefined ? "none is known" : runText(record.last)}`,
    ...(record.current === undefined ? [] : [`unfinished      ${runText(record.current)}`]),
    ...(lock === undefined
      ? []
      : [`lock            held by ${lock.owner.by} until ${iso(lock.expiresAt)}, unless renewed`]),
    "",
    ...standingText(standingOf(replicas)),
    ...stopWarnings(seen, now).map((text) => `WARNING: ${text}`),
    ...adviceFor(seen),
  ];
}

/**
 * What was seen without a lock whose holder is gone: it has ended on this machine, or has not renewed the
 * lock in time by the clocks of both machines. Good enough to tell people, and for nothing else.
 */
export function withLivingLock(
  seen: Observation,
  now: number,
  hasEnded: (owner: LockOwner) => boolean,
): Observation {
  const { lock, ...rest } = seen;
  if (lock === undefined || (lock.expiresAt > now && !hasEnded(lock.owner))) return seen;
  return rest;
}

/** Whether a person has to do something: then `status` ends with 1. */
export function needsAttention(seen: Observation, now: number): boolean {
  const { replicas, record, source, files, lock } = seen;
  return (
    standingOf(replicas).kind === "apart" ||
    stopWarnings(seen, now).length > 0 ||
    (record.current !== undefined && lock === undefined) ||
    !source.known ||
    !files.known ||
    !files.value.fine
  );
}

/** What `start` would do, in the order in which it would. */
export function planText(
  { source, replicas, files }: Observation,
  { stopAfter, deleting }: { readonly stopAfter: boolean; readonly deleting: boolean },
  target: PromotionTarget,
): string[] {
  const place = source.known ? readablePosition(source.value.position) : "its place";
  const state = files.known && files.value.fine ? files.value.state : undefined;
  return [
    "start would:",
    ...replicas.map(
      ({ identifier, state: { known, ...reading } }) =>
        `  ${identifier}: ${known && "value" in reading && reading.value ? verbFor(reading.value, stopAfter) : "look again"}, until it has dev's ${place}` +
        (stopAfter ? " and nothing more" : ""),
    ),
    `  copy ${countOf(state)} from ${target.files.source} to ${target.files.target} as ${target.files.owner}, without ${target.files.staticFiles.join(", ") || "any exception"}`,
    ...deletionText(state, deleting),
  ];
}

/** What would be deleted, or what stays because nobody asked to. */
export function deletionText(state: FilesState | undefined, deleting: boolean): string[] {
  const { surplus = 0, surplusPaths = [] } = state ?? {};
  if (surplus === 0) return ["  delete nothing: prod has no file that dev has not"];
  if (!deleting)
    return [`  leave ${surplus} files and folders that dev has not (--delete removes them)`];
  const more = surplus - surplusPaths.length;
  return [
    `  delete ${surplus} files and folders of prod that dev has not:`,
    ...surplusPaths.map((path) => `    ${path}`),
    ...(more > 0 ? [`    … and ${more} more`] : []),
  ];
}

function verbFor(state: ReplicaState, stopAfter: boolean): string {
  if (stopAfter) return isIdle(state) ? "replicate" : "stop, then replicate";
  return isIdle(state) ? "start replication" : "go on replicating";
}

function replicaLine(
  { identifier, state }: SeenReplica,
  since: Readonly<Record<string, number>>,
  now: number,
): string {
  const name = identifier.padEnd(15);
  if (!state.known) return `${name} DOES NOT ANSWER: ${state.error}`;
  if (state.value === undefined) return `${name} ${noReplica(identifier)}`;
  const { position, lagSeconds, applyError, fetchError, control } = state.value;
  const lag = lagSeconds === undefined ? "" : `, ${lagSeconds} s behind`;
  const errors = [applyError, fetchError].filter((text) => text !== "").join("; ");
  const how = control === "rds" ? ", by RDS's procedures" : "";
  const text = activity(state.value, since[identifier], now);
  return `${name} ${text}${lag}, at ${readablePosition(position)}${how}${errors === "" ? "" : `; last error: ${errors}`}`;
}

function activity(state: ReplicaState, since: number | undefined, now: number): string {
  if (isIdle(state)) {
    if (since === undefined) return "STOPPED, by somebody else or at an unknown time";
    return `STOPPED since ${iso(since)} (${Math.floor((now - since) / 86_400_000)} days)`;
  }
  if (!state.applying) return "HALF STOPPED: it fetches and does not apply";
  if (state.fetching === "no") return "HALF STOPPED: it applies and does not fetch";
  return state.fetching === "connecting" ? "running, connecting to dev" : "running";
}

function filesLine(files: Observation["files"], target: PromotionTarget): string {
  const { source, target: prod, owner } = target.files;
  const name = "files           ";
  if (!files.known) return `${name}CANNOT BE COMPARED: ${files.error}`;
  if (!files.value.fine) return `${name}${filesProblem(files.value.problem, source, prod, owner)}`;
  const { differing, bytes, attributes, surplus } = files.value.state;
  if (differing + attributes + surplus === 0) return `${name}${prod} has what ${source} has`;
  return (
    `${name}${differing} differ (${bytes} bytes to copy), ${attributes} more by mode, owner or as folders, ` +
    `${surplus} are in prod alone`
  );
}

function countOf(state: FilesState | undefined): string {
  return state === undefined ? "files" : `${state.differing} files, ${state.bytes} bytes`;
}

/** One promotion in a sentence. */
function runText({
  verb,
  stopAfter,
  by,
  startedAt,
  endedAt,
  result,
  step,
  says,
}: PromotionRun): string {
  const what = `${verb}${stopAfter ? " --stop-after" : ""} by ${by}, ${iso(startedAt)}`;
  if (result === undefined) return `${what}: ${step}`;
  if (endedAt === undefined) return `${what}: it died while it was to ${step}`;
  const seconds = Math.round((endedAt - startedAt) / 1_000);
  if (result === "done") return `${what}: done in ${seconds} s`;
  return `${what}: ${result} after ${seconds} s, to ${step}. ${says ?? ""}`.trim();
}

function adviceFor({ record, lock }: Observation): string[] {
  if (record.current === undefined) return [];
  if (lock !== undefined)
    return ["A promotion is under way, or died seconds ago somewhere else: its lock tells which."];
  return [
    "A promotion died on the way. `npm run promote -- start` or `npm run promote -- stop` goes on from here.",
  ];
}

function iso(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, "Z");
}
