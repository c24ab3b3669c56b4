import type {
  AttachLoadBalancerTargetGroupsCommandInput,
  CompleteLifecycleActionCommandInput,
  CreateAutoScalingGroupCommandInput,
  CreateOrUpdateTagsCommandInput,
  DeleteAutoScalingGroupCommandInput,
  DeleteLifecycleHookCommandInput,
  DeletePolicyCommandInput,
  DeleteTagsCommandInput,
  DescribeAutoScalingGroupsCommandInput,
  DescribeAutoScalingInstancesCommandInput,
  DescribeLifecycleHooksCommandInput,
  DescribePoliciesCommandInput,
  DescribeScalingActivitiesCommandInput,
  DescribeTagsCommandInput,
  DetachLoadBalancerTargetGroupsCommandInput,
  DisableMetricsCollectionCommandInput,
  EnableMetricsCollectionCommandInput,
  PutLifecycleHookCommandInput,
  PutNotificationConfigurationCommandInput,
  PutScalingPolicyCommandInput,
  Filter,
  ScalingProcessQuery,
  SetDesiredCapacityCommandInput,
  SetInstanceHealthCommandInput,
  SetInstanceProtectionCommandInput,
  Tag,
  TerminateInstanceInAutoScalingGroupCommandInput,
  UpdateAutoScalingGroupCommandInput,
} from "@aws-sdk/client-auto-scaling";
import type { AwsRequest, AwsResponse, Behaviour, BehaviourContext } from "../../behaviour";
import { answer } from "../../wire/answers";
import { AwsError, notModelled } from "../../wire/awsError";
import { describeMember, Group, type Member } from "./group";
import { setRegistered, zonesOf } from "./machines";
import { page } from "./pages";
import { Scaling } from "./scaling";

/** One API operation; what it returns is the operation's output. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each takes its own input type
type Operation = (input: any, region: string) => object | void | Promise<object | void>;

/** Processes that SuspendProcesses without names suspends. */
const allProcesses = [
  "Launch",
  "Terminate",
  "AddToLoadBalancer",
  "AlarmNotification",
  "AZRebalance",
  "HealthCheck",
  "InstanceRefresh",
  "ReplaceUnhealthy",
  "ScheduledActions",
];

/** How often Auto Scaling asks the load balancers for its machines' health, modelled milliseconds. */
const elbHealthPeriodMs = 30_000;

/**
 * EC2 Auto Scaling as a whole, because the emulator's has no time: machines are in service at once,
 * suspended processes and maintenance policies do nothing, unhealthy ones are never replaced, hooks
 * cannot be completed. Machines themselves are EC2 instances of the emulator. Scaling policies are
 * kept and shown; nothing evaluates them.
 *
 * Sources: Auto Scaling API reference and User Guide; details at each part.
 */
export class AutoScalingBehaviour implements Behaviour {
  readonly name = "Auto Scaling";
  readonly service = "autoscaling";
  readonly actions = ["*"];
  private readonly groups = new Map<string, Group>();
  private scaling: Scaling | undefined;
  private context: BehaviourContext | undefined;

