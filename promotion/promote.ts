import type { LockOwner, Observation, PromotionRecord, PromotionRun } from "./model";
import type { HasEnded, Lock } from "./lock";
import { LockedError, takeLock } from "./lock";
import { observe, observeReplicas } from "./observe";
import type { Ports } from "./ports";
import { startRefusals, stopRefusals } from "./refusals";
import { copyFiles, startReplicas, stopReplicas, stopTogether } from "./steps";
import { standingOf, stoppedSince } from "./standing";
import { standingText } from "./standingText";
import type { PromotionTarget } from "./target";

/** What a person asks for. */
export interface PromotionRequest {
  readonly verb: "start" | "stop";
  /** Of `start`: freeze prod again at dev's place. */
  readonly stopAfter: boolean;
  /** Of `start`: how many of prod's files that dev has not may be deleted; undefined: none. */
  readonly deletions?: number;
}

/** Who asks, and how the lock tells the process from others. */
export interface Asking {
  readonly owner: LockOwner;
  /** New for each promotion. */
  readonly token: string;
  readonly hasEnded: HasEnded;
}

/** What became of it. */
export interface Outcome {
  /** 0 done, 1 it failed or was refused, 2 bad input and nothing touched, 130 interrupted. */
  readonly code: 0 | 1 | 2 | 130;
  readonly says: readonly string[];
}

/** Why a promotion does not begin; undefined when it may. Looks only. */
export function refusalOf(
  verb: PromotionRequest["verb"],
  seen: Observation,
  target: PromotionTarget,
): Outcome | undefined {
  const { input, state } = verb === "start" ? startRefusals(seen, target) : stopRefusals(seen);
  const says = [...input, ...state];
  if (says.length === 0) return undefined;
  return { code: input.length > 0 ? 2 : 1, says: ["Nothing was touched:", ...says] };
}

/**
 * Promotes dev to prod, or freezes prod. Begins nothing that {@link refusalOf} refuses; leaves the
 * replicas equal or says that they are not; tells the record each step beforehand.
 */
export async function promote(
  ports: Ports,
  target: PromotionTarget,
  request: PromotionRequest,
  asking: Asking,
  interrupted: AbortSignal,
): Promise<Outcome> {
  const refusal = refusalOf(request.verb, await observe(ports), target);
  if (refusal !== undefined) return refusal;
  let lock: Lock;
  try {
    lock = await takeLock(ports, asking.token, asking.owner, asking.hasEnded, interrupted);
  } catch (error) {
    if (interrupted.aborted)
      return { code: 130, says: ["Interrupted before anything was touched."] };
    if (error instanceof LockedError) return { code: 1, says: [error.message] };
    throw error;
  }
  const journal = await Journal.open(ports, lock, request, asking.owner.by);
  const signal = AbortSignal.any([interrupted, lock.lost]);
  try {
    return await journal.close(await attempt(ports, request, journal, signal));
  } finally {
    await release(ports, lock);
  }
}

/** A lock that cannot be given back ends by itself. */
async function release({ progress }: Ports, lock: Lock): Promise<void> {
  try {
    await lock.release();
  } catch (error) {
    progress(`the lock could not be given back and ends by itself: ${(error as Error).message}`);
  }
}

interface Attempt {
  readonly result: NonNullable<PromotionRun["result"]>;
  readonly says: readonly string[];
}

async function attempt(
  ports: Ports,
  request: PromotionRequest,
  journal: Journal,
  signal: AbortSignal,
): Promise<Attempt> {
  const step = (text: string) => journal.step(text);
  const stops = request.verb === "stop";
  const act = stops ? stopReplicas : request.stopAfter ? stopTogether : startReplicas;
  try {
    await act(ports, signal, step);
  } catch (error) {
    if (signal.aborted || stops) return unfinished(error, signal);
    // One is left behind: the other must not go on alone.
    const stopped = await stopAll(ports, signal, step);
    const says = [(error as Error).message, stopped.says];
    return { result: stopped.interrupted ? "interrupted" : "failed", says };
  }
  if (stops) return { result: "done", says: [] };
  try {
    await copyFiles(ports, request.deletions, signal, step);
    return { result: "done", says: [] };
  } catch (error) {
    return unfinished(error, signal);
  }
}

