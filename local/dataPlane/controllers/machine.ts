import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BehaviourContext } from "../../gateway/behaviour";
import type { ControllerFiles } from "../../gateway/controllers/bootSettings";
import type { LaunchedInstance } from "../../gateway/world";
import { giveTo, type MachineUser } from "../machineUser";
import type { DatabaseConnection } from "../storage";
import { killGroup, untilItEnds } from "./childProcesses";
import { JenkinsUnit } from "./jenkinsUnit";
import type { MachineCalls, ProgramResult } from "./machineCalls";
import {
  isClustered,
  machineEnvironment,
  type MachinePaths,
  machinePaths,
  onModelledTime,
} from "./machineEnvironment";
import type { MachineServer } from "./machineServer";
import type { RunningJenkins, StartJenkins } from "./runningJenkins";

/** What all machines share. */
export interface MachineHost {
  readonly context: BehaviourContext;
  readonly server: MachineServer;
  readonly calls: MachineCalls;
  readonly user: MachineUser | undefined;
  readonly startJenkins: StartJenkins;
  homeDirectory(instance: LaunchedInstance, accessPointId: string): Promise<string>;
  database(instance: LaunchedInstance, identifier: string): DatabaseConnection | undefined;
  tell(instance: LaunchedInstance, stage: string, what: string): void;
}

const ok: ProgramResult = { status: 0, text: "" };

const machinePrograms = join(__dirname, "programs", "machine.bash");

/**
 * A stand-in machine from the moment that its units are started: the real lease script in a real
 * bash, and a process for Jenkins. Of systemd it has what the script uses: its units' states, that
 * Jenkins is bound to the lease, ExecStopPost and Restart. Not the watchdog: a script that hangs
 * would show as a lease that is not renewed. On the machine of a pair it also has what Pacemaker does
 * with the group: it starts the lease (again, after it ended), then mount and Jenkins.
 */
export class Machine {
  readonly jenkins: JenkinsUnit;
  private readonly paths: MachinePaths;
  private readonly environment: Record<string, string>;
  private readonly token: string;
  private readonly scripts = new Set<ChildProcess>();
  private lease: { readonly script: ChildProcess; readonly ended: Promise<void> } | undefined;
  private leaseIsWanted = false;
  private isTerminating = false;
  private hasPower = true;

  /** @param folder an empty folder of its own, which the machine's user can enter. */
  constructor(
    private readonly instance: LaunchedInstance,
    private readonly files: ControllerFiles,
    private readonly folder: string,
    private readonly host: MachineHost,
  ) {
    this.paths = machinePaths(folder);
    this.token = host.server.add((words) => this.run(words));
    this.environment = machineEnvironment(files, this.paths, {
      instanceId: instance.instanceId,
      token: this.token,
      ports: host.server.ports,
    });
    mkdirSync(this.paths.runtime);
    writeFileSync(this.paths.script, onModelledTime(files.leaseScript));
    copyFileSync(machinePrograms, this.paths.programs);
    const { script, programs, runtime } = this.paths;
    for (const path of [folder, script, programs, runtime]) giveTo(host.user, path);
    this.jenkins = new JenkinsUnit({
      paths: this.paths,
      mountUnit: files.mountUnit,
      homeDirectory: (accessPointId) => host.homeDirectory(instance, accessPointId),
      checkHome: () => this.script("check-home").exited,
      startJenkins: (home, generation) => this.startJenkins(home, generation),
      sleep: (duration) => host.context.clock.sleep(duration),
      tell: (stage, what) => {
        host.tell(instance, stage, what);
      },
    });
  }

  /** `systemctl enable --now jenkins-lease.service`. */
  start(): void {
    this.leaseIsWanted = true;
    this.startLease();
  }

  /**
   * The machine of a pair goes down: Pacemaker ends its group from the last member on, Jenkins before
   * the lease.
   */
  async shutDown(): Promise<void> {
    await this.jenkins.stop();
    await this.stopLease();
  }

  /** True where a cluster manager has what the machine starts. */
  get isClustered(): boolean {
    return isClustered(this.files.environment);
  }

