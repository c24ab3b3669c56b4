import {
  newestCopyAge,
  type SeenSnapshot,
  type SnapshotRequest,
  snapshotRequests,
  type SnapshotSettings,
} from "./snapshotPlan";

/** What the snapshot function does to the world; a fake in tests. */
export interface SnapshotPorts {
  /** All manual snapshots of a region. Throws when the region cannot be read. */
  list(region: string): Promise<readonly SeenSnapshot[]>;
  /** Sends one request. Throws when RDS refuses it. */
  carryOut(request: SnapshotRequest): Promise<void>;
  /** Publishes the age of the newest copy that could be restored, in hours. */
  publishAge(hours: number): Promise<void>;
  now(): number;
  log(line: string): void;
}

/**
 * One run. Everything that can be done is done before the first failure is reported: a region that
 * does not answer must not keep the other one from being tidied, nor a refused copy today's snapshot.
 *
 * @throws Error naming all failures together, so that the function's own alarm tells people.
 */
export async function keepSnapshots(
  settings: SnapshotSettings,
  ports: SnapshotPorts,
): Promise<readonly SnapshotRequest[]> {
  const failures: string[] = [];
  const attempt = async <T>(what: string, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      failures.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  };
  const [source, copies] = await Promise.all([
    attempt(`list ${settings.sourceRegion}`, () => ports.list(settings.sourceRegion)),
    attempt(`list ${settings.copyRegion}`, () => ports.list(settings.copyRegion)),
  ]);
  const now = ports.now();
  const requests = snapshotRequests({ settings, source, copies }, now);
  for (const request of requests) {
    ports.log(JSON.stringify(request));
    await attempt(`${request.kind} ${request.identifier}`, () => ports.carryOut(request));
  }
  const age = copies === undefined ? undefined : newestCopyAge(settings, copies, now);
  if (age !== undefined) {
    await attempt("publish the age", () => ports.publishAge(Math.max(0, age) / 3_600_000));
  }
  if (failures.length > 0) {
    throw new Error(`${failures.length} failed; the next run repeats them: ${failures.join("; ")}`);
  }
  return requests;
}