function unfinished(error: unknown, signal: AbortSignal): Attempt {
  const { message } = (signal.aborted ? signal.reason : error) as Error;
  return { result: signal.aborted ? "interrupted" : "failed", says: [message] };
}

async function stopAll(
  ports: Ports,
  signal: AbortSignal,
  step: (text: string) => Promise<void>,
): Promise<{ readonly says: string; readonly interrupted: boolean }> {
  try {
    await stopReplicas(ports, signal, step);
    return { says: "All replicas were stopped.", interrupted: false };
  } catch (error) {
    return { says: (error as Error).message, interrupted: signal.aborted };
  }
}

/** The record of one promotion as it goes on. */
class Journal {
  private constructor(
    private readonly ports: Ports,
    private readonly lock: Lock,
    private readonly before: PromotionRecord,
    private current: PromotionRun,
  ) {}

  static async open(ports: Ports, lock: Lock, request: PromotionRequest, by: string) {
    const { record } = await ports.records.read();
    const { verb, stopAfter } = request;
    const current = {
      ...{ verb, stopAfter, by },
      startedAt: ports.clock.now(),
      step: "looking at both environments",
    };
    const died: PromotionRun | undefined = record.current && {
      ...record.current,
      result: "interrupted",
    };
    const last = died ?? record.last;
    const before = {
      stoppedSince: record.stoppedSince,
      ...(last === undefined ? {} : { last }),
    };
    const journal = new Journal(ports, lock, before, current);
    await lock.save({ ...before, current });
    return journal;
  }

  /** Says what comes next before it is done: if this process dies, that is what it died at. */
  async step(text: string): Promise<void> {
    this.ports.progress(text);
    this.current = { ...this.current, step: text };
    try {
      await this.lock.save({ ...this.before, current: this.current });
    } catch (error) {
      // While the lock lives nothing stops for the record.
      this.ports.progress(`the record could not be written: ${(error as Error).message}`);
    }
    this.lock.lost.throwIfAborted();
  }

  /** Writes what became of it, and where both environments stand now. */
  async close({ result, says }: Attempt): Promise<Outcome> {
    const replicas = await observeReplicas(this.ports);
    const now = this.ports.clock.now();
    const standing = standingOf(replicas);
    // Whatever was done: prod must be in one state in the end.
    const good = result === "done" && standing.kind !== "apart";
    const ended = good ? "done" : result === "done" ? "failed" : result;
    const sentences = [...says, ...standingText(standing)];
    const run: PromotionRun = {
      ...this.current,
      endedAt: now,
      result: ended,
      says: sentences.join(" "),
    };
    const last = { stoppedSince: stoppedSince(this.before.stoppedSince, replicas, now), last: run };
    const mend =
      ended === "done"
        ? []
        : ["Mend what is said above; `npm run promote -- start` or `stop` goes on from here."];
    const heads = { done: "Done.", failed: "Not done.", interrupted: "Interrupted." };
    const outcome = [heads[ended], ...sentences, ...mend];
    const code = { done: 0, failed: 1, interrupted: 130 } as const;
    const unwritten = await this.unwritten(last);
    if (unwritten === undefined) return { code: code[ended], says: outcome };
    return { code: 1, says: [...outcome, unwritten] };
  }

  /** Why the record does not say what became of it; undefined when it does. */
  private async unwritten(record: PromotionRecord): Promise<string | undefined> {
    const reason = () => (this.lock.lost.reason as Error).message;
    if (this.lock.lost.aborted) return reason();
    try {
      return (await this.lock.save(record)) ? undefined : reason();
    } catch (error) {
      return `The record could not be written and shows this promotion as unfinished: ${(error as Error).message}`;
    }
  }
}
