import type { Announcement } from "../model";
import type { RehearsalObservation, RehearsalRecord, RehearsalRequest } from "./model";

/** What a round needs to know beyond what is always looked at. */
export interface RehearsalNeeds {
  /** The data that a rehearsal begins with: newest snapshot and age of the homes. */
  readonly start: boolean;
}

/** What a rehearsal does to the world; the fakes of the tests can fail at every call. */
export interface RehearsalCloud {
  /** The rehearsals' record; undefined before the first run. Throws when the table does not answer. */
  load(): Promise<RehearsalRecord | undefined>;
  /**
   * Compare-and-set: writes the record only over `expectedVersion` (undefined: over nothing).
   * @returns false when somebody else was faster. Throws when the table does not answer.
   */
  save(record: RehearsalRecord, expectedVersion: number | undefined): Promise<boolean>;
  /** Never throws: see Reading. */
  observe(needs: RehearsalNeeds): Promise<RehearsalObservation>;
  /** Carries out one request. Throws what AWS answers; the next round sees what came of it. */
  act(request: RehearsalRequest): Promise<void>;
  /** Throws when the message was not accepted; it is then tried again. */
  announce(announcement: Announcement): Promise<void>;
  /** Throws when the metrics were not accepted. */
  measure(record: RehearsalRecord): Promise<void>;
}
