import { randomUUID } from "node:crypto";
import type { LifecycleHook } from "@aws-sdk/client-auto-scaling";
import type { BehaviourContext } from "../../behaviour";
import type { Group, Member } from "./group";
import { runMachine, setRegistered, terminateMachine } from "./machines";
import { decideScaling } from "./scalingDecision";

/** A dead region's groups look again this often whether they may go on, modelled milliseconds. */
const deadRegionPauseMs = 30_000;

/**
 * What Auto Scaling does by itself: brings each group to its desired capacity in modelled time.
 * A machine goes Pending → (hook) → InService, and Terminating → (hook) → gone.
 *
 * Source: Auto Scaling User Guide, "Amazon EC2 Auto Scaling instance lifecycle".
 */
export class Scaling {
  private readonly scheduled = new Set<Group>();

  constructor(
    private readonly context: BehaviourContext,
    private readonly onGone: (group: Group) => void,
  ) {}

  /** Looks at the group after Auto Scaling's reaction time; further calls until then add nothing. */
  nudge(group: Group, delay?: number): void {
    if (this.scheduled.has(group)) return;
    this.scheduled.add(group);
    const { clock, latencies } = this.context;
    clock.after(delay ?? latencies.sample("asgReaction", group.name), async () => {
      this.scheduled.delete(group);
      await this.settle(group);
    });
  }

  /** Orders a machine's end, outside of what the capacity asks for. */
  async terminate(group: Group, member: Member, why: string): Promise<void> {
    if (member.state.startsWith("Terminating")) return;
    member.state = "Terminating";
    member.endWait?.("ABANDON");
    this.tell(group, `instance ${member.launched.instanceId} is terminating: ${why}`);
    group.activities.unshift({
      ...this.activity(group, `Terminating EC2 instance: ${member.launched.instanceId}`, why),
      StatusCode: "InProgress",
    });
    await setRegistered(group, member, false, this.context);
    await this.passHook(group, member, "TERMINATING");
    if (group.hookOf("TERMINATING")) member.state = "Terminating:Proceed";
    const duration = this.context.latencies.sample("asgTerminate", member.launched.instanceId);
    this.afterWhileAlive(group, duration, () => this.end(group, member));
  }

  /** Power was cut or came back in the group's region. */
  regionChanged(group: Group, alive: boolean): void {
    for (const member of group.members) {
      if (alive && member.state === "InService") this.powerOn(member);
      else if (!alive) this.powerOff(member);
    }
    if (alive) this.nudge(group);
  }

  private async settle(group: Group): Promise<void> {
    if (!this.context.regionIsAlive(group.region)) {
      this.nudge(group, deadRegionPauseMs);
      return;
    }
    const decision = decideScaling(group, this.context.clock.now());
    for (const member of decision.scaleIn) {
      await this.terminate(group, member, "the desired capacity is smaller");
    }
    for (const member of decision.replace) {
      member.replaced = true;
      await this.terminate(group, member, "it is unhealthy and to be replaced");
    }
    for (let count = 0; count < decision.launch; count++) {
      if (!(await this.launch(group))) break;
    }
    if (group.deleting && group.members.length === 0) this.onGone(group);
  }

  private async launch(group: Group): Promise<boolean> {
    let member: Member;
    try {
      member = await runMachine(group, this.context);
    } catch (error) {
      this.launchFailed(group, error as Error);
      return false;
    }
    group.members.push(member);
    const { instanceId } = member.launched;
    this.tell(group, `instance ${instanceId} is pending`);
    group.activities.unshift({
      ...this.activity(group, `Launching a new EC2 instance: ${instanceId}`, "capacity"),
      StatusCode: "InProgress",
    });
    const duration = this.context.latencies.sample("ec2LaunchToRunning", instanceId);
    this.afterWhileAlive(group, duration, () => this.running(group, member));
    return true;
  }

