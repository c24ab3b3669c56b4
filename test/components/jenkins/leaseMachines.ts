import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type LeaseSettings,
  renderLeaseSettings,
} from "../../../components/jenkins/leaseSettingsRenderer";
import { defaultLeaseTiming } from "../../../components/jenkins/leaseTiming";
import {
  renderJenkinsDropIn,
  renderLeaseUnit,
} from "../../../components/jenkins/systemdUnitRenderer";
import { killGroup, untilItEnds } from "../../../local/dataPlane/controllers/childProcesses";
import type { ProgramResult } from "../../../local/dataPlane/controllers/machineCalls";
import { LeaseSupervisor, type UnitProcess } from "./leaseSupervisor";
import type { LeaseWorld } from "./leaseWorld";
import { parseUnit } from "./unitFile";
import type { Actor } from "./virtualTime";

const programs = join(__dirname, "../../../local/dataPlane/controllers/programs/machine.bash");

/** A stand-in Jenkins: writes every ten seconds for as long as it lives. */
const jenkinsProgram = `
if [ -n "$STUBBORN" ]; then trap '' TERM; fi
while :; do ask write 10; done`;

const ok: ProgramResult = { status: 0, text: "" };

interface Running extends UnitProcess {
  readonly child: ChildProcess;
  readonly actor: Actor;
  frozen: boolean;
}

/** One machine: the deployed script and units, with real processes under a supervisor. */
export class LeaseMachine {
  readonly directory: string;
  /** What the programs of this machine say, oldest first. */
  said = "";
  /** What was asked of systemctl to change something, with the boot clock. */
  readonly log: { readonly at: number; readonly request: string }[] = [];
  /** How this machine's calls fare, if otherwise than the table's; \`late\`: they arrive much later. */
  network: "answers" | "refuses" | "hangs" | "late" | undefined;
  /** By how much its wall clock is wrong, in seconds. */
  clockError = 0;
  fileSystem = "nfs4";
  canMount = true;
  stubborn = false;
  /** Whether builds were given time when the machine was asked to leave. */
  drains: boolean | undefined;
  isTerminating = false;
  /** The home that its Jenkins has open; it stays open while Jenkins is frozen. */
  openHome: string | undefined;
  readonly supervisor: LeaseSupervisor;
  private mountState: "inactive" | "active" | "failed" = "inactive";
  private leaseProcess: Running | undefined;
  private jenkinsProcess: Running | undefined;
  private readonly running = new Set<Running>();
  /** Frozen as soon as it has made this call. */
  private freezeAfter: string | undefined;

  constructor(
    private readonly world: LeaseWorld,
    readonly instance: string,
    private readonly configured: LeaseSettings,
  ) {
    this.directory = join(world.directory, instance);
    mkdirSync(join(this.directory, "run"), { recursive: true });
    symlinkSync(join(world.directory, "homes"), join(this.directory, "home"));
    const timing = configured.timing ?? defaultLeaseTiming;
    const units = {
      lease: parseUnit(renderLeaseUnit(timing)),
      jenkins: parseUnit(renderJenkinsDropIn(1024)),
    };
    this.supervisor = new LeaseSupervisor(
      units,
      {
        lease: () => (this.leaseProcess = this.start(["run"])),
        release: () => this.start(["release"]),
        prepareJenkins: () => this.prepareJenkins(),
        jenkins: () => this.startJenkins(),
      },
      world.time,
    );
  }

  /** systemctl enable --now jenkins-lease.service */
  boot(): this {
    this.supervisor.startLease();
    return this;
  }

  /** Runs one command of the script; resolves with its exit status. */
  run(...command: readonly string[]): Promise<number | null> {
    return this.start(command).ended;
  }

  get jenkins(): string {
    return this.supervisor.jenkinsState;
  }

  /** SIGSTOP, which nothing can ignore and only SIGCONT and SIGKILL end. */
  freeze(...which: readonly ("lease" | "jenkins")[]): void {
    if (which.includes("lease")) this.setFrozen(this.leaseProcess, true);
    if (which.includes("jenkins")) this.setFrozen(this.jenkinsProcess, true);
  }

  thaw(): void {
    for (const process of this.running) this.setFrozen(process, false);
  }

  /** Freezes the lease process before it hears the answer of its next such call. */
  freezeAfterNext(operation: string): void {
    this.freezeAfter = operation;
  }

  /** Everything on the machine stops at once. */
  async powerOff(): Promise<void> {
    this.supervisor.powerOff();
    const running = [...this.running];
    for (const { child } of running) killGroup(child);
    await Promise.all(running.map(({ ended }) => ended));
  }

  /** Boot clock at which systemctl was first asked for something. */
  timeOf(request: string): number {
    const found = this.log.find((each) => each.request === request);
    if (found === undefined) throw new Error(`${request} is not in ${JSON.stringify(this.log)}`);
    return found.at;
  }

  get starts(): number {
    return this.log.filter(({ request }) => request.startsWith("start ")).length;
  }

  get mountOptions(): string {
    return readFileSync(join(this.directory, "mount.d", "home.conf"), "utf8");
  }

  /** What the lease process keeps for the one that gives the lease back. */
  hold(text: string): void {
    writeFileSync(join(this.directory, "run", "held"), text);
  }

  failMount(): void {
    this.mountState = "failed";
  }

