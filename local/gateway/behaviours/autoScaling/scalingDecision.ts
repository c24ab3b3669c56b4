import type { Group, Member } from "./group";

/** What a group has to do now. */
export interface ScalingDecision {
  /** How many machines to launch. */
  readonly launch: number;
  /** Machines to terminate because the capacity shrank. */
  readonly scaleIn: readonly Member[];
  /** Unhealthy machines to terminate; their successors come by a later decision. */
  readonly replace: readonly Member[];
}

/**
 * Decides by desired capacity, health, suspended processes and the instance maintenance policy.
 *
 * Sources: Auto Scaling User Guide, "Suspend and resume processes" (a suspended Launch stops every
 * launch, a suspended Terminate every termination, ReplaceUnhealthy needs both), "Instance
 * maintenance policies" (minimum 0 %: terminate first; maximum 100 %: no successor before its
 * predecessor is gone), "Default termination policy" (zone with most machines, then the oldest).
 */
export function decideScaling(group: Group, now: number): ScalingDecision {
  const mayLaunch = !group.suspended.has("Launch") && now >= group.retryLaunchAt;
  const mayTerminate = !group.suspended.has("Terminate");
  const mayReplace = mayLaunch && mayTerminate && !group.suspended.has("ReplaceUnhealthy");
  const desired = group.deleting ? 0 : group.settings.DesiredCapacity;
  const staying = group.staying();
  const sick = mayReplace ? staying.filter(({ health }) => health === "Unhealthy") : [];
  // Where successors come first, machines that are to be replaced do not count.
  const counted = launchesFirst(group) ? staying.filter((one) => !sick.includes(one)) : staying;
  const room = mostMachines(group) - group.members.length;
  const launch = mayLaunch ? Math.max(0, Math.min(desired - counted.length, room)) : 0;
  const scaleIn = mayTerminate ? victims(counted, counted.length - desired) : [];
  const replace = launchesFirst(group) ? spare(sick, counted, desired) : sick;
  return { launch, scaleIn, replace: replace.filter((member) => !scaleIn.includes(member)) };
}

/** With a policy of 100 % minimum a successor serves before its predecessor goes. */
function launchesFirst({ settings }: Group): boolean {
  return (settings.InstanceMaintenancePolicy?.MinHealthyPercentage ?? -1) >= 100;
}

/** Those of the sick machines that enough serving ones make up for. */
function spare(
  sick: readonly Member[],
  healthy: readonly Member[],
  desired: number,
): readonly Member[] {
  const serving = healthy.filter(({ state }) => state === "InService").length;
  return sick.slice(Math.max(0, desired - serving));
}

/** How many machines may exist at once, those that are being replaced included. */
function mostMachines({ settings, members }: Group): number {
  const percentage = settings.InstanceMaintenancePolicy?.MaxHealthyPercentage ?? -1;
  const scalingIn = members.filter(
    ({ state, replaced }) => state.startsWith("Terminating") && !replaced,
  ).length;
  if (percentage < 0) return Number.MAX_SAFE_INTEGER;
  return Math.max(1, Math.floor((settings.DesiredCapacity * percentage) / 100)) + scalingIn;
}

function victims(staying: readonly Member[], count: number): readonly Member[] {
  const remaining = staying.filter(({ protectedFromScaleIn }) => !protectedFromScaleIn);
  const chosen: Member[] = [];
  while (chosen.length < count && remaining.length > 0) {
    const crowded = Math.max(...remaining.map((member) => inZone(remaining, member)));
    const victim =
      remaining.find(({ health }) => health === "Unhealthy") ??
      remaining
        .filter((member) => inZone(remaining, member) === crowded)
        .reduce((oldest, member) => (member.launchedAt < oldest.launchedAt ? member : oldest));
    remaining.splice(remaining.indexOf(victim), 1);
    chosen.push(victim);
  }
  return chosen;
}

function inZone(members: readonly Member[], { launched }: Member): number {
  return members.filter((other) => other.launched.availabilityZone === launched.availabilityZone)
    .length;
}
