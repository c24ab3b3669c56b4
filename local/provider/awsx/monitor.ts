import * as grpc from "@grpc/grpc-js";
import type { ConstructRequest } from "@pulumi/pulumi/proto/provider_pb";
import { ResourceMonitorClient } from "@pulumi/pulumi/proto/resource_grpc_pb";
import * as resource from "@pulumi/pulumi/proto/resource_pb";
import { fromStruct, toStruct } from "../protobuf";
import { signatureKey, unknownValue, type Properties } from "../wire";

const resourceSignature = "5cf8f73096256a8f31e491e813e4eb8e";

/** A resource as the engine registered it. */
export interface Registered {
  readonly urn: string;
  /** The unknown value in a preview of a create. */
  readonly id: string;
  readonly outputs: Properties;
}

/** A child resource to register. */
export interface Child {
  readonly type: string;
  readonly name: string;
  readonly parent: Registered;
  readonly inputs: Properties;
  /** Which inputs hold another resource's outputs: deletion follows these backwards. */
  readonly uses?: Readonly<Record<string, readonly Registered[]>>;
  readonly dependsOn?: readonly Registered[];
}

/**
 * The engine's resource monitor as a component sees it while it is constructed. Plain messages
 * instead of the SDK's resource classes, which would cost this process all of `@pulumi/aws`.
 */
export class ComponentMonitor {
  private readonly client: ResourceMonitorClient;
  private readonly provider: string;
  private readonly version: string;

  constructor(private readonly request: ConstructRequest) {
    this.client = new ResourceMonitorClient(
      request.getMonitorendpoint(),
      grpc.credentials.createInsecure(),
      { "grpc.max_receive_message_length": -1 },
    );
    this.provider = request.getProvidersMap().get("aws") ?? "";
    this.version = (require("@pulumi/aws/package.json") as { version: string }).version;
  }

  /** Registers the component itself, with the options that its user gave. */
  async registerComponent(): Promise<Registered> {
    const { request } = this;
    const message = new resource.RegisterResourceRequest();
    message.setType(request.getType());
    message.setName(request.getName());
    message.setParent(request.getParent());
    message.setDependenciesList(request.getDependenciesList());
    message.setProtect(request.getProtect() ?? false);
    message.setAliasesList(request.getAliasesList());
    message.setAliasspecs(true);
    message.setObject(toStruct({}));
    for (const [pkg, reference] of request.getProvidersMap().entries()) {
      message.getProvidersMap().set(pkg, reference);
    }
    return this.send(message);
  }

  /** Registers a child of the component, or of another child. */
  async registerChild(child: Child): Promise<Registered> {
    const message = new resource.RegisterResourceRequest();
    const uses = Object.entries(child.uses ?? {});
    const all = [...uses.flatMap(([, from]) => from), ...(child.dependsOn ?? [])];
    message.setType(child.type);
    message.setName(child.name);
    message.setParent(child.parent.urn);
    message.setCustom(true);
    message.setObject(toStruct(child.inputs));
    message.setProvider(this.provider);
    message.setVersion(this.version);
    message.setProtect(this.request.getProtect() ?? false);
    message.setDependenciesList([...new Set(all.map(({ urn }) => urn))]);
    for (const [property, from] of uses) {
      const dependencies = new resource.RegisterResourceRequest.PropertyDependencies();
      dependencies.setUrnsList(from.map(({ urn }) => urn));
      message.getPropertydependenciesMap().set(property, dependencies);
    }
    return this.send(message);
  }

  /** Tells the engine the component's outputs. */
  async registerOutputs(component: Registered, outputs: Properties): Promise<void> {
    const message = new resource.RegisterResourceOutputsRequest();
    message.setUrn(component.urn);
    message.setOutputs(toStruct(outputs));
    await new Promise<void>((resolve, reject) => {
      this.client.registerResourceOutputs(message, (error) => {
        if (error === null) resolve();
        else reject(error);
      });
    });
  }

  /** Calls a function of the component's AWS provider. */
  async invoke(token: string, args: Properties): Promise<Properties> {
    const message = new resource.ResourceInvokeRequest();
    message.setTok(token);
    message.setArgs(toStruct(args));
    message.setProvider(this.provider);
    message.setVersion(this.version);
    return new Promise((resolve, reject) => {
      this.client.invoke(message, (error, response) => {
        const [failure] = error === null ? response.getFailuresList() : [];
        if (error !== null) reject(error);
        else if (failure !== undefined) reject(new Error(`${token}: ${failure.getReason()}`));
        else resolve(fromStruct(response.getReturn()));
      });
    });
  }

  /** Ends the connection. */
  close(): void {
    this.client.close();
  }

  private send(message: resource.RegisterResourceRequest): Promise<Registered> {
    message.setAcceptsecrets(true);
    message.setAcceptresources(true);
    message.setSupportspartialvalues(true);
    return new Promise((resolve, reject) => {
      this.client.registerResource(message, (error, response) => {
        if (error !== null) {
          reject(error);
          return;
        }
        const id = response.getId() === "" ? unknownValue : response.getId();
        resolve({ urn: response.getUrn(), id, outputs: fromStruct(response.getObject()) });
      });
    });
  }
}

/** A resource as the value of an output: the program gets the resource itself. */
export function reference({ urn, id }: Registered): Properties {
  return { [signatureKey]: resourceSignature, urn, id };
}
