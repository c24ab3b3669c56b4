/**
 * Tags by which the machines of a pair are found: by the failover, which fences and starts them, and
 * by IAM, which lets each machine act on its peer alone.
 */
export const pairTags = {
  /** Physical name of the pair. */
  pair: "pilot-light-pair",
  /** `1` or `2`. */
  machine: "pilot-light-machine",
  /** `suspended` while a fence is up: then no peer may start the machine either. */
  launch: "pilot-light-launch",
} as const;

/** Values of the tag `launch`. */
export const launchTag = { allowed: "allowed", suspended: "suspended" } as const;

/** Physical name of a team's pair of controller machines, the same in both regions. */
export function pairName(prefix: string, team: string): string {
  return `${prefix}-${team}-pair`;
}
