import { randomUUID } from "node:crypto";
import { Agent, request } from "node:http";
import type { BuildLine } from "../controllers/buildLog";

/** One request of a user and what came of it. Times are real, milliseconds since the epoch. */
export interface UserRequest {
  readonly team: string;
  readonly kind: "read" | "write";
  readonly sentAt: number;
  readonly endedAt: number;
  /** Undefined when no answer came in time. */
  readonly status: number | undefined;
  /** What a write was answered with: the build that the controller says is safe. */
  readonly build?: BuildLine;
}

/** A team as its users know it. */
export interface UserTeam {
  readonly name: string;
  readonly host: string;
}

/** Real milliseconds between two requests of one team. */
export const requestEveryMs = 100;

/**
 * How long a user waits for an answer, real milliseconds. Thirty modelled seconds at the usual pace,
 * and enough for a busy machine; what is lost by it is in the sea of what a dead region loses.
 */
const patienceMs = 500;

/**
 * Users of all teams: ten requests a second each, writes and reads in turn, whatever becomes of the
 * ones before. Connections are kept while they work, as browsers and agents keep theirs.
 */
export class UserTraffic {
  private readonly finished: UserRequest[] = [];
  private readonly agents = new Map<string, Agent>();
  private timer: NodeJS.Timeout | undefined;
  private readonly pending = new Set<Promise<void>>();
  private count = 0;

  constructor(
    readonly teams: readonly UserTeam[],
    /** Port of the edge on 127.0.0.1. */
    private readonly port: number,
    /** What they do in turn. A real Jenkins has no writes of this kind. */
    private readonly kinds: readonly UserRequest["kind"][] = ["write", "read"],
    /** What they ask for; by default what a Jenkins and its stand-in answer. */
    private readonly paths: Readonly<Record<UserRequest["kind"], string>> = {
      read: "/login",
      write: "/build",
    },
  ) {
    for (const { name } of teams) this.agents.set(name, new Agent({ keepAlive: true }));
  }

  start(): void {
    this.timer = setInterval(() => {
      const kind = this.kinds[this.count % this.kinds.length] ?? "read";
      this.count += 1;
      for (const team of this.teams) this.ask(team, kind);
    }, requestEveryMs);
  }

  /** What has ended so far, in the order of its end. */
  get requests(): readonly UserRequest[] {
    return this.finished;
  }

  /** Resolves when the last request has its answer or its end. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all(this.pending);
    for (const agent of this.agents.values()) agent.destroy();
  }

  private ask(team: UserTeam, kind: UserRequest["kind"]): void {
    const sentAt = Date.now();
    const done = this.send(team, kind)
      .then(({ status, build }) => {
        const result = { team: team.name, kind, sentAt, endedAt: Date.now(), status };
        this.finished.push(build === undefined ? result : { ...result, build });
      })
      .finally(() => this.pending.delete(done));
    this.pending.add(done);
  }

  private send(
    { name, host }: UserTeam,
    kind: UserRequest["kind"],
  ): Promise<{ status: number | undefined; build?: BuildLine }> {
    return new Promise((resolve) => {
      const sent = request({
        host: "127.0.0.1",
        port: this.port,
        agent: this.agents.get(name),
        method: kind === "read" ? "GET" : "POST",
        path: this.paths[kind],
        headers: { host, ...(kind === "read" ? {} : { "x-request-id": randomUUID() }) },
        signal: AbortSignal.timeout(patienceMs),
      });
      sent.on("error", () => {
        resolve({ status: undefined });
      });
      sent.on("response", (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        // An answer that breaks off is none: its build may or may not be safe.
        response.on("error", () => {
          resolve({ status: undefined });
        });
        response.on("end", () => {
          const status = response.statusCode;
          const isBuild = kind === "write" && status === 200;
          resolve(isBuild ? { status, build: JSON.parse(text) as BuildLine } : { status });
        });
      });
      sent.end();
    });
  }
}
