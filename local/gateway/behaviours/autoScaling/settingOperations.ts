import type {
  AttachLoadBalancerTargetGroupsCommandInput,
  CreateOrUpdateTagsCommandInput,
  DeleteLifecycleHookCommandInput,
  DeletePolicyCommandInput,
  DeleteTagsCommandInput,
  DescribeLifecycleHooksCommandInput,
  DescribeLoadBalancerTargetGroupsCommandInput,
  DescribePoliciesCommandInput,
  DescribeTagsCommandInput,
  DetachLoadBalancerTargetGroupsCommandInput,
  DisableMetricsCollectionCommandInput,
  EnableMetricsCollectionCommandInput,
  PutLifecycleHookCommandInput,
  PutScalingPolicyCommandInput,
  Tag,
} from "@aws-sdk/client-auto-scaling";
import type { BehaviourContext } from "../../behaviour";
import { accountId } from "../accountId";
import type { Group } from "./group";
import type { Groups, Operations } from "./groups";
import { setRegistered } from "./machines";
import { page } from "./pages";

/** Operations on what belongs to a group: hooks, policies, tags, metrics, target groups. */
export function settingOperations(groups: Groups, context: BehaviourContext): Operations {
  return {
    ...hookOperations(groups),
    ...policyOperations(groups),
    ...tagOperations(groups),
    EnableMetricsCollection(input: EnableMetricsCollectionCommandInput, region) {
      const { metrics } = groups.get(input, region);
      for (const name of input.Metrics ?? []) metrics.set(name, input.Granularity ?? "1Minute");
    },
    DisableMetricsCollection(input: DisableMetricsCollectionCommandInput, region) {
      const { metrics } = groups.get(input, region);
      for (const name of input.Metrics ?? [...metrics.keys()]) metrics.delete(name);
    },
    async AttachLoadBalancerTargetGroups(
      input: AttachLoadBalancerTargetGroupsCommandInput,
      region,
    ) {
      const group = groups.get(input, region);
      const added = (input.TargetGroupARNs ?? []).filter(
        (arn) => !group.targetGroupArns.includes(arn),
      );
      group.targetGroupArns.push(...added);
      await registerServing(group, added, true);
    },
    async DetachLoadBalancerTargetGroups(
      input: DetachLoadBalancerTargetGroupsCommandInput,
      region,
    ) {
      const group = groups.get(input, region);
      const removed = input.TargetGroupARNs ?? [];
      group.targetGroupArns = group.targetGroupArns.filter((arn) => !removed.includes(arn));
      await registerServing(group, removed, false);
    },
    DescribeLoadBalancerTargetGroups: (
      input: DescribeLoadBalancerTargetGroupsCommandInput,
      region,
    ) => ({
      LoadBalancerTargetGroups: groups.get(input, region).targetGroupArns.map((arn) => ({
        LoadBalancerTargetGroupARN: arn,
        State: "InService",
      })),
    }),
  };

  async function registerServing(
    group: Group,
    arns: readonly string[],
    registered: boolean,
  ): Promise<void> {
    for (const member of group.members) {
      if (member.state !== "InService") continue;
      await setRegistered(group.region, member, { arns, registered }, context);
    }
  }
}

/** Adds or changes one tag of the group. */
export function putTag(group: Group, tag: Tag): void {
  group.tags.set(tag.Key ?? "", {
    Key: tag.Key,
    Value: tag.Value ?? "",
    PropagateAtLaunch: tag.PropagateAtLaunch ?? false,
    ResourceId: group.name,
    ResourceType: "auto-scaling-group",
  });
}

function hookOperations(groups: Groups): Operations {
  return {
    PutLifecycleHook(input: PutLifecycleHookCommandInput, region) {
      groups.get(input, region).hooks.set(input.LifecycleHookName ?? "", {
        GlobalTimeout: 172_800,
        HeartbeatTimeout: 3600,
        DefaultResult: "ABANDON",
        ...input,
      });
    },
    DescribeLifecycleHooks: (input: DescribeLifecycleHooksCommandInput, region) => ({
      LifecycleHooks: [...groups.get(input, region).hooks.values()].filter(
        ({ LifecycleHookName }) =>
          input.LifecycleHookNames?.includes(LifecycleHookName ?? "") ?? true,
      ),
    }),
    DeleteLifecycleHook(input: DeleteLifecycleHookCommandInput, region) {
      groups.get(input, region).hooks.delete(input.LifecycleHookName ?? "");
    },
  };
}

/** Policies are kept and shown; nothing evaluates them, so they have no alarms of their own. */
function policyOperations(groups: Groups): Operations {
  return {
    PutScalingPolicy(input: PutScalingPolicyCommandInput, region) {
      const group = groups.get(input, region);
      const name = input.PolicyName ?? "";
      const PolicyARN = `arn:aws:autoscaling:${region}:${accountId}:scalingPolicy:00000000-0000-4000-8000-000000000000:autoScalingGroupName/${group.name}:policyName/${name}`;
      group.policies.set(name, { Enabled: true, ...input, PolicyARN, Alarms: [] });
      return { PolicyARN, Alarms: [] };
    },
    DescribePolicies: (input: DescribePoliciesCommandInput, region) => ({
      ScalingPolicies: groups
        .some(input.AutoScalingGroupName, region)
        .flatMap((group) => [...group.policies.values()])
        .filter(({ PolicyName }) => input.PolicyNames?.includes(PolicyName ?? "") ?? true),
    }),
    DeletePolicy(input: DeletePolicyCommandInput, region) {
      // Given by name or by ARN.
      const name = input.PolicyName?.split("policyName/").pop() ?? "";
      for (const group of groups.some(input.AutoScalingGroupName, region)) {
        group.policies.delete(name);
      }
    },
  };
}

function tagOperations(groups: Groups): Operations {
  const tagged = (tag: Tag, region: string): Group =>
    groups.get({ AutoScalingGroupName: tag.ResourceId }, region);
  return {
    CreateOrUpdateTags(input: CreateOrUpdateTagsCommandInput, region) {
      for (const tag of input.Tags ?? []) putTag(tagged(tag, region), tag);
    },
    DeleteTags(input: DeleteTagsCommandInput, region) {
      for (const tag of input.Tags ?? []) tagged(tag, region).tags.delete(tag.Key ?? "");
    },
    DescribeTags(input: DescribeTagsCommandInput, region) {
      const names = input.Filters?.find(({ Name }) => Name === "auto-scaling-group")?.Values;
      const tags = groups
        .inRegion(region)
        .filter(({ name }) => names?.includes(name) ?? true)
        .flatMap((group) => [...group.tags.values()]);
      const { items, next } = page(tags, input);
      return { Tags: items, ...next };
    },
  };
}