  private startJenkins(): UnitProcess {
    const home = /accesspoint=([^,]+)/.exec(this.mountOptions)?.[1] ?? "";
    this.world.opens(home, this);
    this.openHome = home;
    const process = this.start(["-c", jenkinsProgram], { STUBBORN: this.stubborn ? "yes" : "" });
    this.jenkinsProcess = process;
    void process.ended.then(() => (this.openHome = undefined));
    return process;
  }

  /** Mount, then ExecStartPre. systemd drops the start when the mount fails. */
  private async prepareJenkins(): Promise<boolean> {
    this.mountState = this.canMount ? "active" : "failed";
    return this.canMount && (await this.run("check-home")) === 0;
  }

  private start(command: readonly string[], environment: NodeJS.ProcessEnv = {}): Running {
    const actor = this.world.time.actor();
    const token = this.world.server.add((words) => actor.waitsFor(this.answer(words, process)));
    const script = command[0] === "-c" ? [] : [join(this.world.directory, "jenkins-lease")];
    const child = spawn("bash", [...script, ...command], {
      cwd: "/",
      detached: true,
      env: { ...this.environment(token), ...environment },
      stdio: ["ignore", "ignore", "pipe"],
    });
    child.stderr.on("data", (chunk: Buffer) => (this.said += chunk.toString()));
    const ended = untilItEnds(child).then((status) => {
      this.world.server.remove(token);
      this.running.delete(process);
      // Whoever waits for the end acts on it before time may pass.
      setImmediate(() => {
        actor.ends();
      });
      return status;
    });
    const process: Running = {
      child,
      actor,
      ended,
      frozen: false,
      signal: (name) => {
        this.signal(process, name);
      },
    };
    this.running.add(process);
    return process;
  }

  private signal(running: Running, name: "SIGTERM" | "SIGKILL"): void {
    if (name === "SIGKILL") {
      // What was frozen works until its end is seen.
      if (running.frozen) running.actor.freezes(false);
      killGroup(running.child);
    } else {
      process.kill(-(running.child.pid ?? 0), name);
    }
  }

  private setFrozen(running: Running | undefined, frozen: boolean): void {
    if (running === undefined || running.frozen === frozen) return;
    running.frozen = frozen;
    process.kill(-(running.child.pid ?? 0), frozen ? "SIGSTOP" : "SIGCONT");
    running.actor.freezes(frozen);
  }

  private async answer(words: readonly string[], asker: Running): Promise<ProgramResult> {
    const [program = "", ...args] = words;
    switch (program) {
      case "aws": {
        const result = await this.world.aws(this, args.slice(1), Number(args[0]));
        if (this.freezeAfter !== undefined && args.includes(this.freezeAfter)) {
          this.freezeAfter = undefined;
          this.setFrozen(asker, true);
        }
        return result;
      }
      case "sleep":
        await this.world.time.sleep(Number(args[0]));
        return ok;
      case "date":
        return {
          status: 0,
          text: `${Math.floor(this.world.time.seconds) + 1.7e9 + this.clockError}\n`,
        };
      case "write":
        this.world.written.push({
          home: this.openHome ?? "",
          instance: this.instance,
          at: this.world.time.seconds,
        });
        await this.world.time.sleep(Number(args[0]));
        return ok;
      case "findmnt":
        return { status: 0, text: `${this.fileSystem}\n` };
      case "lifecycle-state":
        return { status: 0, text: this.isTerminating ? "Terminated" : "InService" };
      case "systemd-notify":
        this.supervisor.notified(args);
        return ok;
      case "systemctl":
        return this.systemctl(args.join(" "));
      default:
        return { status: 127, text: `${program}: not on this machine` };
    }
  }

  private async systemctl(request: string): Promise<ProgramResult> {
    const shown = /^show --property=ActiveState --value (.*)$/.exec(request)?.[1];
    if (shown !== undefined) {
      return { status: 0, text: shown === "jenkins.service" ? this.jenkins : this.mountState };
    }
    if (request === "daemon-reload") return ok;
    this.log.push({ at: this.world.time.seconds, request });
    switch (request) {
      case "start --no-block jenkins.service":
        this.supervisor.startJenkins();
        return ok;
      case "stop --no-block jenkins.service":
        void this.supervisor.stopJenkins();
        return ok;
      case "kill --signal=SIGKILL jenkins.service":
        this.supervisor.killJenkins();
        return ok;
      case "stop jenkins-lease.service":
        this.drains = !existsSync(join(this.directory, "run", "urgent"));
        await this.supervisor.stopLease();
        return ok;
      default:
        return { status: 1, text: `systemctl ${request}: not on this machine` };
    }
  }

  private environment(token: string): NodeJS.ProcessEnv {
    const rendered = renderLeaseSettings(this.configured).matchAll(/^(\w+)="(.*)"$/gm);
    return {
      PATH: process.env.PATH,
      ...Object.fromEntries([...rendered].map(([, name, value]) => [name ?? "", value])),
      BASH_ENV: programs,
      LEASE_DIRECTORY: join(this.directory, "run"),
      MOUNT_DROP_IN: join(this.directory, "mount.d", "home.conf"),
      HOME_MOUNT: join(this.directory, "home"),
      NOTIFY_SOCKET: "/dev/null",
      MACHINE_INSTANCE: this.instance,
      MACHINE_TOKEN: token,
      MACHINE_PORT: String(this.world.server.ports.questions),
      MACHINE_BOOT_CLOCK: String(this.world.server.ports.bootClock),
    };
  }
}
