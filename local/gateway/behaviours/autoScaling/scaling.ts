import { randomUUID } from "node:crypto";
import type { Activity, LifecycleHook } from "@aws-sdk/client-auto-scaling";
import type { BehaviourContext } from "../../behaviour";
import type { Group, Member } from "./group";
import { runMachine, setRegistered, terminateMachine } from "./machines";
import { decideScaling } from "./scalingDecision";

/** A dead region's groups look again this often whether they may go on, modelled milliseconds. */
const deadRegionPauseMs = 30_000;

const launchCause = "a difference between desired and actual capacity";

/**
 * What Auto Scaling does by itself: brings each group to its desired capacity in modelled time.
 * A machine goes Pending → (hook) → InService, and Terminating → (hook) → gone.
 *
 * Source: Auto Scaling User Guide, "Amazon EC2 Auto Scaling instance lifecycle".
 */
export class Scaling {
  private readonly scheduled = new Set<Group>();
  private readonly settling = new Set<Group>();

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
      // Two looks at once would both see the same machine missing, and launch it twice.
      if (this.settling.has(group)) {
        this.nudge(group);
        return;
      }
      this.settling.add(group);
      try {
        await this.settle(group);
      } finally {
        this.settling.delete(group);
      }
    });
  }

  /** Looks at the group once Auto Scaling has noticed that a machine's health changed. */
  noticeHealth(group: Group): void {
    this.nudge(group, this.context.latencies.sample("asgHealthReaction", group.name));
  }

  /** Orders a machine's end and returns the activity; the end itself takes its hook and its time. */
  terminate(group: Group, member: Member, why: string): Activity | undefined {
    if (isTerminating(member)) return undefined;
    member.state = group.hookOf("TERMINATING") ? "Terminating:Wait" : "Terminating";
    member.endWait?.("ABANDON");
    this.tell(group, `instance ${member.launched.instanceId} is terminating: ${why}`);
    const activity = this.startActivity(
      group,
      `Terminating EC2 instance: ${member.launched.instanceId}`,
      why,
    );
    this.context.clock.after(0, () => this.retire(group, member));
    return activity;
  }

  /** Power was cut or came back in the group's region. */
  regionChanged(group: Group, alive: boolean): void {
    for (const member of group.members) {
      if (alive && member.state === "InService") this.powerOn(member);
      else if (!alive) this.powerOff(member);
    }
    if (alive) this.nudge(group);
  }

  /**
   * Machines of a lost zone fail EC2's own status checks, which Auto Scaling heeds whatever else it asks;
   * they are replaced in the zones that are left.
   */
  zoneChanged(group: Group, zone: string, alive: boolean): void {
    const inZone = group.members.filter(({ launched }) => launched.availabilityZone === zone);
    if (alive || inZone.length === 0) return;
    for (const member of inZone) {
      this.powerOff(member);
      member.health = "Unhealthy";
    }
    this.noticeHealth(group);
  }

  private async settle(group: Group): Promise<void> {
    if (!this.context.regionIsAlive(group.region)) {
      this.nudge(group, deadRegionPauseMs);
      return;
    }
    const decision = decideScaling(group, this.context.clock.now());
    for (const member of decision.scaleIn) {
      this.terminate(group, member, "the desired capacity is smaller");
    }
    for (const member of decision.replace) {
      member.replaced = true;
      this.terminate(group, member, "it is unhealthy and to be replaced");
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
    this.startActivity(group, `Launching a new EC2 instance: ${instanceId}`, launchCause);
    const duration = this.context.latencies.sample("ec2LaunchToRunning", instanceId);
    this.afterWhileAlive(group, duration, () => this.running(group, member));
    return true;
  }

  private launchFailed(group: Group, error: Error): void {
    const retry = this.context.latencies.sample("asgLaunchRetry", group.name);
    group.retryLaunchAt = this.context.clock.now() + retry;
    const activity = this.startActivity(group, "Launching a new EC2 instance", launchCause);
    activity.StatusCode = "Failed";
    activity.StatusMessage = `${error.message} Launching EC2 instance failed.`;
    this.tell(group, `a launch failed: ${error.name}: ${error.message}`);
    this.nudge(group, retry);
  }

  private async running(group: Group, member: Member): Promise<void> {
    if (member.state !== "Pending") return;
    this.powerOn(member);
    const result = await this.passHook(group, member, "LAUNCHING");
    // Terminated while it waited.
    if (isTerminating(member)) return;
    if (result === "ABANDON") {
      this.terminate(group, member, "its launch hook abandoned it");
      return;
    }
    member.registering = this.setRegistered(group, member, true);
    await member.registering;
    // Terminated while the load balancers were told.
    if (isTerminating(member)) return;
    member.state = "InService";
    member.inServiceSince = this.context.clock.now();
    this.finishActivity(group, member);
    this.tell(group, `instance ${member.launched.instanceId} is in service`);
    this.nudge(group);
  }

  /** Out of the load balancers, through the hook, then switched off. */
  private async retire(group: Group, member: Member): Promise<void> {
    await member.registering;
    await this.setRegistered(group, member, false);
    if (await this.passHook(group, member, "TERMINATING")) member.state = "Terminating:Proceed";
    const duration = this.context.latencies.sample("asgTerminate", member.launched.instanceId);
    this.afterWhileAlive(group, duration, () => this.end(group, member));
  }

  /** A dead region's load balancers cannot be told; it is done when the region is back. */
  private async setRegistered(group: Group, member: Member, registered: boolean): Promise<void> {
    while (!this.context.regionIsAlive(group.region)) {
      await this.context.clock.sleep(deadRegionPauseMs);
    }
    const { targetGroupArns: arns } = group;
    await setRegistered(group.region, member, { arns, registered }, this.context);
  }

  private async end(group: Group, member: Member): Promise<void> {
    this.powerOff(member);
    await terminateMachine(group, member, this.context);
    group.members.splice(group.members.indexOf(member), 1);
    this.finishActivity(group, member);
    this.tell(group, `instance ${member.launched.instanceId} is terminated`);
    this.nudge(group);
  }

  /**
   * Holds the machine in `…:Wait` until the hook's action is completed or its time is over.
   * @returns the hook's result; undefined without a hook.
   */
  private async passHook(
    group: Group,
    member: Member,
    transition: "LAUNCHING" | "TERMINATING",
  ): Promise<string | undefined> {
    const hook = group.hookOf(transition);
    if (!hook) return undefined;
    if (transition === "LAUNCHING") member.state = "Pending:Wait";
    return this.waitForHook(hook, member, transition);
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
    if (member.powered || !this.context.zoneIsAlive(member.launched.availabilityZone)) return;
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

  private startActivity(group: Group, Description: string, Cause: string): Activity {
    const activity: Activity = {
      ActivityId: randomUUID(),
      AutoScalingGroupName: group.name,
      AutoScalingGroupARN: group.arn,
      Description,
      Cause,
      StartTime: this.context.clock.date(),
      StatusCode: "InProgress",
      Progress: 0,
    };
    group.activities.unshift(activity);
    return activity;
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

function isTerminating({ state }: Member): boolean {
  return state.startsWith("Terminating");
}
