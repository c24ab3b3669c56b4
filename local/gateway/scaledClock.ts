/** Milliseconds of modelled time, the time that the local AWS lives in. */
export type ModelledMilliseconds = number;

/** A pending action on a {@link ScaledClock}. */
export interface ScheduledAction {
  /** Takes the action off the clock; harmless when it has already run. */
  cancel(): void;
}

/** What a {@link ScaledClock} runs on: the machine's clock, or a simulated one in tests. */
export interface RealTime {
  /** Milliseconds since the epoch; may not go backwards. */
  now(): number;
  /** Runs `action` once after `delay` real milliseconds. */
  schedule(delay: number, action: () => void): ScheduledAction;
}

/** The machine's own monotonic clock and timers. */
export const machineTime: RealTime = {
  now: () => performance.timeOrigin + performance.now(),
  schedule(delay, action) {
    const timer = setTimeout(action, delay);
    return {
      cancel: () => {
        clearTimeout(timer);
      },
    };
  },
};

/** How a {@link ScaledClock} starts. */
export interface ScaledClockOptions {
  /** Modelled seconds per real second. Default 60: one modelled minute passes in a second. */
  readonly scale?: number;
  /** Modelled time at the start, milliseconds since the epoch. Default: the real time. */
  readonly startAt?: ModelledMilliseconds;
  /** Default {@link machineTime}. */
  readonly realTime?: RealTime;
  /** Receives what a scheduled action throws. Default: rethrown, which ends the process loudly. */
  readonly onError?: (error: unknown) => void;
}

/** Node's timers count in a signed 32-bit integer; a longer delay would fire at once. */
const longestRealDelay = 2 ** 31 - 1;

interface Pending {
  readonly dueAt: ModelledMilliseconds;
  readonly action: () => unknown;
  timer?: ScheduledAction;
}

/**
 * The clock of the local AWS. Everything in it waits in modelled time, so that a promotion that takes
 * AWS eight minutes takes eight seconds here and every component agrees on what time it is.
 */
export class ScaledClock {
  private readonly realTime: RealTime;
  private readonly onError: (error: unknown) => void;
  private readonly pending = new Set<Pending>();
  private readonly paceListeners = new Set<() => void>();
  private modelledBase: ModelledMilliseconds;
  private realBase: number;
  private fullScale: number;
  private holds = 0;
  private stopped = false;

  constructor(options: ScaledClockOptions = {}) {
    this.realTime = options.realTime ?? machineTime;
    this.realBase = this.realTime.now();
    this.modelledBase = options.startAt ?? this.realBase;
    this.fullScale = checkedScale(options.scale ?? 60);
    this.onError =
      options.onError ??
      ((error) => {
        queueMicrotask(() => {
          throw error;
        });
      });
  }

  /** Modelled seconds per real second, while nothing holds the clock. */
  get scale(): number {
    return this.fullScale;
  }

  /** Modelled seconds per real second at this moment: see {@link hold}. */
  get pace(): number {
    return this.holds === 0 ? this.fullScale : Math.min(1, this.fullScale);
  }

  /** Modelled milliseconds since the epoch. */
  now(): ModelledMilliseconds {
    return this.modelledBase + (this.realTime.now() - this.realBase) * this.pace;
  }

  /**
   * Lets modelled time pass no faster than real time until it is released, for work that takes this
   * machine time and not AWS: a hundred milliseconds of it would otherwise be modelled seconds.
   *
   * @returns what releases it; harmless when called again
   */
  hold(): () => void {
    this.changePace(() => (this.holds += 1));
    let held = true;
    return () => {
      if (held) this.changePace(() => (this.holds -= 1));
      held = false;
    };
  }

  /** Calls `listener` whenever {@link pace} has changed, for clocks elsewhere that follow this one. */
  onPace(listener: () => void): void {
    this.paceListeners.add(listener);
  }

  /** The modelled time as a Date, as AWS answers carry it. */
  date(): Date {
    return new Date(this.now());
  }

  /** Real milliseconds that `modelled` milliseconds take at the present scale, at least. */
  toReal(modelled: ModelledMilliseconds): number {
    return modelled / this.fullScale;
  }

  /** Changes the pace from now on; what is pending keeps its modelled due time. */
  setScale(scale: number): void {
    checkedScale(scale);
    this.changePace(() => (this.fullScale = scale));
    for (const entry of this.pending) {
      entry.timer?.cancel();
      this.arm(entry);
    }
  }

  /** Runs `action` once, `delay` modelled milliseconds from now; its errors go to `onError`. */
  after(delay: ModelledMilliseconds, action: () => unknown): ScheduledAction {
    const entry: Pending = { dueAt: this.now() + Math.max(0, delay), action };
    if (!this.stopped) {
      this.pending.add(entry);
      this.arm(entry);
    }
    return {
      cancel: () => {
        this.pending.delete(entry);
        entry.timer?.cancel();
      },
    };
  }

  /**
   * Runs `action` every `period` modelled milliseconds, first after one period. A run that is still
   * going when the next is due is not overtaken: the next starts one period after it ended.
   */
  every(period: ModelledMilliseconds, action: () => unknown): ScheduledAction {
    let cancelled = false;
    let next: ScheduledAction | undefined;
    const arm = (): void => {
      next = this.after(period, async () => {
        try {
          await action();
        } finally {
          if (!cancelled) arm();
        }
      });
    };
    arm();
    return {
      cancel: () => {
        cancelled = true;
        next?.cancel();
      },
    };
  }

  /** Resolves after `duration` modelled milliseconds; never, once the clock is stopped. */
  sleep(duration: ModelledMilliseconds): Promise<void> {
    return new Promise((resolve) => {
      this.after(duration, resolve);
    });
  }

  /** Cancels everything pending, for the end of a run: no timer keeps the process alive. */
  stop(): void {
    this.stopped = true;
    for (const entry of this.pending) entry.timer?.cancel();
    this.pending.clear();
  }

  private changePace(change: () => void): void {
    const before = this.pace;
    const [modelled, real] = [this.now(), this.realTime.now()];
    change();
    if (this.pace === before) return;
    [this.modelledBase, this.realBase] = [modelled, real];
    for (const listener of this.paceListeners) listener();
  }

  private arm(entry: Pending): void {
    const delay = Math.ceil(this.toReal(entry.dueAt - this.now()));
    entry.timer = this.realTime.schedule(Math.min(Math.max(0, delay), longestRealDelay), () => {
      // Rounding, a slower scale, a hold or the longest delay can wake it early.
      if (this.now() < entry.dueAt) {
        this.arm(entry);
        return;
      }
      this.pending.delete(entry);
      this.run(entry.action);
    });
  }

  private run(action: () => unknown): void {
    try {
      const outcome = action();
      if (outcome instanceof Promise) {
        outcome.catch((error: unknown) => {
          // What was under way when the run ended fails for lack of its emulator; nobody waits for it.
          if (!this.stopped) this.onError(error);
        });
      }
    } catch (error) {
      this.onError(error);
    }
  }
}

function checkedScale(scale: number): number {
  if (!Number.isFinite(scale) || scale <= 0) {
    throw new RangeError(
      `The clock's scale is ${scale}; it must be a positive number of modelled seconds per real second, for example 60.`,
    );
  }
  return scale;
}
