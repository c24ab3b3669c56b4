import {
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  type DescribeTargetHealthCommandInput,
  type RegisterTargetsCommandInput,
  type TargetDescription,
  type TargetGroup,
  type TargetHealthDescription,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { AwsRequest, AwsResponse, Behaviour, BehaviourContext } from "../../behaviour";
import type { ScheduledAction } from "../../scaledClock";
import { answer } from "../../wire/answers";
import { TargetCheck, type CheckResult } from "./targetCheck";

/** A target group whose targets are being checked. */
interface CheckedGroup {
  readonly region: string;
  settings: TargetGroup;
  readonly targets: Map<string, TargetCheck>;
  /** Modelled time until which a deregistered target shows as draining. */
  readonly draining: Map<string, { target: TargetCheck; until: number }>;
  checks?: ScheduledAction;
}

/**
 * Health of the load balancers' targets: the emulator calls every target healthy at once. Here each
 * registered target is checked at its group's interval, in modelled time, against what runs on the
 * machine (`world.controllers`). Groups, listeners and registrations stay with the emulator.
 *
 * Source: Elastic Load Balancing API reference, DescribeTargetHealth, RegisterTargets; User Guide,
 * "Target health status", "Deregistration delay" (300 s by default).
 * DeregisterTargets: "If the specified target does not exist, the action returns successfully."
 */
export class TargetHealthBehaviour implements Behaviour {
  readonly name = "target health";
  readonly service = "elasticloadbalancing";
  readonly actions = [
    "RegisterTargets",
    "DeregisterTargets",
    "DescribeTargetHealth",
    "ModifyTargetGroup",
    "DeleteTargetGroup",
  ];
  private readonly groups = new Map<string, CheckedGroup>();

  start(context: BehaviourContext): void {
    context.world.targetHealth = {
      healthyTargets: (arn) => this.targetsIn(arn, ["healthy", "unavailable"]),
      unhealthyTargets: (arn) => this.targetsIn(arn, ["unhealthy"]),
    };
  }

  async handle(request: AwsRequest, context: BehaviourContext): Promise<AwsResponse> {
    if (request.action === "DescribeTargetHealth") {
      return answer(request, await this.describe(request, context));
    }
    const response = await context.forward(request);
    // AWS takes a target that is not registered for deregistered; the emulator refuses it.
    const isGone = request.action === "DeregisterTargets" && isInvalidTarget(response);
    if (response.status < 400 || isGone) await this.follow(request, context);
    return isGone ? answer(request) : response;
  }

  /** A dead region's machines lost their power: when it returns, all targets start anew. */
  regionChanged(region: string, alive: boolean, context: BehaviourContext): void {
    if (!alive) return;
    for (const group of this.groups.values()) {
      if (group.region !== region) continue;
      for (const [key, target] of group.targets) {
        group.targets.set(key, new TargetCheck(target.id, target.port));
      }
      void this.check(group, context);
    }
  }

  private async follow(request: AwsRequest, context: BehaviourContext): Promise<void> {
    const input = request.input as unknown as RegisterTargetsCommandInput;
    const arn = input.TargetGroupArn ?? "";
    if (request.action === "DeleteTargetGroup") {
      this.groups.get(arn)?.checks?.cancel();
      this.groups.delete(arn);
      return;
    }
    const group = await this.group(arn, request.region, context);
    if (request.action === "RegisterTargets") this.register(group, input.Targets ?? [], context);
    if (request.action === "DeregisterTargets")
      this.deregister(group, input.Targets ?? [], context);
    if (request.action === "ModifyTargetGroup") this.restartChecks(group, context);
  }

  private register(
    group: CheckedGroup,
    targets: readonly TargetDescription[],
    context: BehaviourContext,
  ): void {
    for (const { Id = "", Port } of targets) {
      const port = Port ?? group.settings.Port ?? 80;
      const key = `${Id}:${port}`;
      if (group.targets.has(key)) continue;
      group.draining.delete(key);
      const target = new TargetCheck(Id, port);
      group.targets.set(key, target);
      context.clock.after(context.latencies.sample("albRegistration", key), () => {
        return group.targets.get(key) === target
          ? this.checkOne(group, target, context)
          : undefined;
      });
    }
    if (!group.checks) this.restartChecks(group, context);
  }

  private deregister(
    group: CheckedGroup,
    targets: readonly TargetDescription[],
    context: BehaviourContext,
  ): void {
    for (const { Id = "", Port } of targets) {
      for (const [key, target] of group.targets) {
        if (target.id !== Id || (Port !== undefined && target.port !== Port)) continue;
        group.targets.delete(key);
        group.draining.set(key, { target, until: context.clock.now() + drainingMs });
      }
    }
  }

  private restartChecks(group: CheckedGroup, context: BehaviourContext): void {
    group.checks?.cancel();
    const interval = (group.settings.HealthCheckIntervalSeconds ?? 30) * 1000;
    group.checks = context.clock.every(interval, () => this.check(group, context));
  }

  /** Resolves when every target was asked; never rejects. */
  private async check(group: CheckedGroup, context: BehaviourContext): Promise<void> {
    if (!context.regionIsAlive(group.region)) return;
    await Promise.all(
      [...group.targets.values()].map(async (target) => this.checkOne(group, target, context)),
    );
  }

  private checkOne(
    group: CheckedGroup,
    target: TargetCheck,
    context: BehaviourContext,
  ): Promise<void> | undefined {
    if (!context.regionIsAlive(group.region)) return undefined;
    const asked = this.ask(group, target, context);
    if (asked instanceof Promise) {
      return asked.then((result) => {
        // The target left, or the region died, while it was asked.
        const isStillThere = [...group.targets.values()].includes(target);
        if (isStillThere && context.regionIsAlive(group.region)) {
          this.note(group, target, result, context);
        }
      });
    }
    this.note(group, target, asked, context);
    return undefined;
  }

  private note(
    group: CheckedGroup,
    target: TargetCheck,
    result: CheckResult,
    context: BehaviourContext,
  ): void {
    if (!target.take(result, group.settings)) return;
    const { State, Reason } = target.describe();
    context.events.record({
      at: context.clock.now(),
      service: "elasticloadbalancing",
      region: group.region,
      resource: target.id,
      what: `${group.settings.TargetGroupName ?? ""}: target ${target.id} is ${State ?? ""}${Reason === undefined ? "" : ` (${Reason})`}`,
      detail: { TargetGroupName: group.settings.TargetGroupName, State },
    });
  }

  /** A load balancer behind another one answers as long as its region lives. */
  private ask(
    group: CheckedGroup,
    target: TargetCheck,
    context: BehaviourContext,
  ): CheckResult | Promise<CheckResult> {
    const { TargetType, HealthCheckPort, HealthCheckPath, Matcher } = group.settings;
    if (TargetType === "alb") return Number(Matcher?.HttpCode?.split(/[,-]/)[0] ?? 200);
    const port =
      HealthCheckPort === undefined || HealthCheckPort === "traffic-port"
        ? target.port
        : Number(HealthCheckPort);
    return context.world.controllers.healthCheckStatus(target.id, port, HealthCheckPath ?? "/");
  }

  private async describe(request: AwsRequest, context: BehaviourContext): Promise<object> {
    const input = request.input as unknown as DescribeTargetHealthCommandInput;
    const group = await this.group(input.TargetGroupArn ?? "", request.region, context);
    const asked = input.Targets;
    const shown = [...group.targets.values()].map((target) => describeTarget(group, target));
    for (const { target, until } of group.draining.values()) {
      if (until > context.clock.now()) shown.push(drainingTarget(target));
    }
    return {
      TargetHealthDescriptions: asked
        ? asked.map(
            (wanted) =>
              shown.find(({ Target }) => Target?.Id === wanted.Id) ?? unregistered(wanted),
          )
        : shown,
    };
  }

  /** The group as the emulator has it now, with the checks known here. */
  private async group(
    arn: string,
    region: string,
    context: BehaviourContext,
  ): Promise<CheckedGroup> {
    const elb = context.emulator(ElasticLoadBalancingV2Client, region);
    const { TargetGroups } = await elb.send(
      new DescribeTargetGroupsCommand({ TargetGroupArns: [arn] }),
    );
    const settings = TargetGroups?.[0] ?? {};
    let group = this.groups.get(arn);
    if (group) {
      group.settings = settings;
      return group;
    }
    group = { region, settings, targets: new Map(), draining: new Map() };
    this.groups.set(arn, group);
    // Targets that were registered before this behaviour saw the group.
    const { TargetHealthDescriptions } = await elb.send(
      new DescribeTargetHealthCommand({ TargetGroupArn: arn }),
    );
    const targets = (TargetHealthDescriptions ?? []).flatMap(({ Target }) =>
      Target ? [Target] : [],
    );
    if (targets.length > 0) this.register(group, targets, context);
    return group;
  }

  private targetsIn(arn: string, states: readonly string[]): readonly string[] {
    const group = this.groups.get(arn);
    return [...(group?.targets.values() ?? [])]
      .filter(
        (target) =>
          group && states.includes(describeTarget(group, target).TargetHealth?.State ?? ""),
      )
      .map(({ id }) => id);
  }
}

function isInvalidTarget(response: AwsResponse): boolean {
  return response.status === 400 && response.body.includes("<Code>InvalidTarget</Code>");
}

/** Default deregistration delay. */
const drainingMs = 300_000;

function describeTarget(group: CheckedGroup, target: TargetCheck): TargetHealthDescription {
  const HealthCheckPort = String(target.port);
  const Target = { Id: target.id, Port: target.port };
  if (group.settings.HealthCheckEnabled === false) {
    return {
      Target,
      HealthCheckPort,
      TargetHealth: {
        State: "unavailable",
        Reason: "Target.HealthCheckDisabled",
        Description: "Health checks are not enabled for this target",
      },
    };
  }
  return { Target, HealthCheckPort, TargetHealth: target.describe() };
}

function drainingTarget(target: TargetCheck): TargetHealthDescription {
  return {
    Target: { Id: target.id, Port: target.port },
    HealthCheckPort: String(target.port),
    TargetHealth: {
      State: "draining",
      Reason: "Target.DeregistrationInProgress",
      Description: "Target deregistration is in progress",
    },
  };
}

function unregistered(wanted: TargetDescription): TargetHealthDescription {
  return {
    Target: wanted,
    TargetHealth: {
      State: "unused",
      Reason: "Target.NotRegistered",
      Description: "Target is not registered to the target group",
    },
  };
}
