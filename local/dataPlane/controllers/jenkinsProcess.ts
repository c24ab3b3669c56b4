import { type ChildProcess, spawn } from "node:child_process";
import { Agent, get } from "node:http";
import { join } from "node:path";
import { basicEnvironment } from "../../emulator/isolatedEnvironment";
import type { MachineUser } from "../machineUser";
import type { DatabaseConnection } from "../storage";
import { killGroup, untilItEnds } from "./childProcesses";

/** What a stand-in Jenkins is started with (programs/jenkins.js). */
export interface JenkinsSettings {
  readonly home: { readonly name: string; readonly directory: string };
  readonly generation: number;
  readonly region: string;
  readonly instance: string;
  /** False where it keeps its builds in its home alone. */
  readonly hasDatabase: boolean;
  /** Real milliseconds from start to the first answer that is no 503. */
  readonly loadMs: number;
}

type JenkinsMessage =
  | { readonly type: "listening"; readonly port: number }
  | { readonly type: "loaded" }
  | { readonly type: "database" };

/** A health check gets this long for an answer, real milliseconds; AWS's 5 s would be 83 ms here. */
const healthCheckMs = 1_000;

const program = join(__dirname, "programs", "jenkins.js");

/** One running stand-in Jenkins. */
export class JenkinsProcess {
  private readonly child: ChildProcess;
  private readonly agent = new Agent({ keepAlive: true });
  private port: number | undefined;
  private complaint = "";
  /** Resolves with the exit status; null after a signal. */
  readonly exited: Promise<number | null>;
  /** Resolves when it answers requests. */
  readonly loaded: Promise<void>;

  constructor(
    settings: JenkinsSettings,
    user: MachineUser | undefined,
    findDatabase: () => DatabaseConnection | undefined,
  ) {
    // A small heap: what it holds is a few sockets, and ten of it run at once.
    this.child = spawn(process.execPath, ["--max-old-space-size=32", "--no-warnings", program], {
      detached: true,
      env: basicEnvironment(),
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.exited = untilItEnds(this.child);
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.complaint += text));
    this.loaded = new Promise((resolve) => {
      this.child.on("message", (message: JenkinsMessage) => {
        if (message.type === "listening") this.port = message.port;
        if (message.type === "loaded") resolve();
        if (message.type === "database")
          this.tell({ type: "database", connection: findDatabase() });
      });
    });
    this.tell({ ...settings, user });
  }

  /** Where it listens; undefined until it does. */
  get address(): { readonly host: string; readonly port: number } | undefined {
    return this.port === undefined ? undefined : { host: "127.0.0.1", port: this.port };
  }

  /** The last line that it wrote to stderr: why it ended, where it ended by itself. */
  get lastWords(): string {
    return /^.*Error.*$/m.exec(this.complaint)?.[0] ?? "it said nothing";
  }

  /** The status of a real request; undefined if there is none in time. */
  healthCheckStatus(path: string): Promise<number | undefined> {
    const { address } = this;
    if (address === undefined) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const request = get({ ...address, path, agent: this.agent, timeout: healthCheckMs });
      request.on("response", (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      request.on("timeout", () => request.destroy());
      request.on("error", () => {
        resolve(undefined);
      });
    });
  }

  terminate(): void {
    this.child.kill("SIGTERM");
  }

  kill(): void {
    killGroup(this.child);
    this.agent.destroy();
  }

  private tell(message: object): void {
    // A process that died just now is noticed by `exited`; the send itself may then fail.
    if (this.child.connected) this.child.send(message, () => undefined);
  }
}
