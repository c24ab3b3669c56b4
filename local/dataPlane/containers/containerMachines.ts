import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import {
  type ApplicationSettings,
  readApplicationSettings,
} from "../../gateway/controllers/applicationSettings";
import { ControllersBefore } from "../../gateway/controllers/controllersBefore";
import type { ScheduledAction } from "../../gateway/scaledClock";
import type { ControllerModel, LaunchedInstance } from "../../gateway/world";
import type { MachineUser } from "../machineUser";
import type { Databases } from "../storage";
import { ApplicationProcess } from "./applicationProcess";

/** What stand-ins write to, and as whom. */
export interface ContainerStorage {
  readonly databases: Databases;
  readonly user: MachineUser | undefined;
}

interface Machine {
  readonly instance: LaunchedInstance;
  readonly settings: ApplicationSettings;
  stage: "booting" | "waiting" | "starting" | "answering" | "stopped";
  pending?: ScheduledAction;
  process?: ApplicationProcess;
}

/**
 * The machines of containers, before the model of all others. Boot and the pull of images are modelled;
 * in between a machine waits until each setting and secret that its deployed script names can really be
 * read in its own region. Then one stand-in process answers for all of its containers, at whatever port
 * they are asked; with a modelled data plane nothing real does. It asks for neither record nor lease.
 */
export class ContainerMachines extends ControllersBefore {
  private readonly machines = new Map<string, Machine>();

  /** @param storage undefined: nothing real runs */
  constructor(
    others: ControllerModel,
    private readonly storage: ContainerStorage | undefined,
  ) {
    super(others);
  }

  override started(instance: LaunchedInstance): void {
    const settings = readApplicationSettings(instance);
    if (settings === undefined) {
      this.others.started(instance);
      return;
    }
    const machine: Machine = { instance, settings, stage: "booting" };
    this.machines.set(instance.instanceId, machine);
    this.after(machine, "instanceBoot", () => {
      machine.stage = "waiting";
      this.tell(machine, "has booted and waits for its settings");
      return this.look(machine);
    });
  }

  override stopping(instanceId: string, stopped: () => void): void {
    if (!this.machines.has(instanceId)) this.others.stopping?.(instanceId, stopped);
    // No hook holds it: the load balancer has drained it, and there is nothing to give back.
    else this.ready().clock.after(0, stopped);
  }

  override stopped(instanceId: string): void {
    const machine = this.machines.get(instanceId);
    if (machine === undefined) {
      this.others.stopped(instanceId);
      return;
    }
    machine.stage = "stopped";
    machine.pending?.cancel();
    machine.process?.kill();
    this.machines.delete(instanceId);
  }

  override healthCheckStatus(
    instanceId: string,
    port: number,
    path: string,
  ): ReturnType<ControllerModel["healthCheckStatus"]> {
    const machine = this.machines.get(instanceId);
    if (machine === undefined) return this.others.healthCheckStatus(instanceId, port, path);
    if (machine.process !== undefined) return machine.process.healthCheckStatus(path);
    return machine.stage === "answering" ? 200 : undefined;
  }

  override addressOf(instanceId: string): ReturnType<NonNullable<ControllerModel["addressOf"]>> {
    const machine = this.machines.get(instanceId);
    return machine === undefined ? this.others.addressOf?.(instanceId) : machine.process?.address;
  }

  override async stop(): Promise<void> {
    for (const id of [...this.machines.keys()]) this.stopped(id);
    await this.others.stop?.();
  }

  /** One turn of the script's loop. */
  private async look(machine: Machine): Promise<void> {
    const { clock, latencies } = this.ready();
    const missing = await this.missing(machine);
    if (hasStopped(machine)) return;
    if (missing === undefined) {
      machine.stage = "starting";
      this.tell(machine, "has its settings and pulls its images");
      this.after(machine, "containerStart", () => this.start(machine));
      return;
    }
    machine.pending = clock.after(latencies.typical("controllerPoll"), () => this.look(machine));
  }

  /** What cannot be read in the machine's region; undefined when all can. */
  private async missing({ instance, settings }: Machine): Promise<string | undefined> {
    const context = this.ready();
    const { region } = instance;
    if (!context.regionIsAlive(region)) return region;
    const parameters = context.emulator(SSMClient, region);
    const secrets = context.emulator(SecretsManagerClient, region);
    for (const Name of settings.parameters) {
      if (!(await exists(parameters.send(new GetParameterCommand({ Name }))))) return Name;
    }
    for (const SecretId of settings.secrets) {
      if (!(await exists(secrets.send(new GetSecretValueCommand({ SecretId }))))) return SecretId;
    }
    return undefined;
  }

  private async start(machine: Machine): Promise<void> {
    const { instance, settings } = machine;
    const { storage } = this;
    if (storage !== undefined) {
      machine.process = new ApplicationProcess(
        {
          name: settings.name,
          region: instance.region,
          instance: instance.instanceId,
          findDatabase: () =>
            settings.databaseIdentifier === undefined
              ? undefined
              : storage.databases.connectionTo(instance.region, settings.databaseIdentifier),
        },
        storage.user,
      );
      await machine.process.listening;
    }
    if (hasStopped(machine)) return;
    machine.stage = "answering";
    this.tell(machine, "answers: its containers are up");
  }

  private after(
    machine: Machine,
    latency: "instanceBoot" | "containerStart",
    then: () => Promise<void>,
  ): void {
    const { clock, latencies } = this.ready();
    machine.pending = clock.after(latencies.sample(latency, machine.instance.instanceId), then);
  }

  private tell(machine: Machine, what: string): void {
    const { clock, events } = this.ready();
    const { instanceId, autoScalingGroupName, region } = machine.instance;
    events.record({
      at: clock.now(),
      service: "controller",
      region,
      resource: instanceId,
      what: `${autoScalingGroupName}: machine ${instanceId} ${what}`,
      detail: { AutoScalingGroupName: autoScalingGroupName, stage: machine.stage },
    });
  }
}

/** It may have lost its power while something was waited for. */
function hasStopped({ stage }: Machine): boolean {
  return stage === "stopped";
}

async function exists(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    const { name } = error as { readonly name?: string };
    if (name === "ParameterNotFound" || name === "ResourceNotFoundException") return false;
    throw error;
  }
}
