import { EC2Client, StopInstancesCommand, TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import type { BehaviourContext } from "../../behaviour";
import type { LaunchedInstance } from "../../world";

/** EC2's words for how a machine stands; one that is terminated is the emulator's alone again. */
export type MachineState = "pending" | "running" | "stopping" | "stopped" | "shutting-down";

/** A machine that a program launched by itself. */
export interface ProgramMachine {
  readonly launched: LaunchedInstance;
  state: MachineState;
  /** True while something runs on it. */
  powered: boolean;
}

/**
 * A system that does not go down is switched off.
 *
 * Source: EC2 User Guide, "Stop and start": "If the instance doesn't shut down cleanly after a few
 * minutes, we perform a hard shutdown".
 */
const hardShutdownMs = 4 * 60_000;

/** How often a machine whose region is dead looks whether it may go on, modelled milliseconds. */
const deadRegionPauseMs = 30_000;

/** What becomes of machines that no Auto Scaling group looks after, in modelled time. */
export class MachineLives {
  private readonly machines = new Map<string, ProgramMachine>();

  constructor(private readonly context: BehaviourContext) {}

  get(instanceId: string | undefined): ProgramMachine | undefined {
    return this.machines.get(instanceId ?? "");
  }

  get isEmpty(): boolean {
    return this.machines.size === 0;
  }

  /** The emulator has just launched it. */
  launched(launched: LaunchedInstance): void {
    const machine: ProgramMachine = { launched, state: "pending", powered: false };
    this.machines.set(launched.instanceId, machine);
    this.comeUp(machine);
  }

  /** Only for a stopped one, which the emulator has just started. */
  start(machine: ProgramMachine): void {
    machine.state = "pending";
    this.comeUp(machine);
  }

  /** @param force without its system's shutdown, as a fence does it */
  stop(machine: ProgramMachine, force: boolean): void {
    if (machine.state !== "running" && machine.state !== "pending") return;
    this.become(machine, "stopping");
    const { clock, latencies, world } = this.context;
    const { instanceId } = machine.launched;
    let isDown = false;
    const down = (): void => {
      if (isDown) return;
      isDown = true;
      this.whileAlive(machine, latencies.sample("ec2Stop", instanceId), () => this.off(machine));
    };
    if (force || !machine.powered || world.controllers.stopping === undefined) {
      down();
      return;
    }
    clock.after(hardShutdownMs, down);
    world.controllers.stopping(instanceId, down);
  }

  /** Its power goes at once; that it is gone shows later. */
  terminate(machine: ProgramMachine): void {
    if (machine.state === "shutting-down") return;
    this.become(machine, "shutting-down");
    this.setPower(machine, false);
    const { instanceId, region } = machine.launched;
    this.context.clock.after(
      this.context.latencies.sample("asgTerminate", instanceId),
      async () => {
        this.machines.delete(instanceId);
        await this.context
          .emulator(EC2Client, region)
          .send(new TerminateInstancesCommand({ InstanceIds: [instanceId] }));
      },
    );
  }

  /** Power was cut or came back in a region. */
  regionChanged(region: string, alive: boolean): void {
    for (const machine of this.machines.values()) {
      if (machine.launched.region !== region) continue;
      this.setPower(machine, alive && machine.state === "running");
    }
  }

  /** Power was cut or came back in a zone. */
  zoneChanged(zone: string, alive: boolean): void {
    for (const machine of this.machines.values()) {
      if (machine.launched.availabilityZone !== zone) continue;
      this.setPower(machine, alive && machine.state === "running");
    }
  }

  private comeUp(machine: ProgramMachine): void {
    const { instanceId } = machine.launched;
    const duration = this.context.latencies.sample("ec2LaunchToRunning", instanceId);
    this.whileAlive(machine, duration, () => {
      if (machine.state !== "pending") return;
      this.become(machine, "running");
      this.setPower(machine, this.context.zoneIsAlive(machine.launched.availabilityZone));
    });
  }

  private async off(machine: ProgramMachine): Promise<void> {
    if (!isStopping(machine)) return;
    this.setPower(machine, false);
    const { instanceId, region } = machine.launched;
    await this.context
      .emulator(EC2Client, region)
      .send(new StopInstancesCommand({ InstanceIds: [instanceId] }));
    if (isStopping(machine)) this.become(machine, "stopped");
  }

  private setPower(machine: ProgramMachine, powered: boolean): void {
    if (machine.powered === powered) return;
    machine.powered = powered;
    const { controllers } = this.context.world;
    if (powered) controllers.started(machine.launched);
    else controllers.stopped(machine.launched.instanceId);
  }

  private whileAlive(machine: ProgramMachine, delay: number, action: () => unknown): void {
    this.context.clock.after(delay, () => {
      if (this.context.regionIsAlive(machine.launched.region)) return action();
      this.whileAlive(machine, deadRegionPauseMs, action);
      return undefined;
    });
  }

  private become(machine: ProgramMachine, state: MachineState): void {
    machine.state = state;
    const { instanceId, region, autoScalingGroupName } = machine.launched;
    this.context.events.record({
      at: this.context.clock.now(),
      service: "ec2",
      region,
      resource: instanceId,
      what: `${autoScalingGroupName}: machine ${instanceId} is ${state}`,
      detail: { state },
    });
  }
}

/** False for one that was terminated meanwhile. */
function isStopping({ state }: ProgramMachine): boolean {
  return state === "stopping";
}
