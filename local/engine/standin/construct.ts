import { ConstructRequest } from "@pulumi/pulumi/proto/provider_pb";
import { RegisterResourceResponse } from "@pulumi/pulumi/proto/resource_pb";
import { packageOf } from "../urn";
import type { Deployment } from "./deployment";
import type { Goal } from "./goal";
import { mapEntries, toStruct } from "./grpcCalls";
import type { Providers } from "./providers";

/**
 * Lets a component provider in another process (awsx) make a component. It registers the component
 * and its children with the same monitor, so they pass through the same steps as the program's own.
 */
export async function constructRemote(
  deployment: Deployment,
  providers: Providers,
  goal: Goal,
): Promise<RegisterResourceResponse> {
  const packageName = packageOf(goal.type);
  const reference = goal.provider === "" ? (goal.providers[packageName] ?? "") : goal.provider;
  const provider = await providers.forRequest(reference, goal.type, goal.version);
  const answer = await provider.client.construct(requestFor(deployment, goal));
  const response = new RegisterResourceResponse();
  response.setUrn(answer.getUrn());
  response.setObject(answer.getState());
  for (const [key, dependencies] of mapEntries(answer.getStatedependenciesMap())) {
    const urns = new RegisterResourceResponse.PropertyDependencies();
    urns.setUrnsList(dependencies.getUrnsList());
    response.getPropertydependenciesMap().set(key, urns);
  }
  return response;
}

function requestFor(deployment: Deployment, goal: Goal): ConstructRequest {
  const { stack, project, dryRun, monitorAddress } = deployment;
  const request = new ConstructRequest();
  request.setProject(project.name);
  request.setStack(stack.name);
  request.setOrganization("organization");
  for (const [key, value] of Object.entries(project.config)) {
    request.getConfigMap().set(key, value);
  }
  request.setConfigsecretkeysList([...project.secretKeys]);
  request.setDryrun(dryRun);
  request.setParallel(16);
  request.setMonitorendpoint(monitorAddress);
  request.setType(goal.type);
  request.setName(goal.name);
  request.setParent(goal.parent ?? "");
  request.setInputs(toStruct(goal.inputs));
  for (const [key, urns] of Object.entries(goal.propertyDependencies)) {
    const dependencies = new ConstructRequest.PropertyDependencies();
    dependencies.setUrnsList([...urns]);
    request.getInputdependenciesMap().set(key, dependencies);
  }
  for (const [key, reference] of Object.entries(goal.providers)) {
    request.getProvidersMap().set(key, reference);
  }
  request.setDependenciesList([...goal.dependencies]);
  request.setProtect(goal.protect);
  request.setRetainondelete(goal.retainOnDelete);
  request.setIgnorechangesList([...goal.ignoreChanges]);
  request.setReplaceonchangesList([...goal.replaceOnChanges]);
  request.setAdditionalsecretoutputsList([...goal.additionalSecretOutputs]);
  if (goal.deletedWith !== undefined) request.setDeletedwith(goal.deletedWith);
  if (goal.deleteBeforeReplace !== undefined) {
    request.setDeletebeforereplace(goal.deleteBeforeReplace);
  }
  return request;
}
