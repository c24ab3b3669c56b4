import type { HeldLock, LockOwner, PromotionRecord } from "./model";
import type { Clock, Progress, PromotionRecords } from "./ports";

/** Milliseconds after which a lock that nobody renewed may be taken over. */
export const lockLength = 12_000;

/** Milliseconds between two renewals: three may fail. */
const renewEvery = 3_000;

const lookEvery = 500;

/** Somebody else promotes. */
export class LockedError extends Error {
  constructor(readonly lock: HeldLock) {
    const since = new Date(lock.owner.since).toISOString();
    super(
      `Another promotion is under way: by ${lock.owner.by} since ${since}. ` +
        "Wait for its end (npm run promote -- status), or end it there with Ctrl-C.",
    );
    this.name = "LockedError";
  }
}

/** Whether the lock's holder is a process of this very place that has ended. */
export type HasEnded = (owner: LockOwner) => boolean;

/** The lock while this process holds it. */
export interface Lock {
  /** Aborts when the lock was lost: somebody else may act from then on. */
  readonly lost: AbortSignal;
  /** @returns false when the lock was lost; nothing was written then. */
  save(record: PromotionRecord): Promise<boolean>;
  /** Ends the renewals and gives the lock back. */
  release(): Promise<void>;
}

/**
 * Takes the lock. One that is held is watched: no clock but this machine's own says that it stood still.
 *
 * @throws LockedError when somebody else renews it.
 */
export async function takeLock(
  { records, clock, progress }: { records: PromotionRecords; clock: Clock; progress: Progress },
  token: string,
  owner: LockOwner,
  hasEnded: HasEnded,
  signal: AbortSignal,
): Promise<Lock> {
  for (;;) {
    const { lock } = await records.read();
    if (lock !== undefined && !hasEnded(lock.owner))
      await standsStill(records, clock, progress, lock, signal);
    signal.throwIfAborted();
    if (await records.take(token, owner, lock)) return hold(records, clock, token);
  }
}

/** Resolves when the lock was not renewed for its whole length, or is gone. */
async function standsStill(
  records: PromotionRecords,
  clock: Clock,
  progress: Progress,
  seen: HeldLock,
  signal: AbortSignal,
): Promise<void> {
  progress(`${seen.owner.by} holds the lock; looking for ${lockLength / 1000} s whether it lives`);
  const end = clock.steady() + lockLength;
  while (clock.steady() < end) {
    await clock.sleep(lookEvery, signal);
    signal.throwIfAborted();
    const { lock } = await records.read();
    if (lock === undefined) return;
    if (lock.token !== seen.token || lock.beat !== seen.beat) throw new LockedError(lock);
  }
}

function hold(records: PromotionRecords, clock: Clock, token: string): Lock {
  const lost = new AbortController();
  const ended = new AbortController();
  const lose = (why: string): void => {
    lost.abort(new Error(`The lock was lost: ${why}`));
  };
  const renewing = renew(records, clock, token, lose, ended.signal);
  return {
    lost: lost.signal,
    save: async (record) => {
      const saved = await records.save(token, record);
      if (!saved) lose("somebody else has taken it over.");
      return saved;
    },
    release: async () => {
      ended.abort();
      await renewing;
      if (!lost.signal.aborted) await records.release(token);
    },
  };
}

async function renew(
  records: PromotionRecords,
  clock: Clock,
  token: string,
  lose: (why: string) => void,
  ended: AbortSignal,
): Promise<void> {
  let renewedAt = clock.steady();
  for (;;) {
    await clock.sleep(renewEvery, ended);
    if (ended.aborted) return;
    // From before the request: when it arrived is not known.
    const asked = clock.steady();
    try {
      if (!(await records.renew(token))) {
        lose("somebody else has taken it over.");
        return;
      }
      renewedAt = asked;
    } catch (error) {
      if (clock.steady() - renewedAt < lockLength) continue;
      lose(`it could not be renewed for ${lockLength / 1000} s (${(error as Error).message}).`);
      return;
    }
  }
}
