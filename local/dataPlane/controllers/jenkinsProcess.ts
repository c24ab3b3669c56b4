import { type ChildProcess, spawn } from "node:child_process";
import { Agent } from "node:http";
import { join } from "node:path";
import { basicEnvironment } from "../../emulator/isolatedEnvironment";
import type { MachineUser } from "../machineUser";
import { killGroup, untilItEnds } from "./childProcesses";
import { healthCheckMs, statusOf } from "./httpCheck";
import type { JenkinsAddress, JenkinsStart, RunningJenkins } from "./runningJenkins";

type JenkinsMessage =
  | { readonly type: "listening"; readonly port: number }
  | { readonly type: "loaded" }
  | { readonly type: "database" };

const program = join(__dirname, "programs", "jenkins.js");

/** One running stand-in Jenkins (programs/jenkins.js). */
export class JenkinsProcess implements RunningJenkins {
  private readonly child: ChildProcess;
  private readonly agent = new Agent({ keepAlive: true });
  private port: number | undefined;
  private complaint = "";
  readonly exited: Promise<number | null>;
  readonly loaded: Promise<void>;

  /** @param loadMs real milliseconds from its start to its first answer that is no 503 */
  constructor(
    { home, generation, region, instance, findDatabase }: JenkinsStart,
    loadMs: number,
    user: MachineUser | undefined,
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
          this.tell({ type: "database", connection: findDatabase?.() });
      });
    });
    const hasDatabase = findDatabase !== undefined;
    this.tell({ home, generation, region, instance, hasDatabase, loadMs, user });
  }

  get address(): JenkinsAddress | undefined {
    return this.port === undefined ? undefined : { host: "127.0.0.1", port: this.port };
  }

  get lastWords(): string {
    return /^.*Error.*$/m.exec(this.complaint)?.[0] ?? "it said nothing";
  }

  async healthCheckStatus(path: string): Promise<number | undefined> {
    const { address, agent } = this;
    return address && statusOf(address, path, { agent, timeoutMs: healthCheckMs });
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
