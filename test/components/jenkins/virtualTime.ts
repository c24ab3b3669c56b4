/**
 * A clock for real processes that passes only when none of them has anything to do: each is either
 * working, and then time stands still, or asks for something that takes time, and then the clock jumps
 * to the next moment at which something happens. Minutes of leases take milliseconds, and how busy
 * this machine is changes nothing.
 */
interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/** One process. It works from its start to its end, but for the questions that it waits for. */
export class Actor {
  private questions = 0;
  private frozen = false;
  private ended = false;

  constructor(private readonly changed: () => void) {}

  get works(): boolean {
    return !this.ended && !this.frozen && this.questions === 0;
  }

  /** Waits for an answer, which may take virtual time. */
  async waitsFor<T>(answer: Promise<T>): Promise<T> {
    this.questions += 1;
    this.changed();
    try {
      return await answer;
    } finally {
      this.questions -= 1;
    }
  }

  freezes(frozen: boolean): void {
    this.frozen = frozen;
    this.changed();
  }

  ends(): void {
    this.ended = true;
    this.changed();
  }
}

export class VirtualTime {
  private readonly actors = new Set<Actor>();
  private timers: Timer[] = [];
  private waiting: (() => void)[] = [];

  /** Seconds of every boot clock. */
  seconds = 10_000;

  actor(): Actor {
    const actor = new Actor(() => {
      this.look();
    });
    this.actors.add(actor);
    return actor;
  }

  /** @returns what calls it off. */
  after(seconds: number, run: () => void): () => void {
    const timer = { at: this.seconds + seconds, run };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((each) => each !== timer);
    };
  }

  sleep(seconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(seconds, resolve);
    });
  }

  /** Lets so many seconds pass, and waits until all that they brought is done. */
  async pass(seconds: number): Promise<void> {
    const end = this.seconds + seconds;
    while (await this.step(end));
    this.seconds = end;
  }

  /** Lets time pass until something is so. @throws Error when it is not within the limit */
  async until(question: string, isSo: () => boolean, limitSeconds = 600): Promise<void> {
    const end = this.seconds + limitSeconds;
    await this.quiet();
    while (!isSo()) {
      if (!(await this.step(end))) throw new Error(`not within ${limitSeconds} s: ${question}`);
      await this.quiet();
    }
  }

  /** Resolves when no process works. */
  quiet(): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.look();
    });
  }

  private async step(end: number): Promise<boolean> {
    await this.quiet();
    const at = Math.min(...this.timers.map((timer) => timer.at));
    if (at > end) return false;
    this.seconds = at;
    const due = this.timers.filter((timer) => timer.at === at);
    this.timers = this.timers.filter((timer) => timer.at !== at);
    for (const { run } of due) run();
    await this.quiet();
    return true;
  }

  /** After what is being answered at this moment: a question without a wait leaves no quiet behind. */
  private look(): void {
    setImmediate(() => {
      if (this.waiting.length === 0 || [...this.actors].some(({ works }) => works)) return;
      for (const resolve of this.waiting.splice(0)) resolve();
    });
  }
}
