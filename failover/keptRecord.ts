import { errorText } from "./aws/clients";
import type { Announcement } from "./model";
import type { Log } from "./ports";

/** A record that is changed by compare-and-set on `version`, with the messages that are still to be sent. */
export interface KeptRecord {
  readonly version: number;
  readonly outbox: readonly Announcement[];
}

/** Where such a record is kept, and whom it speaks to. */
export interface RecordKeeper<Kept extends KeptRecord> {
  /** @returns false when somebody else was faster. Throws when the table does not answer. */
  save(record: Kept, expectedVersion: number | undefined): Promise<boolean>;
  /** Throws when the message was not accepted; it is then tried again. */
  announce(announcement: Announcement): Promise<void>;
  /** Throws when the metrics were not accepted. */
  measure(record: Kept): Promise<void>;
}

/** @returns the record as it is stored now, or undefined when somebody else was faster. */
export async function saveIfChanged<Kept extends KeptRecord>(
  keeper: RecordKeeper<Kept>,
  stored: Kept | undefined,
  decided: Kept,
): Promise<Kept | undefined> {
  if (stored !== undefined && JSON.stringify(stored) === JSON.stringify(decided)) return stored;
  const next = { ...decided, version: (stored?.version ?? 0) + 1 };
  return (await keeper.save(next, stored?.version)) ? next : undefined;
}

/** Messages leave the outbox only after they were accepted: at least once, never lost (S8). */
export async function publish<Kept extends KeptRecord>(
  keeper: RecordKeeper<Kept>,
  record: Kept,
  log: Log,
): Promise<Kept> {
  const kept: Announcement[] = [];
  for (const announcement of record.outbox) {
    try {
      await keeper.announce(announcement);
    } catch (error) {
      log("notAnnounced", { announcement, error: errorText(error) });
      kept.push(announcement);
    }
  }
  if (kept.length === record.outbox.length) return record;
  const next = { ...record, outbox: kept, version: record.version + 1 };
  // Lost to somebody else: the messages are published once more, which is the lesser harm.
  return (await keeper.save(next, record.version)) ? next : record;
}

/** Metrics are for people; nothing stops for them. */
export async function measure<Kept extends KeptRecord>(
  keeper: RecordKeeper<Kept>,
  record: Kept,
  log: Log,
): Promise<void> {
  try {
    await keeper.measure(record);
  } catch (error) {
    log("notMeasured", { error: errorText(error) });
  }
}
