import type { FilesProblem, Observation } from "./model";
import { noReplica } from "./replicaPlan";
import type { PromotionTarget } from "./target";

/** Why a promotion does not begin. */
export interface Refusals {
  /** What the user has to mend in what he gave: exit 2. */
  readonly input: readonly string[];
  /** What does not answer or is broken: exit 1. */
  readonly state: readonly string[];
}

/** What keeps `start` from beginning. Nothing was touched when it is asked. */
export function startRefusals(seen: Observation, target: PromotionTarget): Refusals {
  return {
    input: [...sameServers(seen), ...foreignSources(seen), ...filesInput(seen, target)],
    state: [
      ...(seen.replicas.length === 0 ? [] : unreadable("dev's database", seen.source)),
      ...replicaRefusals(seen),
      ...mixedCounting(seen),
      ...unreadable("the folders", seen.files),
    ],
  };
}

/** `stop` needs the replicas alone: it must work when dev is gone. */
export function stopRefusals(seen: Observation): Refusals {
  const answers = seen.replicas.filter(({ state }) => state.known);
  return { input: [], state: answers.length > 0 ? [] : replicaRefusals(seen) };
}

function unreadable(what: string, reading: Observation["source" | "files"]): string[] {
  return reading.known ? [] : [`${what} cannot be read: ${reading.error}`];
}

function replicaRefusals({ replicas }: Observation): string[] {
  return replicas.flatMap(({ identifier, state }) => {
    if (!state.known) return [`${identifier} does not answer: ${state.error}`];
    return state.value === undefined ? [noReplica(identifier)] : [];
  });
}

/** A place in a log file and a GTID cannot be compared, so that nobody could tell when they are equal. */
function mixedCounting({ replicas }: Observation): string[] {
  const kinds = replicas.flatMap(({ identifier, state }) =>
    state.known && state.value !== undefined
      ? [{ identifier, kind: state.value.position.kind }]
      : [],
  );
  if (new Set(kinds.map(({ kind }) => kind)).size < 2) return [];
  const list = kinds.map(({ identifier, kind }) => `${identifier} by ${kind}`).join(", ");
  return [`the replicas count their place in different ways (${list}): set them up alike`];
}

/** Two names can lead to one server. */
function sameServers({ source, replicas }: Observation): string[] {
  return replicas.flatMap(({ identifier, state }) =>
    source.known && state.known && state.value?.serverId === source.value.serverId
      ? [
          `${identifier} is dev's own server (server id ${source.value.serverId}): dev and prod need ` +
            "a server each; correct the replica's address",
        ]
      : [],
  );
}

function foreignSources({ source, replicas }: Observation): string[] {
  return replicas.flatMap(({ identifier, state }) => {
    if (!source.known || !state.known || state.value === undefined) return [];
    const { sourceServerId, serverId } = state.value;
    if ([0, source.value.serverId].includes(sourceServerId) || serverId === source.value.serverId)
      return [];
    return [
      `${identifier} replicates from the server with id ${sourceServerId}, and dev's is ` +
        `${source.value.serverId}: correct source or replica in the target`,
    ];
  });
}

function filesInput(
  { files }: Observation,
  { files: { source, target, owner } }: PromotionTarget,
): string[] {
  if (!files.known || files.value.fine) return [];
  return [filesProblem(files.value.problem, source, target, owner)];
}

/** A problem of the folders in a sentence with its cure. */
export function filesProblem(
  problem: FilesProblem,
  source: string,
  target: string,
  owner: string,
): string {
  switch (problem.kind) {
    case "missingProgram":
      return `the machine that copies has no ${problem.program}: install it in its image (packages rsync, util-linux)`;
    case "missingFolder": {
      const folder = problem.side === "source" ? source : target;
      return `${folder} is no folder there: is the file system mounted, and files.${problem.side} right?`;
    }
    case "sameFolder":
      return `${source} and ${target} are the same folder: dev and prod need a folder each`;
    case "nested":
      return `one of ${source} and ${target} lies in the other: dev and prod need a folder each`;
    case "emptySource":
      return `${source} holds no file that could be copied; is dev's file system mounted? An empty dev never empties prod`;
    case "missingStaticFile":
      return `${target} has no ${problem.file}, which is prod's own and never copied: put it there first, or correct files.staticFiles`;
    case "cannotOwn":
      return `files are to belong to ${owner}, and the machine copies as ${problem.user}, who cannot give files away: run it as root, or correct files.owner`;
    default:
      return problem satisfies never;
  }
}
