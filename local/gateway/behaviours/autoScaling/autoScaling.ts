import type { AwsRequest, AwsResponse, Behaviour, BehaviourContext } from "../../behaviour";
import { answer } from "../../wire/answers";
import { regionOfZone } from "../../zones";
import { notModelled } from "../../wire/awsError";
import type { Group } from "./group";
import { groupOperations } from "./groupOperations";
import { Groups, type Operations } from "./groups";
import { memberOperations } from "./memberOperations";
import { Scaling } from "./scaling";
import { settingOperations } from "./settingOperations";

/** How often Auto Scaling asks the load balancers for its machines' health, modelled milliseconds. */
const loadBalancerHealthPeriodMs = 30_000;

/**
 * EC2 Auto Scaling as a whole, because the emulator's has no time: machines are in service at once,
 * suspended processes and maintenance policies do nothing, unhealthy ones are never replaced, hooks
 * cannot be completed. Machines themselves are EC2 instances of the emulator. Not modelled: warm
 * pools, instance refresh, scheduled actions, evaluation of scaling policies; their calls are refused.
 *
 * Sources: Auto Scaling API reference and User Guide; details at each part.
 */
export class AutoScalingBehaviour implements Behaviour {
  readonly name = "Auto Scaling";
  readonly service = "autoscaling";
  readonly actions = ["*"];
  private readonly groups = new Groups();
  private operations: Operations = {};
  private scaling: Scaling | undefined;

  start(context: BehaviourContext): void {
    const scaling = new Scaling(context, (group) => {
      this.groups.remove(group);
    });
    this.scaling = scaling;
    this.operations = {
      ...groupOperations(this.groups, scaling, context),
      ...memberOperations(this.groups, scaling),
      ...settingOperations(this.groups, context),
    };
    context.clock.every(loadBalancerHealthPeriodMs, () => {
      for (const group of this.groups.all()) checkLoadBalancerHealth(group, scaling, context);
    });
  }

  regionChanged(region: string, alive: boolean): void {
    for (const group of this.groups.inRegion(region)) this.scaling?.regionChanged(group, alive);
  }

  zoneChanged(zone: string, alive: boolean): void {
    for (const group of this.groups.inRegion(regionOfZone(zone))) {
      this.scaling?.zoneChanged(group, zone, alive);
    }
  }

  async handle(request: AwsRequest): Promise<AwsResponse> {
    const operation = this.operations[request.action];
    if (!operation) throw notModelled(request, "Auto Scaling here has no such operation");
    const output = await operation(request.input as never, request.region);
    return answer(request, (output as object | undefined) ?? {});
  }
}

/**
 * A machine that its load balancer finds unhealthy after the grace period is to be replaced.
 *
 * Source: Auto Scaling User Guide, "Health checks for instances in an Auto Scaling group".
 */
function checkLoadBalancerHealth(group: Group, scaling: Scaling, context: BehaviourContext): void {
  if (group.settings.HealthCheckType !== "ELB" || group.suspended.has("HealthCheck")) return;
  if (!context.regionIsAlive(group.region)) return;
  const { clock, world } = context;
  const inServiceBefore = clock.now() - (group.settings.HealthCheckGracePeriod ?? 0) * 1000;
  const unhealthy = new Set(
    group.targetGroupArns.flatMap((arn) => world.targetHealth.unhealthyTargets?.(arn) ?? []),
  );
  for (const member of group.members) {
    const isPastGrace = (member.inServiceSince ?? Infinity) <= inServiceBefore;
    if (member.state !== "InService" || member.health === "Unhealthy" || !isPastGrace) continue;
    if (!unhealthy.has(member.launched.instanceId)) continue;
    member.health = "Unhealthy";
    scaling.noticeHealth(group);
  }
}
