import type { BehaviourContext } from "../behaviour";
import type { ScheduledAction } from "../scaledClock";
import type { ControllerModel, LaunchedInstance } from "../world";
import { findAuthority } from "./authority";
import { readBootSettings, type BootSettings } from "./bootSettings";

/** How far a machine has come. */
type Stage = "booting" | "waiting" | "loading" | "answering" | "stopped";

interface Machine {
  readonly instance: LaunchedInstance;
  readonly settings: BootSettings | undefined;
  stage: Stage;
  /** Generation under which Jenkins was started. */
  generation: number;
  pending?: ScheduledAction;
}

/** Stopping Jenkins and giving the lease back, modelled milliseconds. */
const gracefulStopMs = 20_000;

/**
 * Controllers without machines: what their boot scripts and Jenkins would do, in modelled time. A
 * machine boots, waits until its home is writable and the failover record names its region, loads
 * Jenkins, answers, and stops Jenkins when it reads a higher generation that names another region.
 * The drill's data plane replaces this by real processes behind the same interface.
 */
export class ModelledControllers implements ControllerModel {
  private readonly machines = new Map<string, Machine>();
  private context: BehaviourContext | undefined;

  attach(context: BehaviourContext): void {
    this.context = context;
  }

  started(instance: LaunchedInstance): void {
    const machine: Machine = {
      instance,
      settings: readBootSettings(instance),
      stage: "booting",
      generation: 0,
    };
    this.machines.set(instance.instanceId, machine);
    const { clock, latencies } = this.ready();
    const boot = instance.hasBooted ? 0 : latencies.sample("instanceBoot", instance.instanceId);
    machine.pending = clock.after(boot, () => {
      this.booted(machine);
    });
  }

  stopping(instanceId: string, stopped: () => void): void {
    const machine = this.machines.get(instanceId);
    if (machine) this.end(machine);
    this.ready().clock.after(gracefulStopMs, stopped);
  }

  stopped(instanceId: string): void {
    const machine = this.machines.get(instanceId);
    if (machine) this.end(machine);
    this.machines.delete(instanceId);
  }

  /** Jenkins answers 503 to everything while it loads; nothing listens before. */
  healthCheckStatus(instanceId: string): number | undefined {
    switch (this.machines.get(instanceId)?.stage) {
      case "answering":
        return 200;
      case "loading":
        return 503;
      default:
        return undefined;
    }
  }

  private booted(machine: Machine): void {
    // An agent or a builder has no Jenkins of its own.
    if (!machine.settings) return;
    machine.stage = "waiting";
    this.tell(machine, "has booted and waits for its home and the failover record");
    const { settings } = machine;
    // By the clock, so that an error is reported like that of every later turn.
    this.ready().clock.after(0, () => this.look(machine, settings));
  }

  /** One turn of the lease script's loop; it comes again after the script's own pause. */
  private async look(machine: Machine, settings: BootSettings): Promise<void> {
    const context = this.ready();
    const { clock, latencies, world } = context;
    if (!context.regionIsAlive(settings.region)) return;
    const authority = await findAuthority(settings, context);
    if (machine.stage === "stopped") return;
    const isOurs = authority.activeRegion === settings.region;
    if (machine.stage === "waiting" && isOurs) {
      if (world.fileSystems.isWritable(settings.region, settings.fileSystemId)) {
        machine.generation = authority.generation;
        this.load(machine);
      }
    } else if (machine.stage !== "waiting" && !isOurs) {
      machine.stage = "waiting";
      machine.pending?.cancel();
      this.tell(
        machine,
        `stops Jenkins: generation ${authority.generation} names ${authority.activeRegion}`,
      );
    }
    clock.after(latencies.typical("controllerPoll"), () => {
      if (machine.stage !== "stopped") return this.look(machine, settings);
      return undefined;
    });
  }

  private load(machine: Machine): void {
    const { clock, latencies } = this.ready();
    machine.stage = "loading";
    this.tell(machine, "loads Jenkins");
    const duration = latencies.sample("jenkinsLoad", machine.instance.instanceId);
    machine.pending = clock.after(duration, () => {
      machine.stage = "answering";
      this.tell(machine, "answers: Jenkins is up");
    });
  }

  private end(machine: Machine): void {
    machine.stage = "stopped";
    machine.pending?.cancel();
  }

  private tell(machine: Machine, what: string): void {
    const { clock, events } = this.ready();
    const { instanceId, autoScalingGroupName, region } = machine.instance;
    events.record({
      at: clock.now(),
      service: "controller",
      region,
      resource: instanceId,
      what: `${autoScalingGroupName}: controller ${instanceId} ${what}`,
      detail: { AutoScalingGroupName: autoScalingGroupName, stage: machine.stage },
    });
  }

  private ready(): BehaviourContext {
    if (!this.context) throw new Error("The modelled controllers were not attached to a gateway.");
    return this.context;
  }
}
