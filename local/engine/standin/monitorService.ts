import type * as grpc from "@grpc/grpc-js";
import * as resource from "@pulumi/pulumi/proto/resource_pb";
import * as providerProto from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "../protobuf";
import { withoutOutputValues, type PropertyMap, type PropertyValue } from "../propertyValue";
import { makeUrn, providerPackage, stackType } from "../urn";
import { constructRemote } from "./construct";
import { RunStopped, type Deployment } from "./deployment";
import { goalOf, recordOf } from "./goal";
import { fromStruct, mapEntries, toStruct, unaryHandler } from "./grpcCalls";
import type { Providers } from "./providers";
import { stateRead } from "./readResource";
import { keepComponent, reachGoal } from "./resourceSteps";
import type { ResourceState } from "./stackState";

const features = resource.ResourceMonitorFeature;

/** What the stand-in can do, in the numbers of newer SDKs and the names of older ones. */
const supported = [
  features.RESOURCE_MONITOR_FEATURE_SECRETS,
  features.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
  features.RESOURCE_MONITOR_FEATURE_OUTPUT_VALUES,
  features.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
  features.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
];
const supportedNames = [
  "secrets",
  "resourceReferences",
  "outputValues",
  "aliasSpecs",
  "deletedWith",
];
const unsupportedNames = [
  "replaceWith",
  "transforms",
  "invokeTransforms",
  "parameterization",
  "resourceHooks",
  "errorHooks",
];

/** The service that a Pulumi program registers its resources with. */
export function monitorService(
  deployment: Deployment,
  providers: Providers,
): grpc.UntypedServiceImplementation {
  const monitor = new Monitor(deployment, providers);
  /** A failure ends the run; the program never hears of it, because it is ended as well. */
  const ending = <Request, Response>(
    handle: (request: Request) => Promise<Response>,
    urnOf: (request: Request) => string | undefined = () => undefined,
  ) =>
    unaryHandler(async (request: Request): Promise<Response> => {
      try {
        if (deployment.failed) throw new RunStopped();
        return await handle(request);
      } catch (error) {
        deployment.fail(error as Error, urnOf(request));
        return new Promise<never>(() => undefined);
      }
    });
  const refusing = (what: string) =>
    ending(() =>
      Promise.reject(
        new Error(
          `The program uses ${what}, which the stand-in engine does not model. ` +
            `Run it with the real engine (a pulumi CLI on the PATH).`,
        ),
      ),
    );
  return {
    getDeploymentInfo: unaryHandler(() => monitor.deploymentInfo()),
    supportsFeature: ending((request: resource.SupportsFeatureRequest) =>
      monitor.supportsFeature(request),
    ),
    registerResource: ending(
      (request: resource.RegisterResourceRequest) => monitor.registerResource(request),
      (request) => monitor.urnOf(request),
    ),
    registerResourceOutputs: ending((request: resource.RegisterResourceOutputsRequest) =>
      monitor.registerOutputs(request),
    ),
    readResource: ending(
      (request: resource.ReadResourceRequest) => monitor.readResource(request),
      (request) => monitor.urnOf(request),
    ),
    invoke: unaryHandler((request: resource.ResourceInvokeRequest) => monitor.invoke(request)),
    call: ending((request: resource.ResourceCallRequest) => monitor.call(request)),
    existsResource: refusing("existsResource"),
    registerStackTransform: refusing("stack transforms"),
    registerStackInvokeTransform: refusing("invoke transforms"),
    registerResourceHook: refusing("resource hooks"),
    registerErrorHook: refusing("error hooks"),
    registerPackage: refusing("parameterized packages"),
    // The program waits here for deletions that its hooks want to see; hooks are refused above.
    signalAndWaitForShutdown: unaryHandler(() => new Empty()),
  };
}

class Monitor {
  constructor(
    private readonly deployment: Deployment,
    private readonly providers: Providers,
  ) {}

  urnOf(request: { getParent(): string; getType(): string; getName(): string }): string {
    const { stack, project } = this.deployment;
    return makeUrn(
      stack.name,
      project.name,
      request.getParent(),
      request.getType(),
      request.getName(),
    );
  }

  deploymentInfo(): resource.DeploymentInfo {
    const { stack, project, dryRun } = this.deployment;
    const info = new resource.DeploymentInfo();
    info.setProject(project.name);
    info.setStack(stack.name);
    info.setOrganization("organization");
    info.setDryrun(dryRun);
    info.setSupportedfeaturesList(supported);
    return info;
  }

  supportsFeature(
    request: resource.SupportsFeatureRequest,
  ): Promise<resource.SupportsFeatureResponse> {
    const id = request.getId();
    if (!supportedNames.includes(id) && !unsupportedNames.includes(id)) {
      throw new Error(`The program asks for the feature ${id}, which the stand-in does not know.`);
    }
    const response = new resource.SupportsFeatureResponse();
    response.setHassupport(supportedNames.includes(id));
    return Promise.resolve(response);
  }

