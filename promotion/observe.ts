import type { Observation, Reading, SeenReplica } from "./model";
import type { Ports } from "./ports";

/** Looks at everything at once. Throws only when the record cannot be read. */
export async function observe(ports: Ports): Promise<Observation> {
  const [replicas, files, { record, lock }] = await Promise.all([
    observeReplicas(ports),
    read(() => ports.files.inspect()),
    ports.records.read(),
  ]);
  const source = await read(() => ports.source.read(countingOf(replicas)));
  return { source, replicas, files, record, ...(lock === undefined ? {} : { lock }) };
}

/** Looks at the replicas alone. */
export function observeReplicas({ replicas }: Pick<Ports, "replicas">): Promise<SeenReplica[]> {
  return Promise.all(
    replicas.map(async (replica) => ({
      identifier: replica.identifier,
      state: await read(() => replica.read()),
    })),
  );
}

/** How the replicas count their place. */
export function countingOf(replicas: readonly SeenReplica[]): "file" | "gtid" {
  for (const { state } of replicas)
    if (state.known && state.value !== undefined) return state.value.position.kind;
  return "file";
}

async function read<T>(ask: () => Promise<T>): Promise<Reading<T>> {
  try {
    return { known: true, value: await ask() };
  } catch (error) {
    return { known: false, error: (error as Error).message };
  }
}
