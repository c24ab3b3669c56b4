import type { GroupState, TeamCount } from "../model";
import { type FailoverPlan, groupName } from "../plan";
import { isSilence } from "../silence";
import { type Attempts, batches, classify, type Clients, limited, notFound } from "./clients";

/** Names that one DescribeAutoScalingGroups takes and returns on one page. */
const namesPerCall = 100;

/** Updates at the same time; Auto Scaling throttles an account that sends hundreds at once. */
const updatesAtOnce = 10;

type Group = import("@aws-sdk/client-auto-scaling").AutoScalingGroup;

/**
 * Reads the controllers' groups of one region, a hundred per call. The first call goes alone: a region
 * that does not answer is found out with it.
 */
export async function describeGroups(
  clients: Clients,
  plan: FailoverPlan,
  region: string,
): Promise<Group[]> {
  const names = plan.teams
    .filter(({ pair }) => pair !== true)
    .map(({ team }) => groupName(plan.prefix, team));
  const [first, ...rest] = batches(names, namesPerCall);
  // Asked for no name AWS would answer with every group that there is.
  if (first === undefined) return [];
  const attempts = region === plan.activeRegion ? 1 : 2;
  const known = await describeBatch(clients.autoScaling(region, attempts), first);
  const others = await Promise.all(
    rest.map((batch) => describeBatch(clients.autoScaling(region), batch)),
  ).catch((error: unknown) => {
    throw answeredInPart(region, error);
  });
  const groups = [known, ...others].flat();
  const missing = names.filter((name) => !groups.some((g) => g.AutoScalingGroupName === name));
  // A fence around groups that nobody sees would be confirmed by their absence.
  if (missing.length > 0) throw notFound(`Auto Scaling group ${missing.join(", ")} in ${region}`);
  return groups;
}

/** A region that answered one of several questions is not silent (S3), however the others ended. */
function answeredInPart(region: string, error: unknown): unknown {
  if (!isSilence(classify(error))) return error;
  const { name, message } = error as Error;
  const partial = new Error(`${region} answered for some groups only: ${name}: ${message}`);
  partial.name = "AnsweredInPart";
  return partial;
}

async function describeBatch(
  client: ReturnType<Clients["autoScaling"]>,
  names: readonly string[],
): Promise<readonly Group[]> {
  const { DescribeAutoScalingGroupsCommand } = sdk();
  const { AutoScalingGroups } = await client.send(
    new DescribeAutoScalingGroupsCommand({
      AutoScalingGroupNames: [...names],
      MaxRecords: namesPerCall,
    }),
    limited(),
  );
  return AutoScalingGroups ?? [];
}

export function stateOf(group: Group): GroupState {
  const instances = group.Instances ?? [];
  return {
    name: group.AutoScalingGroupName ?? "",
    min: group.MinSize ?? 0,
    max: group.MaxSize ?? 0,
    desired: group.DesiredCapacity ?? 0,
    instances: instances.length,
    inService: instances.filter(({ LifecycleState }) => LifecycleState === "InService").length,
    launchSuspended: (group.SuspendedProcesses ?? []).some((p) => p.ProcessName === "Launch"),
  };
}

/** The control plane's view of health: teams with an instance in service that passes its checks. */
export function countHealthy(groups: readonly Group[]): TeamCount {
  const healthy = groups.filter((group) =>
    (group.Instances ?? []).some(
      ({ LifecycleState, HealthStatus }) =>
        LifecycleState === "InService" && HealthStatus === "Healthy",
    ),
  );
  return { teams: groups.length, healthy: healthy.length };
}

/**
 * Empties groups. The first answers alone: a region that does not answer is found out with one
 * request instead of a thousand.
 */
export async function fenceGroups(
  clients: Clients,
  region: string,
  names: readonly string[],
): Promise<void> {
  const { SuspendProcessesCommand, UpdateAutoScalingGroupCommand } = sdk();
  await oneThenAll(names, async (AutoScalingGroupName, attempts) => {
    const client = clients.autoScaling(region, attempts);
    // First no launch, then no instance: the other way round one could still start in between.
    const processes = { AutoScalingGroupName, ScalingProcesses: ["Launch"] };
    await client.send(new SuspendProcessesCommand(processes), limited());
    const zero = { MinSize: 0, MaxSize: 0, DesiredCapacity: 0 };
    const empty = new UpdateAutoScalingGroupCommand({ AutoScalingGroupName, ...zero });
    await client.send(empty, limited());
  });
}

/** Serving sizes; first undoes the fence of those whose Launch is suspended. */
export async function releaseGroups(
  clients: Clients,
  region: string,
  names: readonly string[],
  suspended: readonly string[],
  plan: FailoverPlan,
): Promise<void> {
  const { ResumeProcessesCommand } = sdk();
  await oneThenAll(suspended, async (AutoScalingGroupName, attempts) => {
    const client = clients.autoScaling(region, region === plan.activeRegion ? attempts : 2);
    const processes = { AutoScalingGroupName, ScalingProcesses: ["Launch"] };
    await client.send(new ResumeProcessesCommand(processes), limited());
  });
  await resizeGroups(clients, region, names, plan, "serving");
}

/** Serving sizes or zero. */
export async function resizeGroups(
  clients: Clients,
  region: string,
  names: readonly string[],
  plan: FailoverPlan,
  to: "serving" | "zero",
): Promise<void> {
  const { UpdateAutoScalingGroupCommand } = sdk();
  const teams = new Map(plan.teams.map((team) => [groupName(plan.prefix, team.team), team]));
  const client = clients.autoScaling(region);
  await oneThenAll(names, async (AutoScalingGroupName) => {
    const serving = teams.get(AutoScalingGroupName)?.serving;
    if (serving === undefined) throw notFound(`The team of group ${AutoScalingGroupName}`);
    const { min, max, desired } = to === "zero" ? { min: 0, max: 0, desired: 0 } : serving;
    const sizes = { MinSize: min, MaxSize: max, DesiredCapacity: desired };
    const resize = new UpdateAutoScalingGroupCommand({ AutoScalingGroupName, ...sizes });
    await client.send(resize, limited());
  });
}

/**
 * One request, tried once where the region may be dead, decides whether the rest is worth sending;
 * each group's failure leaves the others.
 */
async function oneThenAll(
  names: readonly string[],
  each: (name: string, attempts: Attempts) => Promise<void>,
): Promise<void> {
  const [first, ...rest] = names;
  if (first === undefined) return;
  await each(first, 1);
  const failed: unknown[] = [];
  for (const batch of batches(rest, updatesAtOnce)) {
    const outcomes = await Promise.allSettled(batch.map((name) => each(name, 2)));
    for (const outcome of outcomes) if (outcome.status === "rejected") failed.push(outcome.reason);
  }
  if (failed.length > 0) throw failed[0];
}

function sdk(): typeof import("@aws-sdk/client-auto-scaling") {
  return require("@aws-sdk/client-auto-scaling") as typeof import("@aws-sdk/client-auto-scaling");
}
