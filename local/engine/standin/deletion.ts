import { mapMembers, unknownValue } from "../propertyValue";
import { parseUrn, providerPackage } from "../urn";
import type { Deployment } from "./deployment";
import { splitReference, type Providers } from "./providers";
import type { ResourceState } from "./stackState";

/** Everything that must outlive a resource's deletion, because the resource was made from it. */
export function foundationsOf(resource: ResourceState): string[] {
  const provider = splitReference(resource.provider ?? "").urn;
  return [
    ...resource.dependencies,
    ...Object.values(resource.propertyDependencies).flat(),
    ...[resource.parent, resource.deletedWith].filter((urn) => urn !== undefined),
    ...(provider === "" ? [] : [provider]),
  ];
}

/**
 * Deletes resources, each after everything that was made from it; independent ones at the same
 * time.
 * @throws Error naming every protected one before anything is deleted
 */
export async function deleteResources(
  deployment: Deployment,
  providers: Providers,
  resources: readonly ResourceState[],
  /** What is part of a replacement is told with the replacement, not as a deletion. */
  why: "deletion" | "part of a replacement" = "deletion",
): Promise<void> {
  refuseProtected(resources);
  const remaining = new Set(resources);
  const going = new Set(resources.map(({ urn }) => urn));
  const running = new Map<ResourceState, Promise<void>>();
  let failure: Error | undefined;
  while (remaining.size > 0) {
    const ready = failure === undefined ? readyToGo(remaining, running) : [];
    for (const resource of ready) {
      const done = deleteOne(deployment, providers, resource, going, why).then(
        () => void remaining.delete(resource),
        (error: unknown) => {
          failure ??= error as Error;
        },
      );
      running.set(
        resource,
        done.finally(() => running.delete(resource)),
      );
    }
    if (running.size === 0) break;
    await Promise.race(running.values());
  }
  if (failure !== undefined) throw failure;
  if (remaining.size > 0) {
    const urns = [...remaining].map(({ urn }) => urn).join(", ");
    throw new Error(`These resources depend on one another in a circle: ${urns}`);
  }
}

/** @throws Error with each protected resource's name and what to do */
function refuseProtected(resources: readonly ResourceState[]): void {
  const kept = resources.filter(({ protect, pendingDelete }) => protect && !pendingDelete);
  if (kept.length === 0) return;
  throw new Error(
    `${kept.length === 1 ? "A resource is" : `${kept.length} resources are`} protected and cannot be ` +
      `deleted; nothing was deleted:\n${kept.map(({ urn }) => `  ${urn}`).join("\n")}\n` +
      `Take "protect" off in the program and run up before, if the data may be lost.`,
  );
}

function readyToGo(
  remaining: ReadonlySet<ResourceState>,
  running: ReadonlyMap<ResourceState, unknown>,
): ResourceState[] {
  const needed = new Set<string>();
  for (const resource of remaining) {
    for (const urn of foundationsOf(resource)) needed.add(urn);
  }
  return [...remaining].filter((resource) => !running.has(resource) && !needed.has(resource.urn));
}

async function deleteOne(
  deployment: Deployment,
  providers: Providers,
  resource: ResourceState,
  going: ReadonlySet<string>,
  why: "deletion" | "part of a replacement",
): Promise<void> {
  const told = why === "deletion" && !resource.pendingDelete && !resource.external;
  if (told) deployment.started("delete", resource.urn);
  if (!deployment.dryRun) {
    await deployment.change(async () => {
      if (needsCall(resource, going)) await callDelete(deployment, providers, resource);
      deployment.state.remove(resource);
    });
  }
  if (told) deployment.finished("delete", resource);
}

function needsCall(resource: ResourceState, going: ReadonlySet<string>): boolean {
  const { custom, external, retainOnDelete, deletedWith, type } = resource;
  if (!custom || external || retainOnDelete || providerPackage(type) !== undefined) return false;
  return deletedWith === undefined || !going.has(deletedWith);
}

async function callDelete(
  deployment: Deployment,
  providers: Providers,
  resource: ResourceState,
): Promise<void> {
  const { client } = await providers.forState(resource);
  const { type, name } = parseUrn(resource.urn);
  deployment.state.begin({ urn: resource.urn, call: "delete" });
  try {
    const { urn, id = "", timeouts } = resource;
    await client.delete({ urn, type, name }, id, resource, timeouts.delete);
  } catch (error) {
    deployment.state.failed(resource.urn);
    throw new Error(`Deleting ${name} (${type}) failed: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/**
 * Deletes a resource that must go before its replacement can come, and before it everything that
 * would have to be replaced with it.
 */
export async function deleteAhead(
  deployment: Deployment,
  providers: Providers,
  resource: ResourceState,
): Promise<void> {
  const going = [resource];
  for (const candidate of deployment.state.all()) {
    if (candidate === resource || candidate.pendingDelete || !candidate.custom) continue;
    if (await mustGoToo(deployment, providers, candidate, going)) going.push(candidate);
  }
  for (const { urn } of going.slice(1)) deployment.deletedAhead.add(urn);
  // Told as part of the replacement, each when its turn to be made again comes.
  await deleteResources(deployment, providers, going, "part of a replacement");
}

/** True if the candidate would be replaced once what it takes from `going` changes. */
async function mustGoToo(
  deployment: Deployment,
  providers: Providers,
  candidate: ResourceState,
  going: readonly ResourceState[],
): Promise<boolean> {
  const urns = new Set(going.map(({ urn }) => urn));
  const { propertyDependencies, inputs, id = "", urn } = candidate;
  const affected = Object.keys(propertyDependencies).filter((key) =>
    propertyDependencies[key]?.some((dependency) => urns.has(dependency)),
  );
  if (affected.length === 0 || candidate.external) return false;
  if (deployment.current.has(urn)) return false;
  const { client } = await providers.forState(candidate);
  const changed = mapMembers(inputs, (value, key) =>
    affected.includes(key) ? unknownValue : value,
  );
  const { type, name } = parseUrn(urn);
  const diff = await client.diff({ urn, type, name }, id, candidate, changed, []);
  return diff.replaces.length > 0;
}
