import type { BehaviourContext } from "../behaviour";
import type { ControllerModel, LaunchedInstance } from "../world";

/**
 * A model of some machines' controllers that is put before another model, which has all other
 * machines. Without more it passes everything on.
 */
export abstract class ControllersBefore implements ControllerModel {
  private context: BehaviourContext | undefined;

  constructor(protected readonly others: ControllerModel) {}

  attach(context: BehaviourContext): void {
    this.context = context;
    this.others.attach?.(context);
  }

  started(instance: LaunchedInstance): void {
    this.others.started(instance);
  }

  stopping(instanceId: string, stopped: () => void): void {
    this.others.stopping?.(instanceId, stopped);
  }

  stopped(instanceId: string): void {
    this.others.stopped(instanceId);
  }

  healthCheckStatus(
    instanceId: string,
    port: number,
    path: string,
  ): ReturnType<ControllerModel["healthCheckStatus"]> {
    return this.others.healthCheckStatus(instanceId, port, path);
  }

  addressOf(instanceId: string): ReturnType<NonNullable<ControllerModel["addressOf"]>> {
    return this.others.addressOf?.(instanceId);
  }

  async stop(): Promise<void> {
    await this.others.stop?.();
  }

  /** @throws Error before a gateway has attached it */
  protected ready(): BehaviourContext {
    if (!this.context) throw new Error("The controllers were not attached to a gateway.");
    return this.context;
  }
}
