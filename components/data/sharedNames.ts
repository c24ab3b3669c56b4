/**
 * Where settings and credentials for the jobs of all teams are: the one place that who writes them
 * and who may read them have the names from.
 */

/** What the names of shared secrets and parameters begin with, the same in both regions. */
export function sharedNames(prefix: string): {
  readonly secrets: string;
  readonly parameters: string;
} {
  return { secrets: `${prefix}/shared/`, parameters: `/${prefix}/shared/` };
}

/** Shared secret with the key to the agents, which the deployment makes itself. */
export const agentKeySecret = "agent-ssh-key";
