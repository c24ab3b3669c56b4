import type { ScheduledAction } from "../scaledClock";
import type { ControllerModel, LaunchedInstance } from "../world";
import { isRehearsal } from "./bootSettings";
import { ControllersBefore } from "./controllersBefore";

interface Machine {
  readonly instance: LaunchedInstance;
  stage: "booting" | "copying" | "loading" | "answering";
  pending?: ScheduledAction;
}

/**
 * The machines of rehearsals, in modelled time: boot, copy the home, load Jenkins, answer. They ask
 * for neither record nor lease. All other machines are the model's that it is put before, whether
 * that one has real processes or not.
 */
export class RehearsedControllers extends ControllersBefore {
  private readonly machines = new Map<string, Machine>();

  override started(instance: LaunchedInstance): void {
    if (!isRehearsal(instance)) {
      this.others.started(instance);
      return;
    }
    const machine: Machine = { instance, stage: "booting" };
    this.machines.set(instance.instanceId, machine);
    this.after(machine, "instanceBoot", () => {
      this.enter(machine, "copying", "copies its home");
      this.after(machine, "homeCopy", () => {
        this.enter(machine, "loading", "loads Jenkins on the copy");
        this.after(machine, "jenkinsLoad", () => {
          this.enter(machine, "answering", "answers: Jenkins is up on the copy");
        });
      });
    });
  }

  override stopped(instanceId: string): void {
    const machine = this.machines.get(instanceId);
    if (machine === undefined) {
      this.others.stopped(instanceId);
      return;
    }
    machine.pending?.cancel();
    this.machines.delete(instanceId);
  }

  override healthCheckStatus(
    instanceId: string,
    port: number,
    path: string,
  ): ReturnType<ControllerModel["healthCheckStatus"]> {
    const machine = this.machines.get(instanceId);
    if (machine === undefined) return this.others.healthCheckStatus(instanceId, port, path);
    if (machine.stage === "answering") return 200;
    return machine.stage === "loading" ? 503 : undefined;
  }

  private after(
    machine: Machine,
    latency: "instanceBoot" | "homeCopy" | "jenkinsLoad",
    then: () => void,
  ): void {
    const { clock, latencies } = this.ready();
    machine.pending = clock.after(latencies.sample(latency, machine.instance.instanceId), then);
  }

  private enter(machine: Machine, stage: Machine["stage"], what: string): void {
    machine.stage = stage;
    const { clock, events } = this.ready();
    const { instanceId, region, autoScalingGroupName: template } = machine.instance;
    events.record({
      at: clock.now(),
      service: "rehearsal",
      region,
      resource: instanceId,
      what: `${template}: machine ${instanceId} ${what}`,
      detail: { stage },
    });
  }
}
