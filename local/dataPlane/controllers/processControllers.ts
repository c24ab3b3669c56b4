import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DescribeAccessPointsCommand, EFSClient } from "@aws-sdk/client-efs";
import type { BehaviourContext } from "../../gateway/behaviour";
import { readControllerFiles } from "../../gateway/controllers/bootSettings";
import type { ScheduledAction } from "../../gateway/scaledClock";
import type { ControllerModel, LaunchedInstance } from "../../gateway/world";
import type { MachineUser } from "../machineUser";
import type { Databases, Homes } from "../storage";
import { JenkinsProcess } from "./jenkinsProcess";
import { Machine, type MachineHost } from "./machine";
import { MachineCalls } from "./machineCalls";
import { MachineServer } from "./machineServer";
import type { JenkinsStart, RunningJenkins, StartJenkins } from "./runningJenkins";

/** A home that a controller of this run has opened. */
export interface OpenedHome {
  readonly region: string;
  readonly autoScalingGroup: string;
  /** Its place in a file system of either region, e.g. `/devops/1`. */
  readonly path: string;
  readonly directory: string;
}

/** What controllers write to, and as whom. */
export interface ControllerStorage {
  readonly databases: Databases;
  readonly homes: Homes;
  /** Who they run as; undefined: as this process. */
  readonly user: MachineUser | undefined;
  /** For the machines' own files: a folder that their user can enter. Its maker removes it. */
  readonly machines: string;
}

interface Known {
  readonly instance: LaunchedInstance;
  machine?: Machine;
  boot?: ScheduledAction;
}

/**
 * Controllers as processes: for each launched machine the boot time is modelled, and then the lease
 * script of its user data runs for real and starts a Jenkins, stand-in or real, with a real home and a
 * real database. Nothing of them outlives {@link stop}, or the process itself.
 */
export class ProcessControllers implements ControllerModel {
  private readonly instances = new Map<string, Known>();
  private readonly opened = new Map<string, OpenedHome>();
  private boots = 0;
  private host: MachineHost | undefined;
  private serverStarts: Promise<void> = Promise.resolve();

  /** @param startWar starts a real Jenkins; without it, a stand-in is started */
  constructor(
    private readonly storage: ControllerStorage,
    private readonly startWar?: StartJenkins,
  ) {}

  /** Homes that were opened so far. */
  get openedHomes(): readonly OpenedHome[] {
    return [...this.opened.values()];
  }

  attach(context: BehaviourContext): void {
    const { clock, endpoint } = context;
    const bootedAt = clock.now();
    const server = new MachineServer(() => (clock.now() - bootedAt) / 1000);
    this.serverStarts = server.start();
    this.host = {
      context,
      server,
      calls: new MachineCalls(endpoint, (modelled) => clock.toReal(modelled)),
      user: this.storage.user,
      startJenkins: this.startWar ?? ((start) => this.standIn(start, context)),
      homeDirectory: (instance, accessPoint) => this.homeDirectory(instance, accessPoint),
      database: ({ region }, identifier) => this.storage.databases.connectionTo(region, identifier),
      tell: (instance, stage, what) => {
        this.tell(instance, stage, what);
      },
    };
  }

  started(instance: LaunchedInstance): void {
    const { clock, latencies } = this.ready().context;
    const known: Known = { instance };
    this.instances.set(instance.instanceId, known);
    const boot = instance.hasBooted ? 0 : latencies.sample("instanceBoot", instance.instanceId);
    known.boot = clock.after(boot, () => this.booted(known));
  }

  /** Without a controller's script the hook's time passes, as it would on AWS. */
  stopping(instanceId: string, stopped: () => void): void {
    const machine = this.instances.get(instanceId)?.machine;
    if (machine?.isClustered) void machine.shutDown().then(stopped);
    else if (machine) machine.terminate();
    // Not booted far enough to notice, or no controller at all.
    else this.ready().context.clock.after(0, stopped);
  }

  stopped(instanceId: string): void {
    const known = this.instances.get(instanceId);
    known?.boot?.cancel();
    known?.machine?.powerOff();
    this.instances.delete(instanceId);
  }

  healthCheckStatus(
    instanceId: string,
    _port: number,
    path: string,
  ): Promise<number | undefined> | undefined {
    return this.instances.get(instanceId)?.machine?.jenkins.process?.healthCheckStatus(path);
  }

  addressOf(instanceId: string): { readonly host: string; readonly port: number } | undefined {
    return this.instances.get(instanceId)?.machine?.jenkins.process?.address;
  }

  /** Ends every process. */
  async stop(): Promise<void> {
    for (const id of [...this.instances.keys()]) this.stopped(id);
    await this.host?.server.stop();
    this.host?.calls.stop();
  }

  private async booted(known: Known): Promise<void> {
    const { instance } = known;
    const files = readControllerFiles(instance);
    // An agent or a builder has no Jenkins of its own.
    if (files === undefined) return;
    await this.serverStarts;
    if (this.instances.get(instance.instanceId) !== known) return;
    const folder = join(this.storage.machines, `${instance.instanceId}-${++this.boots}`);
    mkdirSync(folder);
    known.machine = new Machine(instance, files, folder, this.ready());
    this.tell(instance, "waiting", "has booted and waits for its home and the failover record");
    known.machine.start();
  }

  private async homeDirectory(instance: LaunchedInstance, accessPointId: string): Promise<string> {
    const { region, autoScalingGroupName } = instance;
    const { AccessPoints } = await this.ready()
      .context.emulator(EFSClient, region)
      .send(new DescribeAccessPointsCommand({ AccessPointId: accessPointId }));
    const [{ FileSystemId, RootDirectory } = {}] = AccessPoints ?? [];
    if (FileSystemId === undefined || RootDirectory?.Path === undefined) {
      throw new Error(
        `${region} has no access point ${accessPointId} with a directory of its own.`,
      );
    }
    const path = RootDirectory.Path;
    const directory = this.storage.homes.directoryOf(region, FileSystemId, path);
    this.opened.set(directory, { region, autoScalingGroup: autoScalingGroupName, path, directory });
    return directory;
  }

  private standIn(start: JenkinsStart, { clock, latencies }: BehaviourContext): RunningJenkins {
    const loadMs = clock.toReal(latencies.sample("jenkinsLoad", start.instance));
    return new JenkinsProcess(start, loadMs, this.storage.user);
  }

  private tell(instance: LaunchedInstance, stage: string, what: string): void {
    const { clock, events } = this.ready().context;
    const { instanceId, autoScalingGroupName, region } = instance;
    events.record({
      at: clock.now(),
      service: "controller",
      region,
      resource: instanceId,
      what: `${autoScalingGroupName}: controller ${instanceId} ${what}`,
      detail: { AutoScalingGroupName: autoScalingGroupName, stage },
    });
  }

  private ready(): MachineHost {
    if (!this.host) throw new Error("The controllers were not attached to a gateway.");
    return this.host;
  }
}