  private readonly operations: Readonly<Record<string, Operation>> = {
    CreateAutoScalingGroup: (input: CreateAutoScalingGroupCommandInput, region) =>
      this.create(input, region),
    UpdateAutoScalingGroup: (input: UpdateAutoScalingGroupCommandInput, region) => {
      this.update(input, region);
    },
    SetDesiredCapacity: (input: SetDesiredCapacityCommandInput, region) => {
      this.resize(this.group(input, region), { DesiredCapacity: input.DesiredCapacity ?? 0 });
    },
    DeleteAutoScalingGroup: (input: DeleteAutoScalingGroupCommandInput, region) => {
      this.delete(input, region);
    },
    DescribeAutoScalingGroups: (input: DescribeAutoScalingGroupsCommandInput, region) =>
      this.describeGroups(input, region),
    DescribeAutoScalingInstances: (input: DescribeAutoScalingInstancesCommandInput, region) =>
      this.describeInstances(input, region),
    DescribeScalingActivities: (input: DescribeScalingActivitiesCommandInput, region) => ({
      Activities: this.some(input.AutoScalingGroupName, region).flatMap(
        (group) => group.activities,
      ),
    }),
    SuspendProcesses: (input: ScalingProcessQuery, region) => {
      const { suspended } = this.group(input, region);
      const since = this.ready().context.clock.date().toISOString();
      for (const process of processes(input)) suspended.set(process, `User suspended at ${since}`);
    },
    ResumeProcesses: (input: ScalingProcessQuery, region) => {
      const group = this.group(input, region);
      for (const process of processes(input)) group.suspended.delete(process);
      this.ready().scaling.nudge(group);
    },
    TerminateInstanceInAutoScalingGroup: (
      input: TerminateInstanceInAutoScalingGroupCommandInput,
      region,
    ) => this.terminateInstance(input, region),
    SetInstanceHealth: (input: SetInstanceHealthCommandInput, region) => {
      const { group, member } = this.member(input.InstanceId, region);
      member.health = input.HealthStatus === "Unhealthy" ? "Unhealthy" : "Healthy";
      this.noticeHealth(group);
    },
    SetInstanceProtection: (input: SetInstanceProtectionCommandInput, region) => {
      for (const id of input.InstanceIds ?? []) {
        this.member(id, region).member.protectedFromScaleIn = input.ProtectedFromScaleIn ?? false;
      }
    },
    PutLifecycleHook: (input: PutLifecycleHookCommandInput, region) => {
      this.group(input, region).hooks.set(input.LifecycleHookName ?? "", {
        GlobalTimeout: 172_800,
        HeartbeatTimeout: 3600,
        DefaultResult: "ABANDON",
        ...input,
      });
    },
    DescribeLifecycleHooks: (input: DescribeLifecycleHooksCommandInput, region) => ({
      LifecycleHooks: [...this.group(input, region).hooks.values()].filter(
        ({ LifecycleHookName }) =>
          input.LifecycleHookNames?.includes(LifecycleHookName ?? "") ?? true,
      ),
    }),
    DeleteLifecycleHook: (input: DeleteLifecycleHookCommandInput, region) => {
      this.group(input, region).hooks.delete(input.LifecycleHookName ?? "");
    },
    CompleteLifecycleAction: (input: CompleteLifecycleActionCommandInput, region) => {
      this.completeLifecycleAction(input, region);
    },
    AttachLoadBalancerTargetGroups: (input: AttachLoadBalancerTargetGroupsCommandInput, region) =>
      this.changeTargetGroups(this.group(input, region), { add: input.TargetGroupARNs ?? [] }),
    DetachLoadBalancerTargetGroups: (input: DetachLoadBalancerTargetGroupsCommandInput, region) =>
      this.changeTargetGroups(this.group(input, region), { remove: input.TargetGroupARNs ?? [] }),
    DescribeLoadBalancerTargetGroups: (input: { AutoScalingGroupName?: string }, region) => ({
      LoadBalancerTargetGroups: this.group(input, region).targetGroupArns.map((arn) => ({
        LoadBalancerTargetGroupARN: arn,
        State: "InService",
      })),
    }),
    PutScalingPolicy: (input: PutScalingPolicyCommandInput, region) =>
      this.putPolicy(input, region),
    DescribePolicies: (input: DescribePoliciesCommandInput, region) => ({
      ScalingPolicies: this.some(input.AutoScalingGroupName, region)
        .flatMap((group) => [...group.policies.values()])
        .filter(({ PolicyName }) => input.PolicyNames?.includes(PolicyName ?? "") ?? true),
    }),
    DeletePolicy: (input: DeletePolicyCommandInput, region) => {
      const name = input.PolicyName?.split("policyName/").pop() ?? "";
      for (const group of this.some(input.AutoScalingGroupName, region))
        group.policies.delete(name);
    },
    CreateOrUpdateTags: (input: CreateOrUpdateTagsCommandInput, region) => {
      for (const tag of input.Tags ?? []) this.putTag(tag, region);
    },
    DeleteTags: (input: DeleteTagsCommandInput, region) => {
      for (const tag of input.Tags ?? []) this.taggedGroup(tag, region).tags.delete(tag.Key ?? "");
    },
    DescribeTags: (input: DescribeTagsCommandInput, region) => this.describeTags(input, region),
    EnableMetricsCollection: (input: EnableMetricsCollectionCommandInput, region) => {
      const { metrics } = this.group(input, region);
      for (const name of input.Metrics ?? []) metrics.set(name, input.Granularity ?? "1Minute");
    },
    DisableMetricsCollection: (input: DisableMetricsCollectionCommandInput, region) => {
      const { metrics } = this.group(input, region);
      for (const name of input.Metrics ?? [...metrics.keys()]) metrics.delete(name);
    },
    PutNotificationConfiguration: (input: PutNotificationConfigurationCommandInput, region) => {
      const { notifications } = this.group(input, region);
      for (const NotificationType of input.NotificationTypes ?? []) {
        notifications.push({
          AutoScalingGroupName: input.AutoScalingGroupName,
          NotificationType,
          TopicARN: input.TopicARN,
        });
      }
    },
    DescribeNotificationConfigurations: (input: { AutoScalingGroupNames?: string[] }, region) => ({
      NotificationConfigurations: this.inRegion(region)
        .filter(({ name }) => input.AutoScalingGroupNames?.includes(name) ?? true)
        .flatMap(({ notifications }) => notifications),
    }),
    DescribeWarmPool: (input: { AutoScalingGroupName?: string }, region) => {
      this.group(input, region);
      return { Instances: [] };
    },
  };

