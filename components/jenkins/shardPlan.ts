/**
 * Which load balancer a team sits behind. A load balancer has 100 rules and 100 target groups by
 * default (both are quotas that AWS raises on request), so more teams need more load balancers.
 */

/** Teams behind one load balancer: ten below the quotas, for rules of our own and for migrations. */
export const teamsPerShard = 90;

/** Priorities 1 to 99 are kept for rules that every load balancer has; AWS accepts up to 50,000. */
export const firstTeamPriority = 100;
const priorities = 49_900;

/** Where one team sits. */
export interface Placement {
  readonly team: string;
  /** Index of the load balancer, from 0. */
  readonly shard: number;
  /** Priority of the team's host rule, unique within its load balancer. */
  readonly priority: number;
}

/**
 * Places every team. The answer follows from the *order* of the teams for the shard, so that adding
 * a team at the end of the configuration moves nobody, and from the *name* for the priority, so
 * that removing a team changes no other team's rule. A team that is inserted in the middle or
 * removed can move a team across a shard's border, which interrupts that team's connections for as
 * long as its rule takes to move; below 91 teams there is only one shard and nobody ever moves.
 */
export function placeTeams(teams: readonly string[]): readonly Placement[] {
  const repeated = teams.filter((team, index) => teams.indexOf(team) !== index);
  if (repeated.length > 0) {
    throw new Error(`teams must have different names, but these repeat: ${repeated.join(", ")}`);
  }
  const taken: Set<number>[] = [];
  return teams.map((team, index) => {
    const shard = Math.floor(index / teamsPerShard);
    const inShard = (taken[shard] ??= new Set());
    const priority = firstFree(preferredPriority(team), inShard);
    inShard.add(priority);
    return { team, shard, priority };
  });
}

/** How many load balancers there are; at least one, because a region without teams still answers. */
export function shardCount(teams: number): number {
  return Math.max(1, Math.ceil(teams / teamsPerShard));
}

/** FNV-1a, 32 bits: spreads short names well, and never changes with a version of anything. */
function preferredPriority(team: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < team.length; index++) {
    hash = Math.imul(hash ^ team.charCodeAt(index), 0x01000193) >>> 0;
  }
  return firstTeamPriority + (hash % priorities);
}

/** The next priority upwards, wrapping round: of two teams that collide the earlier one keeps its. */
function firstFree(preferred: number, taken: ReadonlySet<number>): number {
  let candidate = preferred;
  while (taken.has(candidate)) {
    candidate = firstTeamPriority + ((candidate - firstTeamPriority + 1) % priorities);
  }
  return candidate;
}