  private launchFailed(group: Group, error: Error): void {
    const retry = this.context.latencies.sample("asgLaunchRetry", group.name);
    group.retryLaunchAt = this.context.clock.now() + retry;
    group.activities.unshift({
      ...this.activity(group, "Launching a new EC2 instance", "capacity"),
      StatusCode: "Failed",
      StatusMessage: `${error.message} Launching EC2 instance failed.`,
    });
    this.tell(group, `a launch failed: ${error.name}: ${error.message}`);
    this.nudge(group, retry);
  }

  private async running(group: Group, member: Member): Promise<void> {
    if (member.state !== "Pending") return;
    this.powerOn(member);
    const result = await this.passHook(group, member, "LAUNCHING");
    // Terminated while it waited.
    if (member.state.startsWith("Terminating")) return;
    if (result === "ABANDON") {
      await this.terminate(group, member, "its launch hook abandoned it");
      this.nudge(group);
      return;
    }
    member.state = "InService";
    member.inServiceSince = this.context.clock.now();
    this.finishActivity(group, member);
    await setRegistered(group, member, true, this.context);
    this.tell(group, `instance ${member.launched.instanceId} is in service`);
    this.nudge(group);
  }

  private async end(group: Group, member: Member): Promise<void> {
    this.powerOff(member);
    await terminateMachine(group, member, this.context);
    group.members.splice(group.members.indexOf(member), 1);
    this.finishActivity(group, member);
    this.tell(group, `instance ${member.launched.instanceId} is terminated`);
    this.nudge(group);
  }

  /** Holds the machine in `…:Wait` until the hook's action is completed or its time is over. */
  private async passHook(
    group: Group,
    member: Member,
    transition: "LAUNCHING" | "TERMINATING",
  ): Promise<string> {
    const hook = group.hookOf(transition);
    if (!hook) return "CONTINUE";
    member.state = transition === "LAUNCHING" ? "Pending:Wait" : "Terminating:Wait";
    const result = await this.waitForHook(hook, member, transition);
    if (transition === "LAUNCHING" && member.state === "Pending:Wait") {
      member.state = "Pending:Proceed";
    }
    return result;
  }

  private waitForHook(
    hook: LifecycleHook,
    member: Member,
    transition: "LAUNCHING" | "TERMINATING",
  ): Promise<string> {
    return new Promise((resolve) => {
      const end = (result: string): void => {
        timeout.cancel();
        delete member.endWait;
        resolve(result);
      };
      const timeout = this.context.clock.after((hook.HeartbeatTimeout ?? 3600) * 1000, () => {
        end(hook.DefaultResult ?? "ABANDON");
      });
      member.endWait = end;
      if (transition === "TERMINATING" && member.powered) {
        this.context.world.controllers.stopping?.(member.launched.instanceId, () => {
          member.endWait?.("CONTINUE");
        });
      }
    });
  }

  private powerOn(member: Member): void {
    if (member.powered) return;
    member.powered = true;
    this.context.world.controllers.started(member.launched);
  }

  private powerOff(member: Member): void {
    if (!member.powered) return;
    member.powered = false;
    this.context.world.controllers.stopped(member.launched.instanceId);
  }

  private afterWhileAlive(group: Group, delay: number, action: () => unknown): void {
    this.context.clock.after(delay, () => {
      if (this.context.regionIsAlive(group.region)) return action();
      this.afterWhileAlive(group, deadRegionPauseMs, action);
      return undefined;
    });
  }

  private activity(group: Group, Description: string, Cause: string) {
    return {
      ActivityId: randomUUID(),
      AutoScalingGroupName: group.name,
      AutoScalingGroupARN: group.arn,
      Description,
      Cause,
      StartTime: this.context.clock.date(),
    };
  }

  private finishActivity(group: Group, member: Member): void {
    const activity = group.activities.find(
      ({ Description, StatusCode }) =>
        StatusCode === "InProgress" && Description?.endsWith(member.launched.instanceId),
    );
    if (!activity) return;
    activity.StatusCode = "Successful";
    activity.Progress = 100;
    activity.EndTime = this.context.clock.date();
  }

  private tell(group: Group, what: string): void {
    this.context.events.record({
      at: this.context.clock.now(),
      service: "autoscaling",
      region: group.region,
      resource: group.name,
      what: `${group.name}: ${what}`,
    });
  }
}
