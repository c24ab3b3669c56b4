import type { Goal } from "./goal";
import type { Deployment } from "./deployment";
import type { ResourceState } from "./stackState";

/** What a resource became, beyond what was asked. */
type Made = Pick<ResourceState, "inputs" | "outputs"> &
  Partial<Pick<ResourceState, "id" | "provider" | "deletedWith" | "additionalSecretOutputs">>;

/** The state of a resource of this program: what was asked of it, and what it became. */
export function stateOf(goal: Goal, made: Made): ResourceState {
  return {
    urn: goal.urn,
    type: goal.type,
    custom: goal.custom,
    ...(goal.parent === undefined ? {} : { parent: goal.parent }),
    protect: goal.protect,
    retainOnDelete: goal.retainOnDelete,
    external: false,
    pendingDelete: false,
    dependencies: goal.dependencies,
    propertyDependencies: goal.propertyDependencies,
    additionalSecretOutputs: goal.additionalSecretOutputs,
    timeouts: goal.timeouts,
    initErrors: [],
    ...made,
  };
}

/** The resource of earlier runs, also under one of its former URNs; renames it in the state. */
export function takeOldState(deployment: Deployment, goal: Goal): ResourceState | undefined {
  if (deployment.deletedAhead.has(goal.urn)) return undefined;
  const found = deployment.state.get(goal.urn);
  if (found !== undefined) return found.external ? undefined : found;
  for (const alias of goal.aliasUrns) {
    const former = deployment.state.get(alias);
    if (former === undefined || deployment.claimed.has(alias)) continue;
    deployment.renamed.add(alias);
    if (!deployment.dryRun) {
      deployment.state.put({ ...former, urn: goal.urn });
      deployment.state.remove(former);
    }
    return { ...former, urn: goal.urn };
  }
  return undefined;
}
