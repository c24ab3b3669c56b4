import type { BehaviourContext } from "../../behaviour";
import type { ReplicationEnd } from "./fileSystems";

/** Real files behind the file systems. The behaviour decides what happens and when. */
export interface FileSystemFiles {
  /** Makes a file system read-only for everybody but the replication. */
  hold(destination: ReplicationEnd): void;
  /**
   * Copies what changed in the source since the last time, file by file over the whole duration, and
   * resolves when all that was there at the start has arrived.
   * @returns false if it was given up because `goesOn` said so; what was copied by then stays.
   */
  copy(pass: CopyPass): Promise<boolean>;
  /** Ends `hold`. What was copied by then is what there is. */
  release(destination: ReplicationEnd): void;
  /** Throws all files of a file system away. */
  remove(end: ReplicationEnd): void;
}

/** One sync of a replication. */
export interface CopyPass {
  readonly source: ReplicationEnd;
  readonly destination: ReplicationEnd;
  /** How long it shall take, modelled milliseconds. */
  readonly duration: number;
  readonly clock: BehaviourContext["clock"];
  /** Asked before each file. */
  readonly goesOn: () => boolean;
}