  async registerResource(
    request: resource.RegisterResourceRequest,
  ): Promise<resource.RegisterResourceResponse> {
    const { deployment, providers } = this;
    const goal = goalOf(
      request,
      deployment.stack.name,
      deployment.project.name,
      (urn) => deployment.current.get(urn)?.goal,
    );
    deployment.rememberSecrets(goal.inputs);
    if (goal.type === stackType) deployment.stackUrn = goal.urn;
    deployment.requests.push(recordOf(goal, request));
    if (goal.remote) return constructRemote(deployment, providers, goal);
    this.claim(goal.urn);
    const plain = { ...goal, inputs: withoutOutputValues(goal.inputs) };
    const made = !goal.custom
      ? keepComponent(deployment, plain)
      : providerPackage(goal.type) !== undefined
        ? await providers.register(plain)
        : await reachGoal(deployment, providers, plain);
    deployment.current.set(goal.urn, made);
    const response = new resource.RegisterResourceResponse();
    response.setUrn(goal.urn);
    response.setId(made.state.id ?? "");
    response.setObject(toStruct(made.outputs));
    return response;
  }

  registerOutputs(request: resource.RegisterResourceOutputsRequest): Promise<Empty> {
    const { deployment } = this;
    const urn = request.getUrn();
    const outputs = fromStruct(request.getOutputs());
    const resource = deployment.current.get(urn);
    if (resource === undefined) throw new Error(`Outputs of ${urn}, which is not registered.`);
    deployment.rememberSecrets(outputs);
    if (urn === deployment.stackUrn) deployment.stackOutputs = outputs;
    const state: ResourceState = { ...resource.state, outputs };
    deployment.current.set(urn, { ...resource, state, outputs });
    if (!deployment.dryRun) deployment.state.put(state);
    return Promise.resolve(new Empty());
  }

  async readResource(
    request: resource.ReadResourceRequest,
  ): Promise<resource.ReadResourceResponse> {
    const { deployment, providers } = this;
    const urn = this.urnOf(request);
    this.claim(urn);
    deployment.started("read", urn);
    const state = await stateRead(deployment, providers, request, urn);
    deployment.rememberSecrets(state.outputs);
    deployment.current.set(urn, { state, outputs: state.outputs });
    if (!deployment.dryRun) deployment.state.put(state);
    deployment.finished("read", state);
    const response = new resource.ReadResourceResponse();
    response.setUrn(urn);
    response.setProperties(toStruct(state.outputs));
    return response;
  }

  async invoke(request: resource.ResourceInvokeRequest): Promise<resource.ResourceInvokeResponse> {
    const { deployment, providers } = this;
    const token = request.getTok();
    const args = fromStruct(request.getArgs());
    const response = new resource.ResourceInvokeResponse();
    if (token === "pulumi:pulumi:getResource") {
      response.setReturn(toStruct(this.registered(args.urn)));
      return response;
    }
    const provider = await providers.forRequest(request.getProvider(), token, request.getVersion());
    const answer = await provider.client.invoke(token, args, deployment.dryRun);
    deployment.rememberSecrets(answer.result);
    response.setReturn(toStruct(answer.result));
    response.setFailuresList(answer.failures.map(failureMessage));
    return response;
  }

  async call(request: resource.ResourceCallRequest): Promise<providerProto.CallResponse> {
    const { deployment, providers } = this;
    const { stack, project, dryRun, monitorAddress } = deployment;
    const token = request.getTok();
    const provider = await providers.forRequest(request.getProvider(), token, request.getVersion());
    const call = new providerProto.CallRequest();
    call.setTok(token);
    call.setArgs(request.getArgs());
    for (const [key, dependencies] of mapEntries(request.getArgdependenciesMap())) {
      const urns = new providerProto.CallRequest.ArgumentDependencies();
      urns.setUrnsList(dependencies.getUrnsList());
      call.getArgdependenciesMap().set(key, urns);
    }
    call.setProject(project.name);
    call.setStack(stack.name);
    call.setOrganization("organization");
    for (const [key, value] of Object.entries(project.config)) call.getConfigMap().set(key, value);
    call.setConfigsecretkeysList([...project.secretKeys]);
    call.setDryrun(dryRun);
    call.setMonitorendpoint(monitorAddress);
    return provider.client.call(call);
  }

  private registered(urn: PropertyValue | undefined): PropertyMap {
    const found = typeof urn === "string" ? this.deployment.current.get(urn) : undefined;
    if (found === undefined) {
      throw new Error(`There is no resource ${JSON.stringify(urn)} in this run.`);
    }
    return { urn: found.state.urn, id: found.state.id ?? "", state: found.outputs };
  }

  private claim(urn: string): void {
    const { claimed } = this.deployment;
    if (claimed.has(urn)) {
      throw new Error(`Two resources have the URN ${urn}: give one of them another name.`);
    }
    claimed.add(urn);
  }
}

function failureMessage({ property, reason }: { property: string; reason: string }) {
  const failure = new providerProto.CheckFailure();
  failure.setProperty(property);
  failure.setReason(reason);
  return failure;
}
