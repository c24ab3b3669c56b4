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
  const desired = group.deleting ? 0 : group.settings.DesiredCapacity;
  const staying = group.staying();
  const surplus = staying.length - desired;
  if (surplus > 0) {
    return { launch: 0, replace: [], scaleIn: mayTerminate ? victims(staying, surplus) : [] };
  }
  const unhealthy = staying.filter(({ health }) => health === "Unhealthy");
  const replaces =
    unhealthy.length > 0 && mayTerminate && mayLaunch && !group.suspended.has("ReplaceUnhealthy");
  const room = mostMachines(group) - group.members.length;
  const launchFirst = replaces && launchesFirst(group) ? unhealthy.length : 0;
  const missing = -surplus + launchFirst;
  const launch = mayLaunch ? Math.max(0, Math.min(missing, room)) : 0;
  return { launch, scaleIn: [], replace: replaces ? replaceable(group, unhealthy) : [] };
}

function launchesFirst({ settings }: Group): boolean {
  return (settings.InstanceMaintenancePolicy?.MinHealthyPercentage ?? -1) >= 100;
}

/** With a policy of 100 % minimum an unhealthy machine goes once its successor serves. */
function replaceable(group: Group, unhealthy: readonly Member[]): readonly Member[] {
  if (!launchesFirst(group)) return unhealthy;
  const serving = group
    .staying()
    .filter(({ state, health }) => state === "InService" && health === "Healthy").length;
  const spare = Math.max(0, serving + unhealthy.length - group.settings.DesiredCapacity);
  return unhealthy.slice(0, spare);
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
    const victim = [...remaining].sort(
      (a, b) => inZone(remaining, b) - inZone(remaining, a) || a.launchedAt - b.launchedAt,
    )[0];
    if (!victim) break;
    remaining.splice(remaining.indexOf(victim), 1);
    chosen.push(victim);
  }
  return chosen;
}

function inZone(members: readonly Member[], { launched }: Member): number {
  return members.filter((other) => other.launched.availabilityZone === launched.availabilityZone)
    .length;
}
