import { changedKeys } from "../propertyValue";
import { parseUrn, providerPackage } from "../urn";
import type { Deployment } from "./deployment";
import type { Providers } from "./providers";
import type { ResourceState } from "./stackState";

/** Reads every resource of the state and takes over what is found; what is gone is forgotten. */
export async function refreshResources(
  deployment: Deployment,
  providers: Providers,
): Promise<void> {
  const { state } = deployment;
  await Promise.all(
    state.all().map(async (resource) => {
      const isRead =
        resource.custom && !resource.external && providerPackage(resource.type) === undefined;
      if (isRead) await refreshOne(deployment, providers, resource);
      else deployment.finished("same", resource);
    }),
  );
  forgetDependenciesOnTheGone(deployment);
}

async function refreshOne(
  deployment: Deployment,
  providers: Providers,
  resource: ResourceState,
): Promise<void> {
  const { client } = await providers.forState(resource);
  const { type, name } = parseUrn(resource.urn);
  const { urn, id = "", inputs, outputs } = resource;
  const read = await deployment.change(() =>
    client.read({ urn, type, name }, id, inputs, outputs).catch((error: unknown) => {
      throw new Error(`Reading ${name} (${type}) failed: ${(error as Error).message}`);
    }),
  );
  if (read.id === "") {
    deployment.state.remove(resource);
    deployment.finished("delete", resource);
    return;
  }
  const diff = changedKeys(outputs, read.outputs);
  deployment.state.put({ ...resource, outputs: read.outputs, inputs: read.inputs ?? inputs });
  deployment.finished(diff.length > 0 ? "update" : "same", resource, { diff });
}

/** A resource that was made from one that is gone must not wait for it when it is deleted. */
function forgetDependenciesOnTheGone({ state }: Deployment): void {
  const existing = new Set(state.all().map(({ urn }) => urn));
  const still = (urns: readonly string[]) => urns.filter((urn) => existing.has(urn));
  for (const resource of state.all()) {
    const propertyDependencies = Object.fromEntries(
      Object.entries(resource.propertyDependencies).map(([key, urns]) => [key, still(urns)]),
    );
    state.put({ ...resource, dependencies: still(resource.dependencies), propertyDependencies });
  }
}
