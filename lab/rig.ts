import type { PairProfile } from "../components/pair/proxyTiming";
import type { AddressMove } from "./measure/addressMoves";
import type { Users } from "./users/users";

/**
 * Machines that were made for one round of one scenario, with their network segment, daemons,
 * controllers and users, under one profile's timing. The core knows no more of them than this, whatever
 * daemons they run.
 */
export interface Rig {
  readonly profile: PairProfile;
  readonly users: Users;
  /** Who held the shared address, from the beginning on. */
  readonly addressMoves: readonly AddressMove[];
  /** Folder below which each controller's home has a `writers.log`. */
  readonly homes: string;
  /** What its daemons said, for a round that went wrong. */
  logs(): string;
  /** Pulls every plug; the homes stay. */
  close(): Promise<void>;
}
