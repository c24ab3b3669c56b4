import type { Action, Announcement, FailoverRecord, Observation, ObservationPart } from "./model";

/** What the failover does to the world; the fakes of the tests can fail at every call. */
export interface Cloud {
  /** The failover record; undefined before the first run. Throws when the table does not answer. */
  load(): Promise<FailoverRecord | undefined>;
  /**
   * Compare-and-set: writes the record only over `expectedVersion` (undefined: over nothing).
   * @returns false when somebody else was faster. Throws when the table does not answer.
   */
  save(record: FailoverRecord, expectedVersion: number | undefined): Promise<boolean>;
  /** Reads the parts at the same time, each within its limit. Never throws: see Reading. */
  observe(parts: readonly ObservationPart[]): Promise<Observation>;
  /** Carries out one request. Throws what AWS answers; the next round sees what came of it. */
  act(action: Action): Promise<void>;
  /** Publishes one message. Throws when it was not accepted; it is then tried again. */
  announce(announcement: Announcement): Promise<void>;
  /** Publishes the record's state as metrics. Throws when it was not accepted. */
  measure(record: FailoverRecord): Promise<void>;
}

/** Time, injected so that hours pass in a test without waiting. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** One structured line for the function's log. */
export type Log = (event: string, details: Readonly<Record<string, unknown>>) => void;
