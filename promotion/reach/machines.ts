import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from "@aws-sdk/client-auto-scaling";

/** The machines of an environment. */
export interface Machines {
  /** One that serves. @throws Error when none does */
  choose(): Promise<string>;
  /** Whether it still belongs to the group and runs. */
  isThere(instanceId: string): Promise<boolean>;
}

/** The machines of an Auto Scaling group. */
export function groupMachines(region: string, group: string): Machines {
  const client = new AutoScalingClient({ region });
  const inService = async (): Promise<string[]> => {
    const { AutoScalingGroups } = await client.send(
      new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [group] }),
      { abortSignal: AbortSignal.timeout(10_000) },
    );
    const [found] = AutoScalingGroups ?? [];
    if (found === undefined)
      throw new Error(
        `There is no Auto Scaling group ${group} in ${region}: is the stack deployed?`,
      );
    return (found.Instances ?? [])
      .filter(({ LifecycleState }) => LifecycleState === "InService")
      .flatMap(({ InstanceId }) => InstanceId ?? [])
      .sort();
  };
  return {
    choose: async () => {
      const [first] = await inService();
      if (first !== undefined) return first;
      throw new Error(
        `The Auto Scaling group ${group} has no machine in service, and prod is reached by one: ` +
          "wait for one, or raise the group's desired capacity.",
      );
    },
    isThere: async (instanceId) => (await inService()).includes(instanceId),
  };
}
