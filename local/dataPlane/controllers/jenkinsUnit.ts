import { existsSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import type { MachinePaths } from "./machineEnvironment";
import type { RunningJenkins } from "./runningJenkins";

/** systemd's word for how a unit stands. */
export type UnitState = "inactive" | "activating" | "active" | "deactivating" | "failed";

/** What the unit needs of the machine around it. */
export interface JenkinsUnitHost {
  readonly paths: MachinePaths;
  /** The mount's unit, which holds as far as the lease has not chosen another home. */
  readonly mountUnit: string;
  /** The directory that an access point leads to. Rejects when there is none such. */
  homeDirectory(accessPointId: string): Promise<string>;
  /** Runs the lease script's `check-home`; resolves with its exit status. */
  checkHome(): Promise<number | null>;
  startJenkins(home: { name: string; directory: string }, generation: number): RunningJenkins;
  /** Modelled milliseconds. */
  sleep(duration: number): Promise<void>;
  tell(stage: "waiting" | "loading" | "answering", what: string): void;
}

/** systemd kills Jenkins this long after it asked it to stop: TimeoutStopSec, modelled milliseconds. */
const stopTimeoutMs = 20_000;

/** Jenkins that ended by itself is started again after this pause, modelled milliseconds. */
const restartPauseMs = 10_000;

/**
 * jenkins.service of a stand-in machine: its mount, its ExecStartPre and its process, as far as the
 * lease script sees them by systemctl.
 */
export class JenkinsUnit {
  state: UnitState = "inactive";
  mountState: UnitState = "inactive";
  process: RunningJenkins | undefined;
  /** Counts starts and stops: what belongs to an earlier one does nothing any more. */
  private turn = 0;

  constructor(private readonly host: JenkinsUnitHost) {}

  /** Returns at once, like `systemctl start --no-block`. */
  start(): void {
    if (this.state !== "inactive" && this.state !== "failed") return;
    this.turn += 1;
    this.state = "activating";
    void this.begin(this.turn);
  }

  /** Resolves when Jenkins has stopped. */
  async stop(): Promise<void> {
    this.turn += 1;
    const { process: jenkins } = this;
    if (this.state === "inactive" || this.state === "failed") return;
    if (jenkins !== undefined) {
      this.state = "deactivating";
      this.host.tell("waiting", "stops Jenkins");
      jenkins.terminate();
      void this.host.sleep(stopTimeoutMs).then(() => {
        jenkins.kill();
      });
      await jenkins.exited;
    }
    this.ended("inactive");
  }

  /** Everything ends at once: `systemctl kill --signal=SIGKILL`, or the power is gone. */
  kill(): void {
    this.turn += 1;
    this.process?.kill();
    this.ended("failed");
  }

  private async begin(turn: number): Promise<void> {
    const home = await this.mount();
    if (turn !== this.turn) return;
    if (home === undefined) {
      // A dependency that fails leaves Jenkins as it was: systemd only drops the start.
      this.state = "inactive";
      return;
    }
    const status = await this.host.checkHome();
    if (turn !== this.turn) return;
    if (status === 0) this.run(turn, home);
    else this.ended("failed");
  }

  private run(turn: number, home: { name: string; directory: string; generation: number }): void {
    this.host.tell("loading", "loads Jenkins");
    const jenkins = this.host.startJenkins(home, home.generation);
    this.process = jenkins;
    void jenkins.loaded.then(() => {
      if (turn !== this.turn) return;
      this.state = "active";
      this.host.tell("answering", "answers: Jenkins is up");
    });
    void jenkins.exited.then(async () => {
      if (turn !== this.turn) return;
      this.host.tell("waiting", `lost its Jenkins: ${jenkins.lastWords}`);
      this.ended("failed");
      await this.host.sleep(restartPauseMs);
      if (turn === this.turn) this.start();
    });
  }

  /** Links the home to the directory of the access point that the mount's unit, or its drop-in, names. */
  private async mount(): Promise<
    { name: string; directory: string; generation: number } | undefined
  > {
    const { paths, mountUnit } = this.host;
    try {
      const unit = existsSync(paths.mountDropIn)
        ? readFileSync(paths.mountDropIn, "utf8")
        : mountUnit;
      const accessPoint = /accesspoint=([^,\s]+)/.exec(unit)?.[1];
      const directory = await this.host.homeDirectory(accessPoint ?? "");
      rmSync(paths.home, { force: true });
      symlinkSync(directory, paths.home);
      this.mountState = "active";
      const held = readFileSync(`${paths.runtime}/held`, "utf8").split(" ");
      return { name: held[0] ?? "", directory, generation: Number(held[2]) };
    } catch (error) {
      this.host.tell("waiting", `cannot mount its home: ${(error as Error).message}`);
      this.mountState = "failed";
      return undefined;
    }
  }

  private ended(state: UnitState): void {
    this.state = state;
    this.process = undefined;
  }
}
