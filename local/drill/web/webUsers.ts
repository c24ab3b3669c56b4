import { request } from "node:http";
import type { Page } from "../../dataPlane/webApp/application";
import type { ScaledClock } from "../../gateway/scaledClock";

/** Between two requests to a host, real milliseconds. */
const pauseMs = 100;

/** A user's browser gives up, real milliseconds: two modelled minutes. */
const patienceMs = 2_000;

/** What a host's users met in a stretch of time; times in modelled milliseconds. */
export interface Experience {
  readonly asked: number;
  readonly failed: number;
  /** The longest time without a good answer. */
  readonly longestOutage: number;
}

interface Sample {
  readonly at: number;
  readonly good: boolean;
}

/** Users who read both environments all the time, and an author who writes into dev. */
export class WebUsers {
  readonly acknowledged: string[] = [];
  private readonly samples = new Map<string, Sample[]>();
  private readonly loops: Promise<void>[] = [];
  private stopped = false;

  constructor(
    private readonly port: number,
    private readonly clock: ScaledClock,
  ) {}

  /** Begins to ask a host for its page. */
  read(host: string): void {
    const samples: Sample[] = [];
    this.samples.set(host, samples);
    this.loop(async () => {
      const at = this.clock.now();
      samples.push({ at, good: (await this.page(host)) !== undefined });
    });
  }

  /** Begins to write posts; those that were acknowledged must never be lost. */
  write(host: string): void {
    let count = 0;
    this.loop(async () => {
      count += 1;
      if (await this.post(host, `post ${count}`)) this.acknowledged.push(`post ${count}`);
    });
  }

  /** The page as a user gets it now; undefined for no good answer. */
  async page(host: string): Promise<Page | undefined> {
    const answer = await this.ask(host, "GET");
    return answer?.status === 200 ? (JSON.parse(answer.body) as Page) : undefined;
  }

  /** @returns false if it was not acknowledged */
  async post(host: string, text: string): Promise<boolean> {
    return (await this.ask(host, "POST", text))?.status === 201;
  }

  /** @param since modelled time */
  experience(host: string, since: number): Experience {
    const own = (this.samples.get(host) ?? []).filter(({ at }) => at >= since);
    let longest = 0;
    let lastGood = own[0]?.at ?? since;
    for (const { at, good } of own) {
      longest = Math.max(longest, at - lastGood);
      if (good) lastGood = at;
    }
    // What lies between two good answers is their distance, not an outage.
    const failed = own.filter(({ good }) => !good).length;
    return { asked: own.length, failed, longestOutage: failed === 0 ? 0 : longest };
  }

  async leave(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.loops);
  }

  private loop(turn: () => Promise<void>): void {
    const go = async (): Promise<void> => {
      while (!this.stopped) {
        await turn();
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    };
    this.loops.push(go());
  }

  private ask(
    host: string,
    method: "GET" | "POST",
    body?: string,
  ): Promise<{ status: number; body: string } | undefined> {
    return new Promise((resolve) => {
      const asked = request(
        // A connection each, as for a new visitor.
        { host: "127.0.0.1", port: this.port, method, path: "/", headers: { host }, agent: false },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("error", () => {
            resolve(undefined);
          });
          response.on("end", () => {
            resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() });
          });
        },
      );
      asked.setTimeout(patienceMs, () => asked.destroy(new Error("no answer in time")));
      asked.on("error", () => {
        resolve(undefined);
      });
      asked.end(body);
    });
  }
}