  start(context: BehaviourContext): void {
    this.context = context;
    this.scaling = new Scaling(context, (group) => this.groups.delete(keyOf(group)));
    context.clock.every(elbHealthPeriodMs, () => {
      for (const group of this.groups.values()) this.checkLoadBalancerHealth(group);
    });
  }

  regionChanged(region: string, alive: boolean): void {
    for (const group of this.inRegion(region)) this.ready().scaling.regionChanged(group, alive);
  }

  async handle(request: AwsRequest): Promise<AwsResponse> {
    const operation = this.operations[request.action];
    if (!operation) throw notModelled(request, "Auto Scaling here has no such operation");
    return answer(request, (await operation(request.input, request.region)) ?? {});
  }

  private ready(): { context: BehaviourContext; scaling: Scaling } {
    const { context, scaling } = this;
    if (!context || !scaling) throw new Error("The Auto Scaling behaviour was not started.");
    return { context, scaling };
  }

  private async create(input: CreateAutoScalingGroupCommandInput, region: string): Promise<void> {
    const { context, scaling } = this.ready();
    const name = input.AutoScalingGroupName ?? "";
    if (this.groups.has(`${region} ${name}`)) {
      throw new AwsError(
        "AlreadyExistsFault",
        `AutoScalingGroup by this name already exists - ${name}`,
      );
    }
    const MinSize = input.MinSize ?? 0;
    const MaxSize = input.MaxSize ?? 0;
    const DesiredCapacity = input.DesiredCapacity ?? MinSize;
    checkSizes({ MinSize, MaxSize, DesiredCapacity });
    const group = new Group(
      region,
      name,
      { ...input, MinSize, MaxSize, DesiredCapacity },
      context.clock.date(),
    );
    if (!group.launchTemplate()) throw validation("A group needs a launch template.");
    group.settings.AvailabilityZones = await zonesOf(group, context);
    this.groups.set(keyOf(group), group);
    for (const tag of input.Tags ?? []) this.putTag({ ...tag, ResourceId: name }, region);
    for (const hook of input.LifecycleHookSpecificationList ?? []) {
      group.hooks.set(hook.LifecycleHookName ?? "", { AutoScalingGroupName: name, ...hook });
    }
    scaling.nudge(group);
  }

  private update(input: UpdateAutoScalingGroupCommandInput, region: string): void {
    const group = this.group(input, region);
    const { MinSize, MaxSize, DesiredCapacity, ...rest } = input;
    this.resize(group, { MinSize, MaxSize, DesiredCapacity });
    Object.assign(group.settings, withoutUndefined(rest));
  }

  /** AWS moves the desired capacity into new bounds unless the call names it too. */
  private resize(
    group: Group,
    sizes: Partial<Record<"MinSize" | "MaxSize" | "DesiredCapacity", number | undefined>>,
  ): void {
    const { settings } = group;
    const MinSize = sizes.MinSize ?? settings.MinSize;
    const MaxSize = sizes.MaxSize ?? settings.MaxSize;
    const DesiredCapacity =
      sizes.DesiredCapacity ?? Math.min(Math.max(settings.DesiredCapacity, MinSize), MaxSize);
    checkSizes({ MinSize, MaxSize, DesiredCapacity });
    Object.assign(settings, { MinSize, MaxSize, DesiredCapacity });
    // A change asks for machines at once, also after a launch that failed.
    group.retryLaunchAt = 0;
    this.ready().scaling.nudge(group);
  }

  private delete(input: DeleteAutoScalingGroupCommandInput, region: string): void {
    const group = this.group(input, region);
    if (group.members.length > 0 && !input.ForceDelete) {
      throw new AwsError(
        "ResourceInUseFault",
        "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.",
      );
    }
    // Also without members: a launch may be under way.
    group.deleting = true;
    if (group.members.length === 0) {
      this.groups.delete(keyOf(group));
      return;
    }
    group.suspended.clear();
    for (const member of group.members) member.protectedFromScaleIn = false;
    this.ready().scaling.nudge(group);
  }

