import type {
  CreateAutoScalingGroupCommandInput,
  DeleteAutoScalingGroupCommandInput,
  DescribeAutoScalingGroupsCommandInput,
  DescribeScalingActivitiesCommandInput,
  Filter,
  ScalingProcessQuery,
  SetDesiredCapacityCommandInput,
  UpdateAutoScalingGroupCommandInput,
} from "@aws-sdk/client-auto-scaling";
import type { BehaviourContext } from "../../behaviour";
import { AwsError } from "../../wire/awsError";
import { Group } from "./group";
import { validation, type Groups, type Operations } from "./groups";
import { zonesOf } from "./machines";
import { page } from "./pages";
import type { Scaling } from "./scaling";
import { putTag } from "./settingOperations";

/** Processes that SuspendProcesses and ResumeProcesses mean when none is named. */
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

interface Sizes {
  readonly MinSize: number;
  readonly MaxSize: number;
  readonly DesiredCapacity: number;
}

/** Operations on groups as a whole: their life, their sizes, their suspended processes. */
export function groupOperations(
  groups: Groups,
  scaling: Scaling,
  context: BehaviourContext,
): Operations {
  return {
    CreateAutoScalingGroup: (input: CreateAutoScalingGroupCommandInput, region) =>
      create(input, region),
    UpdateAutoScalingGroup(input: UpdateAutoScalingGroupCommandInput, region) {
      const group = groups.get(input, region);
      const { MinSize, MaxSize, DesiredCapacity, ...rest } = input;
      resize(group, { MinSize, MaxSize, DesiredCapacity });
      Object.assign(group.settings, rest);
    },
    SetDesiredCapacity(input: SetDesiredCapacityCommandInput, region) {
      resize(groups.get(input, region), { DesiredCapacity: input.DesiredCapacity });
    },
    DeleteAutoScalingGroup(input: DeleteAutoScalingGroupCommandInput, region) {
      remove(groups.get(input, region), input.ForceDelete ?? false);
    },
    DescribeAutoScalingGroups: (input: DescribeAutoScalingGroupsCommandInput, region) =>
      describe(input, groups.inRegion(region)),
    DescribeScalingActivities: (input: DescribeScalingActivitiesCommandInput, region) => ({
      Activities: groups
        .some(input.AutoScalingGroupName, region)
        .flatMap((group) => group.activities)
        .slice(0, input.MaxRecords ?? 100),
    }),
    SuspendProcesses(input: ScalingProcessQuery, region) {
      const { suspended } = groups.get(input, region);
      const since = context.clock.date().toISOString();
      for (const process of processes(input)) suspended.set(process, `User suspended at ${since}`);
    },
    ResumeProcesses(input: ScalingProcessQuery, region) {
      const group = groups.get(input, region);
      for (const process of processes(input)) group.suspended.delete(process);
      scaling.nudge(group);
    },
  };

  async function create(input: CreateAutoScalingGroupCommandInput, region: string): Promise<void> {
    const name = input.AutoScalingGroupName ?? "";
    if (groups.has(name, region)) {
      throw new AwsError(
        "AlreadyExistsFault",
        `AutoScalingGroup by this name already exists - A group with the name ${name} already exists`,
      );
    }
    const MinSize = input.MinSize ?? 0;
    const sizes = {
      MinSize,
      MaxSize: input.MaxSize ?? 0,
      DesiredCapacity: input.DesiredCapacity ?? MinSize,
    };
    checkSizes(sizes);
    const group = new Group(region, name, { ...input, ...sizes }, context.clock.date());
    if (!group.launchTemplate()) throw validation("A group needs a launch template.");
    group.settings.AvailabilityZones = await zonesOf(group, context);
    groups.add(group);
    for (const tag of input.Tags ?? []) putTag(group, tag);
    for (const hook of input.LifecycleHookSpecificationList ?? []) {
      group.hooks.set(hook.LifecycleHookName ?? "", { AutoScalingGroupName: name, ...hook });
    }
    scaling.nudge(group);
  }

  /** AWS moves the desired capacity into new bounds unless the call names it too. */
  function resize(
    group: Group,
    change: { readonly [Size in keyof Sizes]?: number | undefined },
  ): void {
    const MinSize = change.MinSize ?? group.settings.MinSize;
    const MaxSize = change.MaxSize ?? group.settings.MaxSize;
    const inBounds = Math.min(Math.max(group.settings.DesiredCapacity, MinSize), MaxSize);
    const sizes = { MinSize, MaxSize, DesiredCapacity: change.DesiredCapacity ?? inBounds };
    checkSizes(sizes);
    Object.assign(group.settings, sizes);
    // A change asks for machines at once, also after a launch that failed.
    group.retryLaunchAt = 0;
    scaling.nudge(group);
  }

  function remove(group: Group, force: boolean): void {
    if (group.members.length > 0 && !force) {
      throw new AwsError(
        "ResourceInUseFault",
        "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.",
      );
    }
    // Also without members: a launch may be under way.
    group.deleting = true;
    if (group.members.length === 0) {
      groups.remove(group);
      return;
    }
    group.suspended.clear();
    for (const member of group.members) member.protectedFromScaleIn = false;
    scaling.nudge(group);
  }
}

function describe(input: DescribeAutoScalingGroupsCommandInput, all: readonly Group[]): object {
  const names = input.AutoScalingGroupNames ?? [];
  const limit = input.MaxRecords ?? 50;
  if (names.length > limit) {
    throw validation(
      `${names.length} AutoScalingGroupNames exceed MaxRecords (${limit}); raise it (at most 100) or ask in batches.`,
    );
  }
  const found = all.filter(
    (group) =>
      (names.length === 0 || names.includes(group.name)) &&
      (input.Filters ?? []).every((filter) => meetsFilter(group, filter)),
  );
  const { items, next } = page(found, input);
  return { AutoScalingGroups: items.map((group) => group.describe()), ...next };
}

function processes(input: ScalingProcessQuery): readonly string[] {
  const names = input.ScalingProcesses ?? [];
  return names.length > 0 ? names : allProcesses;
}

function checkSizes({ MinSize, MaxSize, DesiredCapacity }: Sizes): void {
  if (MinSize < 0 || MinSize > MaxSize) {
    throw validation(`Min size (${MinSize}) must lie between 0 and max size (${MaxSize}).`);
  }
  if (DesiredCapacity < MinSize || DesiredCapacity > MaxSize) {
    throw validation(
      `Desired capacity:${DesiredCapacity} must be between the specified min size:${MinSize} and max size:${MaxSize}`,
    );
  }
}

function meetsFilter(group: Group, { Name = "", Values = [] }: Filter): boolean {
  if (Name === "tag-key") return Values.some((key) => group.tags.has(key));
  if (Name === "tag-value") {
    return [...group.tags.values()].some(({ Value }) => Values.includes(Value ?? ""));
  }
  if (Name.startsWith("tag:")) {
    const tag = group.tags.get(Name.slice("tag:".length));
    return tag !== undefined && Values.includes(tag.Value ?? "");
  }
  throw validation(`Invalid filter name: ${Name}`);
}
