import type { ReplicaState, SeenReplica } from "./model";
import { countingOf } from "./observe";
import type { Ports } from "./ports";
import { compare, farthest, type Position, readablePosition } from "./position";
import { GoalMissed, pursue } from "./pursue";

type Step = (text: string) => Promise<void>;

/** How often two replicas that cannot be told where to stop are let run and stopped again. */
const mostRounds = 3;

/** All replicate and have everything that dev had when it was asked. */
export async function startReplicas(ports: Ports, signal: AbortSignal, step: Step): Promise<void> {
  const { position } = await ports.source.read(await counting(ports));
  await step(`bring the replicas up to dev's ${readablePosition(position)}`);
  await pursue({ kind: "follow", point: position }, ports, signal);
}

/** None replicates, and all have exactly what dev had when it was asked. */
export async function stopTogether(ports: Ports, signal: AbortSignal, step: Step): Promise<void> {
  await step("stop the replicas, to run them up to one point of dev's");
  for (let round = 1; ; round++) {
    const stopped = await pursue({ kind: "stopped" }, ports, signal);
    // After they stopped: no replica can be past it.
    const { position } = await ports.source.read(countingOf(stopped));
    await step(`bring the replicas up to dev's ${readablePosition(position)} and no farther`);
    if (exact(stopped)) {
      await pursue({ kind: "at", point: position }, ports, signal);
      return;
    }
    await pursue({ kind: "follow", point: position }, ports, signal);
    const ended = await pursue({ kind: "stopped" }, ports, signal);
    if (equal(ended)) return;
    if (round === mostRounds) throw new GoalMissed([cannotMeet]);
  }
}

/** None replicates, and all have what the farthest of them had. */
export async function stopReplicas(ports: Ports, signal: AbortSignal, step: Step): Promise<void> {
  await step("stop the replicas");
  const stopped = await pursue({ kind: "stopped" }, ports, signal);
  if (equal(stopped)) return;
  const point = farthest(positionsOf(stopped));
  if (point === undefined)
    throw new GoalMissed(["neither replica's content is the other's past: make one of them anew"]);
  await step(`bring all to ${readablePosition(point)}, where the farthest stopped`);
  if (!exact(stopped)) throw new GoalMissed([cannotMeet]);
  try {
    await pursue({ kind: "at", point }, ports, signal);
  } catch (error) {
    // One that cannot get there may still fetch.
    if (error instanceof GoalMissed) await pursue({ kind: "stopped" }, ports, signal);
    throw error;
  }
}

const cannotMeet =
  "these servers have no procedure that stops replication at a given place, and dev wrote on " +
  "between their stops: try again while dev is quiet";

/** Makes prod's files dev's. After the databases: a row without its file is worse than the reverse. */
export async function copyFiles(
  ports: Ports,
  deletions: number | undefined,
  signal: AbortSignal,
  step: Step,
): Promise<void> {
  await step("copy the files");
  await ports.files.copy(deletions, ports.progress, signal);
}

async function counting(ports: Ports): Promise<Position["kind"]> {
  const [first] = ports.replicas;
  const state = await first?.read();
  return state?.position.kind ?? "file";
}

function statesOf(replicas: readonly SeenReplica[]): ReplicaState[] {
  return replicas.flatMap(({ state }) =>
    state.known && state.value !== undefined ? [state.value] : [],
  );
}

function positionsOf(replicas: readonly SeenReplica[]): Position[] {
  return statesOf(replicas).map(({ position }) => position);
}

function exact(replicas: readonly SeenReplica[]): boolean {
  return statesOf(replicas).every(({ canStopAt }) => canStopAt);
}

function equal(replicas: readonly SeenReplica[]): boolean {
  const [first, ...others] = positionsOf(replicas);
  return first === undefined || others.every((each) => compare(first, each) === "same");
}
