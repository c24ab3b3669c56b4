import { homeDirectories } from "./teamHomes";
import type { RegionRole } from "../deployment";
import type { Capacity, Team } from "./team";

/** What a team's group has where the team does not run. */
export const asleep: Capacity = { min: 0, desired: 0, max: 0 };

/** One writer at a time for everything but active-active, whatever the configuration says. */
export function isSingleWriter(team: Team): boolean {
  return team.strategy !== "active-active";
}

/** Whether two machines of their own stand by for each other, instead of a group. */
export function hasPair(team: Pick<Team, "strategy" | "standby">): boolean {
  return team.strategy === "active-passive" && team.standby === "warm";
}

/**
 * The sizes that a team's group has while its region serves. Of a pair both machines run; one of them
 * is enough to serve.
 */
export function servingSizes(team: Team): Capacity {
  if (hasPair(team)) return { min: 1, desired: 2, max: 2 };
  return isSingleWriter(team) ? { min: 1, desired: 1, max: 1 } : team.capacity;
}

/** The sizes that a team's group is first made with. */
export function initialSizes(team: Team, role: RegionRole): Capacity {
  return role === "active" ? servingSizes(team) : asleep;
}

/** The homes that a team's controllers may take: one, or one for each possible controller. */
export function homesOf(team: Team): readonly string[] {
  return homeDirectories([team]).map(({ name }) => name);
}

/** The name that users type. */
export function hostOf(team: Team, domain: string): string {
  return `${team.name}.${domain}`;
}