  private describeGroups(input: DescribeAutoScalingGroupsCommandInput, region: string): object {
    const names = input.AutoScalingGroupNames ?? [];
    const limit = input.MaxRecords ?? 50;
    if (names.length > limit) {
      throw validation(
        `The number of AutoScalingGroupNames (${names.length}) exceeds ${limit}; raise MaxRecords (at most 100) or ask in batches.`,
      );
    }
    const found = this.inRegion(region).filter(
      (group) =>
        (names.length === 0 || names.includes(group.name)) &&
        (input.Filters ?? []).every((filter) => meetsFilter(group, filter)),
    );
    const { items, next } = page(found, input);
    return { AutoScalingGroups: items.map((group) => group.describe()), ...next };
  }

  private describeInstances(
    input: DescribeAutoScalingInstancesCommandInput,
    region: string,
  ): object {
    const all = this.inRegion(region).flatMap((group) =>
      group.members.map((member) => ({
        ...describeMember(member),
        AutoScalingGroupName: group.name,
      })),
    );
    const wanted = input.InstanceIds ?? [];
    const { items, next } = page(
      all.filter(({ InstanceId = "" }) => wanted.length === 0 || wanted.includes(InstanceId)),
      input,
    );
    // This operation, unlike the group's, shows the health in capitals.
    return {
      AutoScalingInstances: items.map((instance) => ({
        ...instance,
        HealthStatus: instance.HealthStatus?.toUpperCase(),
      })),
      ...next,
    };
  }

  private async terminateInstance(
    input: TerminateInstanceInAutoScalingGroupCommandInput,
    region: string,
  ): Promise<object> {
    const { group, member } = this.member(input.InstanceId, region);
    if (input.ShouldDecrementDesiredCapacity) {
      const smaller = group.settings.DesiredCapacity - 1;
      if (smaller < group.settings.MinSize) {
        throw validation(
          `Currently, desiredSize equals minSize (${group.settings.MinSize}). Terminating instance without replacement will violate group's min size constraint.`,
        );
      }
      group.settings.DesiredCapacity = smaller;
    } else {
      member.replaced = true;
    }
    const { scaling } = this.ready();
    // The answer comes at once; the machine's end takes its hook and its time.
    const ended = scaling.terminate(group, member, "a user asked for it");
    scaling.nudge(group);
    await Promise.race([ended, Promise.resolve()]);
    return { Activity: group.activities[0] };
  }

  private completeLifecycleAction(
    input: CompleteLifecycleActionCommandInput,
    region: string,
  ): void {
    const group = this.group(input, region);
    const member = group.members.find(({ launched }) => launched.instanceId === input.InstanceId);
    if (!member?.endWait) {
      throw validation(
        `No active Lifecycle Action found with instance ID ${input.InstanceId ?? "(none)"}`,
      );
    }
    member.endWait(input.LifecycleActionResult === "ABANDON" ? "ABANDON" : "CONTINUE");
  }

  private async changeTargetGroups(
    group: Group,
    change: { add?: readonly string[]; remove?: readonly string[] },
  ): Promise<void> {
    const { context } = this.ready();
    const serving = group.members.filter(({ state }) => state === "InService");
    const affected = new Group(group.region, group.name, group.settings, group.createdAt);
    affected.targetGroupArns = [...(change.add ?? change.remove ?? [])];
    for (const member of serving) {
      await setRegistered(affected, member, change.add !== undefined, context);
    }
    group.targetGroupArns = [
      ...group.targetGroupArns.filter((arn) => !affected.targetGroupArns.includes(arn)),
      ...(change.add ?? []),
    ];
  }

  private putPolicy(input: PutScalingPolicyCommandInput, region: string): object {
    const group = this.group(input, region);
    const name = input.PolicyName ?? "";
    const PolicyARN = `arn:aws:autoscaling:${region}:123456789012:scalingPolicy:00000000-0000-4000-8000-000000000000:autoScalingGroupName/${group.name}:policyName/${name}`;
    group.policies.set(name, { Enabled: true, ...input, PolicyARN, Alarms: [] });
    return { PolicyARN, Alarms: [] };
  }

