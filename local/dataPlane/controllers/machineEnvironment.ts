import { join } from "node:path";
import { basicEnvironment } from "../../emulator/isolatedEnvironment";
import type { ControllerFiles } from "../../gateway/controllers/bootSettings";
import type { MachineServer } from "./machineServer";

/**
 * The lease lives, is renewed and is given up this many times more slowly than in its settings. At 60
 * modelled seconds a second half a second of a busy machine is half a minute: a lease of 90 s would
 * be lost to it, as no AWS would lose it. All its limits keep their proportions. The pause between
 * two attempts to get one is part of a failover's duration, and stays as it is.
 */
export const leaseStretch = 8;

const stretched: ReadonlySet<string> = new Set([
  "LEASE_SECONDS",
  "RENEW_SECONDS",
  "STOP_BEFORE_SECONDS",
  "KILL_BEFORE_SECONDS",
  "CALL_SECONDS",
  "JENKINS_STOP_SECONDS",
]);

/** Files of a machine, in its own folder. */
export interface MachinePaths {
  readonly script: string;
  readonly programs: string;
  /** What systemd makes in /run for the lease's unit. */
  readonly runtime: string;
  /** Where the home is mounted: a link to its directory. */
  readonly home: string;
  readonly mountDropIn: string;
}

export function machinePaths(folder: string): MachinePaths {
  return {
    script: join(folder, "jenkins-lease"),
    programs: join(folder, "machine.bash"),
    runtime: join(folder, "run"),
    home: join(folder, "home"),
    mountDropIn: join(folder, "run", "mount.conf"),
  };
}

/** True where a cluster manager starts and stops lease, mount and Jenkins, and the script none of them. */
export function isClustered(environment: ControllerFiles["environment"]): boolean {
  return environment.get("STARTED_BY") === "cluster";
}

/** What the lease's unit and the machine's programs get as their environment. */
export function machineEnvironment(
  { environment }: ControllerFiles,
  paths: MachinePaths,
  machine: {
    readonly instanceId: string;
    readonly token: string;
    readonly ports: MachineServer["ports"];
  },
): Record<string, string> {
  const settings = [...environment].map(([name, value]) => [
    name,
    stretched.has(name) ? String(Number(value) * leaseStretch) : value,
  ]);
  return {
    ...basicEnvironment(),
    // Where nobody waits for it the script need not say that it is ready: each word costs a call.
    ...(isClustered(environment) ? { NOTIFY_SOCKET: "the drill" } : {}),
    ...(Object.fromEntries(settings) as Record<string, string>),
    HOME_MOUNT: paths.home,
    MOUNT_DROP_IN: paths.mountDropIn,
    LEASE_DIRECTORY: paths.runtime,
    BASH_ENV: paths.programs,
    MACHINE_INSTANCE: machine.instanceId,
    MACHINE_TOKEN: machine.token,
    MACHINE_PORT: String(machine.ports.questions),
    MACHINE_BOOT_CLOCK: String(machine.ports.bootClock),
  };
}

const bootClock = "</proc/uptime";

/**
 * The lease script with the one change that it needs here: the boot clock is the drill's, not that of
 * the machine that the drill runs on, which knows no modelled time.
 * @throws Error when the script no longer reads that clock in one place.
 */
export function onModelledTime(script: string): string {
  const parts = script.split(bootClock);
  if (parts.length !== 2) {
    throw new Error(
      `The lease script reads ${bootClock} in ${parts.length - 1} places; its stand-in machine ` +
        "puts a modelled clock in exactly one.",
    );
  }
  return parts.join('<"/dev/tcp/127.0.0.1/$MACHINE_BOOT_CLOCK"');
}
