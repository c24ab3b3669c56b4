import type {
  CompleteLifecycleActionCommandInput,
  DescribeAutoScalingInstancesCommandInput,
  SetInstanceHealthCommandInput,
  SetInstanceProtectionCommandInput,
  TerminateInstanceInAutoScalingGroupCommandInput,
} from "@aws-sdk/client-auto-scaling";
import { describeMember } from "./group";
import { validation, type Groups, type Operations } from "./groups";
import { page } from "./pages";
import type { Scaling } from "./scaling";

/** Operations on single machines of the groups. */
export function memberOperations(groups: Groups, scaling: Scaling): Operations {
  return {
    DescribeAutoScalingInstances: (input: DescribeAutoScalingInstancesCommandInput, region) =>
      describeInstances(groups, input, region),
    TerminateInstanceInAutoScalingGroup: (
      input: TerminateInstanceInAutoScalingGroupCommandInput,
      region,
    ) => terminate(groups, scaling, input, region),
    SetInstanceHealth(input: SetInstanceHealthCommandInput, region) {
      const { group, member } = groups.member(input.InstanceId, region);
      member.health = input.HealthStatus === "Unhealthy" ? "Unhealthy" : "Healthy";
      scaling.noticeHealth(group);
    },
    SetInstanceProtection(input: SetInstanceProtectionCommandInput, region) {
      for (const id of input.InstanceIds ?? []) {
        groups.member(id, region).member.protectedFromScaleIn = input.ProtectedFromScaleIn ?? false;
      }
    },
    CompleteLifecycleAction(input: CompleteLifecycleActionCommandInput, region) {
      const { members } = groups.get(input, region);
      const member = members.find(({ launched }) => launched.instanceId === input.InstanceId);
      if (!member?.endWait) {
        throw validation(
          `No active Lifecycle Action found with instance ID ${input.InstanceId ?? "(none)"}`,
        );
      }
      member.endWait(input.LifecycleActionResult === "ABANDON" ? "ABANDON" : "CONTINUE");
    },
  };
}

function describeInstances(
  groups: Groups,
  input: DescribeAutoScalingInstancesCommandInput,
  region: string,
): object {
  const wanted = input.InstanceIds ?? [];
  const all = groups.inRegion(region).flatMap((group) =>
    group.members.map((member) => ({
      ...describeMember(member),
      // This operation, unlike the group's, shows the health in capitals.
      HealthStatus: member.health.toUpperCase(),
      AutoScalingGroupName: group.name,
    })),
  );
  const { items, next } = page(
    all.filter(({ InstanceId = "" }) => wanted.length === 0 || wanted.includes(InstanceId)),
    input,
  );
  return { AutoScalingInstances: items, ...next };
}

/** The answer comes at once; the machine's end takes its hook and its time. */
function terminate(
  groups: Groups,
  scaling: Scaling,
  input: TerminateInstanceInAutoScalingGroupCommandInput,
  region: string,
): object {
  const { group, member } = groups.member(input.InstanceId, region);
  if (input.ShouldDecrementDesiredCapacity) {
    const { MinSize, DesiredCapacity } = group.settings;
    if (DesiredCapacity - 1 < MinSize) {
      throw validation(
        `Currently, desiredSize equals minSize (${MinSize}). Terminating instance without replacement will violate group's min size constraint.`,
      );
    }
    group.settings.DesiredCapacity -= 1;
  } else {
    member.replaced = true;
  }
  return { Activity: scaling.terminate(group, member, "a user asked for it") };
}
