import { type ChildProcess, spawn } from "node:child_process";
import { Agent } from "node:http";
import { join } from "node:path";
import { basicEnvironment } from "../../emulator/isolatedEnvironment";
import { killGroup, untilItEnds } from "../controllers/childProcesses";
import { healthCheckMs, statusOf } from "../controllers/httpCheck";
import type { MachineUser } from "../machineUser";
import type { DatabaseConnection } from "../storage";

type ApplicationMessage =
  { readonly type: "listening"; readonly port: number } | { readonly type: "database" };

const program = join(__dirname, "programs", "application.js");

/** What a stand-in is told at its start. */
export interface ApplicationStart {
  readonly name: string;
  readonly region: string;
  readonly instance: string;
  /** Where its database runs now; undefined while it does not. */
  readonly findDatabase: () => DatabaseConnection | undefined;
}

/** One machine's containers, as one process (programs/application.js). */
export class ApplicationProcess {
  private readonly child: ChildProcess;
  private readonly agent = new Agent({ keepAlive: true });
  private port: number | undefined;
  /** Resolves when it answers requests. */
  readonly listening: Promise<void>;
  readonly exited: Promise<number | null>;

  constructor({ findDatabase, ...start }: ApplicationStart, user: MachineUser | undefined) {
    this.child = spawn(process.execPath, ["--max-old-space-size=32", "--no-warnings", program], {
      detached: true,
      env: basicEnvironment(),
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    this.exited = untilItEnds(this.child);
    this.listening = new Promise((resolve) => {
      this.child.on("message", (message: ApplicationMessage) => {
        if (message.type === "database") {
          this.tell({ type: "database", connection: findDatabase() });
          return;
        }
        this.port = message.port;
        resolve();
      });
    });
    this.tell({ ...start, user });
  }

  get address(): { readonly host: string; readonly port: number } | undefined {
    return this.port === undefined ? undefined : { host: "127.0.0.1", port: this.port };
  }

  async healthCheckStatus(path: string): Promise<number | undefined> {
    const { address, agent } = this;
    return address && statusOf(address, path, { agent, timeoutMs: healthCheckMs });
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
