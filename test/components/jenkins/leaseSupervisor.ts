import type { UnitFile } from "./unitFile";
import type { VirtualTime } from "./virtualTime";

/** A process of a unit. */
export interface UnitProcess {
  readonly ended: Promise<number | null>;
  signal(name: "SIGTERM" | "SIGKILL"): void;
}

export type UnitState = "inactive" | "activating" | "active" | "deactivating" | "failed";

/** What the supervisor starts. */
export interface Programs {
  lease(): UnitProcess;
  release(): UnitProcess;
  /** Everything before Jenkins: its mount, ExecStartPre. Resolves to whether Jenkins may start. */
  prepareJenkins(): Promise<boolean>;
  jenkins(): UnitProcess;
}

/**
 * As much of systemd as the two units use, with their figures from the unit files: Type=notify with a
 * watchdog, BindsTo, ExecStopPost, Restart, TimeoutStopSec. It is no process of the machine: like
 * systemd it goes on when one of them is frozen.
 */
export class LeaseSupervisor {
  jenkinsState: UnitState = "inactive";
  leaseState: UnitState = "inactive";
  private jenkins: UnitProcess | undefined;
  private lease: UnitProcess | undefined;
  private leaseIsWanted = false;
  private turn = 0;
  private callOffWatchdog: () => void = () => undefined;

  constructor(
    private readonly units: { readonly lease: UnitFile; readonly jenkins: UnitFile },
    private readonly programs: Programs,
    private readonly time: VirtualTime,
  ) {}

  startLease(): void {
    if (this.leaseState !== "inactive" && this.leaseState !== "failed") return;
    this.leaseIsWanted = true;
    this.leaseState = "activating";
    const process = this.programs.lease();
    this.lease = process;
    void process.ended.then(() => this.leaseEnded());
  }

  async stopLease(): Promise<void> {
    this.leaseIsWanted = false;
    // What is bound to a unit and ordered after it is stopped before it.
    if (this.units.jenkins.all("Unit", "BindsTo").includes("jenkins-lease.service")) {
      await this.stopJenkins();
    }
    this.lease?.signal("SIGTERM");
    await this.lease?.ended;
    while (this.leaseState !== "inactive") await this.time.sleep(0.1);
  }

  /** What the lease process says by systemd-notify. */
  notified(words: readonly string[]): void {
    if (words.includes("--ready")) this.leaseState = "active";
    if (!words.includes("WATCHDOG=1")) return;
    this.callOffWatchdog();
    const limit = Number(this.units.lease.one("Service", "WatchdogSec"));
    this.callOffWatchdog = this.time.after(limit, () => {
      // What ignores the signal is left waiting: TimeoutAbortSec is not part of this supervisor.
      this.lease?.signal(this.units.lease.one("Service", "WatchdogSignal") as "SIGKILL");
    });
  }

  startJenkins(): void {
    if (this.jenkinsState !== "inactive" && this.jenkinsState !== "failed") return;
    this.turn += 1;
    this.jenkinsState = "activating";
    const { turn } = this;
    void this.programs.prepareJenkins().then((may) => {
      if (turn !== this.turn) return;
      this.jenkinsState = may ? "active" : "inactive";
      if (!may) return;
      const process = this.programs.jenkins();
      this.jenkins = process;
      void process.ended.then(() => {
        if (this.jenkins === process) this.jenkins = undefined;
        if (turn === this.turn) this.jenkinsState = "failed";
      });
    });
  }

  async stopJenkins(): Promise<void> {
    this.turn += 1;
    const { jenkins } = this;
    if (jenkins !== undefined) {
      this.jenkinsState = "deactivating";
      jenkins.signal("SIGTERM");
      const limit = Number(this.units.jenkins.one("Service", "TimeoutStopSec"));
      const callOff = this.time.after(limit, () => {
        jenkins.signal("SIGKILL");
      });
      await jenkins.ended;
      callOff();
    }
    this.jenkinsState = "inactive";
  }

  /** systemctl kill: whatever the unit was about to do. */
  killJenkins(): void {
    this.jenkins?.signal("SIGKILL");
  }

  /** The machine's power is gone. */
  powerOff(): void {
    this.turn += 1;
    this.leaseIsWanted = false;
    this.callOffWatchdog();
    this.lease = undefined;
    this.jenkins = undefined;
    this.jenkinsState = "inactive";
    this.leaseState = "inactive";
  }

  private async leaseEnded(): Promise<void> {
    if (this.lease === undefined) return;
    this.callOffWatchdog();
    this.lease = undefined;
    this.leaseState = "deactivating";
    if (this.units.jenkins.all("Unit", "BindsTo").includes("jenkins-lease.service")) {
      void this.stopJenkins();
    }
    await this.programs.release().ended;
    this.leaseState = "inactive";
    if (!this.leaseIsWanted || this.units.lease.all("Service", "Restart")[0] !== "always") return;
    await this.time.sleep(Number(this.units.lease.one("Service", "RestartSec")));
    this.restartLease();
  }

  /** Only if nobody has stopped it, or the machine, during the pause. */
  private restartLease(): void {
    if (this.leaseIsWanted) this.startLease();
  }
}