  private putTag(tag: Tag, region: string): void {
    const group = this.taggedGroup(tag, region);
    group.tags.set(tag.Key ?? "", {
      Key: tag.Key,
      Value: tag.Value ?? "",
      PropagateAtLaunch: tag.PropagateAtLaunch ?? false,
      ResourceId: group.name,
      ResourceType: "auto-scaling-group",
    });
  }

  private taggedGroup(tag: Tag, region: string): Group {
    return this.group({ AutoScalingGroupName: tag.ResourceId }, region);
  }

  private describeTags(input: DescribeTagsCommandInput, region: string): object {
    const groups = input.Filters?.find(({ Name }) => Name === "auto-scaling-group")?.Values;
    const { items, next } = page(
      this.inRegion(region)
        .filter(({ name }) => groups?.includes(name) ?? true)
        .flatMap((group) => [...group.tags.values()]),
      input,
    );
    return { Tags: items, ...next };
  }

  /** A machine that its load balancer finds unhealthy after the grace period is to be replaced. */
  private checkLoadBalancerHealth(group: Group): void {
    const { context } = this.ready();
    if (group.settings.HealthCheckType !== "ELB" || group.suspended.has("HealthCheck")) return;
    if (!context.regionIsAlive(group.region)) return;
    const grace = (group.settings.HealthCheckGracePeriod ?? 0) * 1000;
    const unhealthy = new Set(
      group.targetGroupArns.flatMap(
        (arn) => context.world.targetHealth.unhealthyTargets?.(arn) ?? [],
      ),
    );
    for (const member of group.members) {
      const inService = member.inServiceSince ?? Infinity;
      if (member.state !== "InService" || context.clock.now() - inService < grace) continue;
      if (member.health === "Healthy" && unhealthy.has(member.launched.instanceId)) {
        member.health = "Unhealthy";
        this.noticeHealth(group);
      }
    }
  }

  private noticeHealth(group: Group): void {
    const { context, scaling } = this.ready();
    scaling.nudge(group, context.latencies.sample("asgHealthReaction", group.name));
  }

  private inRegion(region: string): Group[] {
    return [...this.groups.values()]
      .filter((group) => group.region === region)
      .sort((a, b) => a.name.localeCompare(b.name));
  }

  /** The named group, or all of the region. */
  private some(name: string | undefined, region: string): Group[] {
    return name === undefined
      ? this.inRegion(region)
      : [this.group({ AutoScalingGroupName: name }, region)];
  }

  private group(input: { AutoScalingGroupName?: string | undefined }, region: string): Group {
    const name = input.AutoScalingGroupName ?? "";
    const group = this.groups.get(`${region} ${name}`);
    if (!group) throw validation(`AutoScalingGroup name not found - null: ${name}`);
    return group;
  }

  private member(id: string | undefined, region: string): { group: Group; member: Member } {
    for (const group of this.inRegion(region)) {
      const member = group.members.find(({ launched }) => launched.instanceId === id);
      if (member) return { group, member };
    }
    throw validation(
      `Instance Id not found - No managed instance found for instance ID ${id ?? ""}`,
    );
  }
}

function keyOf(group: Group): string {
  return `${group.region} ${group.name}`;
}

function processes(input: ScalingProcessQuery): readonly string[] {
  const names = input.ScalingProcesses ?? [];
  return names.length > 0 ? names : allProcesses;
}

function checkSizes(sizes: { MinSize: number; MaxSize: number; DesiredCapacity: number }): void {
  const { MinSize, MaxSize, DesiredCapacity } = sizes;
  if (MinSize < 0 || MinSize > MaxSize) {
    throw validation(`Min size (${MinSize}) must lie between 0 and max size (${MaxSize}).`);
  }
  if (DesiredCapacity < MinSize || DesiredCapacity > MaxSize) {
    throw validation(
      `Desired capacity:${DesiredCapacity} must be between the specified min size:${MinSize} and max size:${MaxSize}`,
    );
  }
}

function meetsFilter(group: Group, filter: Filter): boolean {
  const values = filter.Values ?? [];
  const name = filter.Name ?? "";
  if (name === "tag-key") return values.some((key) => group.tags.has(key));
  if (name === "tag-value") {
    return [...group.tags.values()].some(({ Value }) => values.includes(Value ?? ""));
  }
  if (name.startsWith("tag:")) {
    return values.includes(group.tags.get(name.slice(4))?.Value ?? "\0");
  }
  throw validation(`Invalid filter name: ${name}`);
}

function validation(message: string): AwsError {
  return new AwsError("ValidationError", message);
}

function withoutUndefined<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(value).filter(([, member]) => member !== undefined),
  ) as Partial<T>;
}
