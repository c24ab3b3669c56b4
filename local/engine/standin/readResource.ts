import type { ReadResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import { containsUnknown, unknownValue, type PropertyMap } from "../propertyValue";
import { stackReferenceType } from "../urn";
import type { Deployment } from "./deployment";
import { fromStruct } from "./grpcCalls";
import type { Providers } from "./providers";
import { readStackReference } from "./stackReference";
import type { ResourceState } from "./stackState";

interface Found {
  readonly outputs: PropertyMap;
  /** Reference of the provider that was asked; empty for stack references, which need none. */
  readonly provider: string;
}

/**
 * The state of a resource that the program reads instead of making it.
 * @throws Error if there is no such resource
 */
export async function stateRead(
  deployment: Deployment,
  providers: Providers,
  request: ReadResourceRequest,
  urn: string,
): Promise<ResourceState> {
  const inputs = fromStruct(request.getProperties());
  const { outputs, provider } = await found(deployment, providers, request, urn, inputs);
  const parent = request.getParent();
  return {
    urn,
    type: request.getType(),
    custom: true,
    id: request.getId(),
    ...(parent === "" ? {} : { parent }),
    ...(provider === "" ? {} : { provider }),
    protect: false,
    retainOnDelete: false,
    external: true,
    pendingDelete: false,
    dependencies: request.getDependenciesList(),
    propertyDependencies: {},
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    timeouts: { create: 0, update: 0, delete: 0 },
    initErrors: [],
    inputs,
    outputs,
  };
}

async function found(
  deployment: Deployment,
  providers: Providers,
  request: ReadResourceRequest,
  urn: string,
  inputs: PropertyMap,
): Promise<Found> {
  const [type, name, id] = [request.getType(), request.getName(), request.getId()];
  if (type === stackReferenceType) {
    return { outputs: readStackReference(deployment, id), provider: "" };
  }
  const provider = await providers.forRequest(request.getProvider(), type, request.getVersion());
  if (id === unknownValue || containsUnknown(inputs)) {
    return { outputs: inputs, provider: provider.reference };
  }
  const read = await provider.client.read({ urn, type, name }, id, inputs, inputs);
  if (read.id === "") {
    throw new Error(`There is no ${type} with the id ${id}, which the program reads as ${name}.`);
  }
  return { outputs: read.outputs, provider: provider.reference };
}