  /**
   * Auto Scaling ends the machine: the script's `watch` stops everything, gives the lease back and
   * completes the lifecycle action. It is started now instead of at boot, because until now it would
   * only have asked, every three modelled seconds, whether this has happened.
   */
  terminate(): void {
    this.isTerminating = true;
    this.script("watch");
  }

  /** Everything on it ends at once. */
  powerOff(): void {
    this.hasPower = false;
    this.leaseIsWanted = false;
    this.host.server.remove(this.token);
    for (const script of this.scripts) killGroup(script);
    this.jenkins.kill();
  }

  private startLease(): void {
    const { child, exited } = this.script("run");
    const ended = exited.then(async () => {
      // BindsTo, ExecStopPost, Restart=always.
      await this.jenkins.stop();
      if (this.hasPower) await this.script("release").exited;
    });
    this.lease = { script: child, ended };
    void ended.then(async () => {
      const pause = Number(this.files.environment.get("RETRY_SECONDS") ?? 3) * 1000;
      await this.host.context.clock.sleep(pause);
      if (this.leaseIsWanted) this.startLease();
    });
  }

  private async stopLease(): Promise<void> {
    this.leaseIsWanted = false;
    this.lease?.script.kill("SIGTERM");
    await this.lease?.ended;
  }

  private script(command: string): { child: ChildProcess; exited: Promise<number | null> } {
    const child = spawn("bash", [this.paths.script, command], {
      ...this.host.user,
      cwd: "/",
      detached: true,
      env: this.environment,
      stdio: "ignore",
    });
    this.scripts.add(child);
    const exited = untilItEnds(child);
    void exited.then(() => this.scripts.delete(child));
    return { child, exited };
  }

  private startJenkins(
    home: { name: string; directory: string },
    generation: number,
  ): RunningJenkins {
    const { instanceId: instance, region } = this.instance;
    const { databaseIdentifier } = this.files;
    return this.host.startJenkins({
      home,
      generation,
      region,
      instance,
      folder: this.folder,
      ...(databaseIdentifier === undefined
        ? {}
        : { findDatabase: () => this.host.database(this.instance, databaseIdentifier) }),
    });
  }

  /** What programs/machine.bash asks for. */
  private async run([program, ...args]: readonly string[]): Promise<ProgramResult> {
    const { clock } = this.host.context;
    switch (program) {
      case "sleep":
        await clock.sleep(Number(args[0]) * 1000);
        return ok;
      case "date":
        return { status: 0, text: `${Math.floor(clock.now() / 1000)}\n` };
      case "aws":
        return this.host.calls.run(args.slice(1), Number(args[0]));
      case "findmnt":
        return this.jenkins.mountState === "active"
          ? { status: 0, text: "nfs4\n" }
          : { status: 1, text: "" };
      case "lifecycle-state":
        return { status: 0, text: this.isTerminating ? "Terminated" : "InService" };
      case "systemd-notify":
        // The group's next members, which Pacemaker starts when the lease's unit is up.
        if (args.includes("--ready")) this.jenkins.start();
        return ok;
      case "systemctl":
        return this.systemctl(args.join(" "));
      default:
        return { status: 127, text: `${program ?? ""}: not on this machine` };
    }
  }

  private async systemctl(request: string): Promise<ProgramResult> {
    const state = { status: 0, text: `${this.jenkins.state}\n` };
    switch (request) {
      case "daemon-reload":
        return ok;
      case "show --property=ActiveState --value jenkins.service":
        return state;
      case `show --property=ActiveState --value ${this.environment.MOUNT_UNIT ?? ""}`:
        return { status: 0, text: `${this.jenkins.mountState}\n` };
      case "start --no-block jenkins.service":
        this.jenkins.start();
        return ok;
      case "stop --no-block jenkins.service":
        void this.jenkins.stop();
        return ok;
      case "kill --signal=SIGKILL jenkins.service":
        this.jenkins.kill();
        return ok;
      case "stop jenkins-lease.service":
        await this.stopLease();
        return ok;
      default:
        return { status: 1, text: `systemctl ${request}: not modelled on this machine` };
    }
  }
}
