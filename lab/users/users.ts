import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { servedSteadily } from "../measure/outage";
import { monotonic } from "../monotonic";
import { manners } from "./manners";
import { readUserRecord, type Sample, type StreamChange } from "./samples";

/** A team as its users know it. */
export interface UsersTeam {
  readonly name: string;
  readonly host: string;
  /** Port of the pair for inbound agents. */
  readonly agentPort?: number;
  /** Whether its controllers are real: they are asked otherwise, and keep no streams. */
  readonly real?: boolean;
}

/** The users of all teams behind one address; one process. */
export class Users {
  readonly samples: Sample[] = [];
  readonly streams: StreamChange[] = [];
  private readonly teams: UsersTeam[] = [];
  private readonly client: ChildProcess;

  constructor(address: string) {
    const settings = JSON.stringify({ address, ...manners });
    this.client = spawn(process.execPath, [join(__dirname, "client.js"), settings], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    if (this.client.stdout === null) throw new Error("The pipe is missing.");
    createInterface({ input: this.client.stdout }).on("line", (line) => {
      const record = readUserRecord(line);
      if (record.kind === "sample") this.samples.push(record.sample);
      else this.streams.push(record.stream);
    });
    this.client.stdin?.on("error", () => undefined);
  }

  /** A team's users begin to ask. */
  add(team: UsersTeam): void {
    const offset = (this.teams.length * manners.interval) / 4;
    this.teams.push(team);
    this.client.stdin?.write(`${JSON.stringify({ ...team, offset })}\n`);
  }

  get names(): readonly string[] {
    return this.teams.map(({ name }) => name);
  }

  /** Whether for a while, in ms, no request of any team has failed nor is any still waiting. */
  servedSteadily(duration: number): boolean {
    const until = monotonic() - manners.connectLimit;
    return this.names.every((team) =>
      servedSteadily(
        this.samples.filter((sample) => sample.team === team),
        { from: until - duration, until, interval: manners.interval },
      ),
    );
  }

  /** Whether every team's long-lived connections stand. */
  streamsStand(): boolean {
    const kindsOf = ({ real, agentPort }: UsersTeam) => [
      ...(real === true ? [] : ["websocket"]),
      ...(agentPort === undefined ? [] : ["agent"]),
    ];
    return this.teams.every((team) =>
      kindsOf(team).every(
        (kind) =>
          this.streams.filter((one) => one.team === team.name && one.kind === kind).at(-1)
            ?.change === "up",
      ),
    );
  }

  /** They leave; who still waits for an answer is not counted. */
  async leave(): Promise<void> {
    if (this.client.exitCode !== null || this.client.signalCode !== null) return;
    const ended = new Promise((resolve) => this.client.once("close", resolve));
    this.client.kill("SIGKILL");
    await ended;
  }
}
