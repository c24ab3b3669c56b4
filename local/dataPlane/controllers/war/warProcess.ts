import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { Agent } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { basicEnvironment } from "../../../emulator/isolatedEnvironment";
import { giveTo, type MachineUser } from "../../machineUser";
import { freePort } from "../../postgres/freePort";
import { killGroup, untilItEnds } from "../childProcesses";
import { healthCheckMs, statusOf } from "../httpCheck";
import type { JenkinsAddress, JenkinsStart, RunningJenkins } from "../runningJenkins";
import { firstConfiguration, warCommand } from "../../../war/warCommand";
import type { WarFile } from "../../../war/warFile";

/** The same for every Jenkins of a run. */
export interface InstalledWar {
  readonly war: WarFile;
  readonly java: string;
  /** Copies that the machines' user can read. */
  readonly files: { readonly war: string; readonly launcher: string; readonly guard: string };
  /** Who it runs as; undefined: as this process. */
  readonly user: MachineUser | undefined;
}

/** Real milliseconds between two looks whether it has loaded, and for an answer to one. */
const lookEveryMs = 250;
const lookMs = 10_000;

/** One running real Jenkins, on loopback. */
export class WarProcess implements RunningJenkins {
  readonly exited: Promise<number | null>;
  readonly loaded: Promise<void>;
  address: JenkinsAddress | undefined;
  private readonly agent = new Agent({ keepAlive: true });
  private readonly log: string;
  private child: ChildProcess | undefined;
  private isWanted = true;
  private hasEnded = false;

  constructor(
    private readonly installed: InstalledWar,
    { home, folder }: JenkinsStart,
  ) {
    this.log = join(folder, "jenkins.log");
    const port = freePort();
    this.exited = port.then((free) => this.run(free, home.directory, folder));
    void this.exited.then(() => (this.hasEnded = true));
    this.loaded = new Promise((resolve) => {
      void port.then((free) => this.whenLoaded(free, resolve));
    });
  }

  get lastWords(): string {
    const text = existsSync(this.log) ? readFileSync(this.log, "utf8") : "";
    return /^.*(?:SEVERE|Error|Exception).*$/m.exec(text)?.[0] ?? "it said nothing";
  }

  async healthCheckStatus(path: string): Promise<number | undefined> {
    const { address, agent } = this;
    return address && statusOf(address, path, { agent, timeoutMs: healthCheckMs });
  }

  terminate(): void {
    this.isWanted = false;
    this.child?.kill("SIGTERM");
  }

  kill(): void {
    this.isWanted = false;
    if (this.child) killGroup(this.child);
    this.agent.destroy();
  }

  private run(port: number, home: string, folder: string): Promise<number | null> {
    // Stopped before there was anything to stop.
    if (!this.isWanted) return Promise.resolve(null);
    const { war, java, files, user } = this.installed;
    const scratch = join(folder, "jenkins");
    if (mkdirSync(scratch, { recursive: true }) !== undefined) giveTo(user, scratch);
    this.writeFirstConfiguration(home);
    const command = warCommand(war, { java, ...files, home, scratch, port });
    const log = openSync(this.log, "a");
    try {
      const { guard } = files;
      this.child = spawn("sh", [guard, command.program, ...command.arguments], {
        ...user,
        cwd: scratch,
        detached: true,
        env: { ...basicEnvironment(), ...command.environment },
        stdio: ["pipe", log, log],
      });
    } finally {
      closeSync(log);
    }
    this.address = { host: "127.0.0.1", port };
    return untilItEnds(this.child);
  }

  private writeFirstConfiguration(home: string): void {
    const { war, user } = this.installed;
    const file = join(home, "config.xml");
    const configuration = firstConfiguration(war);
    if (configuration === undefined || existsSync(file)) return;
    writeFileSync(file, configuration);
    giveTo(user, file);
  }

  /** Loading, every page is a 503. The first page that is none also takes long. */
  private async whenLoaded(port: number, tell: () => void): Promise<void> {
    const address = { host: "127.0.0.1", port };
    const { agent } = this;
    while (this.isWanted && !this.hasEnded) {
      const status = await statusOf(address, "/login", { agent, timeoutMs: lookMs });
      if (status !== undefined && status < 500) {
        tell();
        return;
      }
      await sleep(lookEveryMs);
    }
  }
}
