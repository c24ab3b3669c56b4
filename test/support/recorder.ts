import * as pulumi from "@pulumi/pulumi";
import { callTable, typeTable } from "./awsTypes";
import { type Call, type Registration, Registrations } from "./registrations";
import {
  type CallTable,
  defaultRegion,
  mockAccountId,
  type Properties,
  type RowContext,
} from "./typeRow";
import { secretPaths, unwrapSecrets } from "./wireValues";

export interface RunOptions {
  /** Pulumi project; default `jenkins-pilot-light`. */
  readonly project?: string;
  /** Pulumi stack; default `primary`. */
  readonly stack?: string;
  /** True runs as `pulumi preview` does. Default false. */
  readonly preview?: boolean;
  /** Stack configuration, keys with their namespace, e.g. `jenkins-pilot-light:domain`. */
  readonly config?: Readonly<Record<string, string>>;
  /** Outputs of other stacks by the name given to the StackReference. */
  readonly stackOutputs?: Readonly<Record<string, Properties>>;
  /** Answers to invokes that differ from the table's. */
  readonly calls?: CallTable;
  /** Told the type of each resource: a program that ends with an error leaves no registrations. */
  readonly onRegister?: (type: string) => void;
}

/** The wire's form of inputs. */
type WireStruct = Parameters<typeof pulumi.runtime.deserializeProperties>[0];

/** The wire request as Pulumi's generated class offers it; only what we read. */
interface RegisterRequest {
  getType(): string;
  getName(): string;
  getParent(): string;
  getCustom(): boolean;
  getRemote(): boolean;
  getProtect(): boolean;
  getRetainondelete(): boolean;
  getDeletebeforereplace(): boolean;
  getDeletebeforereplacedefined(): boolean;
  getIgnorechangesList(): string[];
  getReplaceonchangesList(): string[];
  getAdditionalsecretoutputsList(): string[];
  getDependenciesList(): string[];
  getPropertydependenciesMap(): {
    forEach(visit: (value: { getUrnsList(): string[] }, key: string) => void): void;
  };
  getProvider(): string;
  getImportid(): string;
  getCustomtimeouts():
    Readonly<Record<"getCreate" | "getUpdate" | "getDelete", () => string>> | undefined;
  getObject(): WireStruct | undefined;
}

/** The mocked monitor's methods that the recorder stands in front of. */
interface MockedMonitor {
  registerResource(request: RegisterRequest, callback: unknown): Promise<void>;
  newUrn(parent: string, type: string, name: string): string;
  resources: Map<string, { urn: string; id: string | null; state: unknown }>;
}

/** Stands in front of the mocked monitor: records every request and answers it from the tables. */
export class Recorder {
  private readonly registered: Registration[] = [];
  private readonly calls: Call[] = [];
  private readonly problems: string[] = [];
  /** Regions of providers by `urn::id`. */
  private readonly providerRegions = new Map<string, string>();
  private monitor: MockedMonitor | undefined;
  private answering: Registration | undefined;

  constructor(private readonly options: RunOptions) {}

  attach(client: unknown): void {
    const monitor = client as MockedMonitor;
    this.monitor = monitor;
    monitor.newUrn = realUrn;
    const register = monitor.registerResource.bind(monitor);
    monitor.registerResource = (request, callback) => {
      this.answering = this.record(request);
      return register(request, callback);
    };
  }

  /** Called by the mocks in the same turn in which the monitor got the request. */
  answer(args: pulumi.runtime.MockResourceArgs): pulumi.runtime.MockResourceResult {
    const registration = this.answering;
    this.answering = undefined;
    if (registration === undefined) return this.read(args);
    const { id, outputs } = registration;
    return { id: id === "" ? undefined : id, state: outputs };
  }

  /** Reads: a reference to another stack; `Type.get(...)` would depend on what exists in an account. */
  private read(args: pulumi.runtime.MockResourceArgs): pulumi.runtime.MockResourceResult {
    if (args.type !== "pulumi:pulumi:StackReference") {
      this.problems.push(
        `${args.type} ${args.name} was read from the account, which the mocks do not have`,
      );
      return { id: args.id, state: {} };
    }
    const { id, outputs } = this.stackReference(
      args.name,
      unwrapSecrets(args.inputs) as Properties,
    );
    return { id, state: outputs };
  }

  call(args: pulumi.runtime.MockCallArgs): pulumi.runtime.MockCallResult {
    const inputs = unwrapSecrets(args.inputs) as Properties;
    this.calls.push({ token: args.token, inputs, provider: args.provider });
    const row = this.options.calls?.[args.token] ?? callTable[args.token];
    if (row === undefined) {
      this.problems.push(
        `unknown call ${args.token}: add a row to test/support/awsTypes/calls.ts if the program should make it`,
      );
      return {};
    }
    const context = {
      region: this.regionOf(inputs, args.provider),
      accountId: mockAccountId,
    };
    try {
      return row(inputs, context);
    } catch (error) {
      // Of a failed call Pulumi shows the details that the engine sends along, and nothing else.
      throw Object.assign(error as Error, { details: (error as Error).message });
    }
  }

  finished(): Registrations {
    return new Registrations(this.registered, this.calls);
  }

  throwProblems(rejections: readonly unknown[]): void {
    const all = [
      ...this.problems,
      ...rejections.map((each) => `unhandled rejection: ${String(each)}`),
    ];
    if (all.length > 0) throw new Error(`the mocks refused the program:\n- ${all.join("\n- ")}`);
  }

  private record(request: RegisterRequest): Registration {
    const type = request.getType();
    const name = request.getName();
    const parent = request.getParent() || undefined;
    const urn = realUrn(parent, type, name);
    this.options.onRegister?.(type);
    if (this.registered.some((each) => each.urn === urn)) {
      this.problems.push(`two resources share the name ${urn}`);
    }
    const wire = request.getObject();
    const inputs =
      wire === undefined
        ? {}
        : (unwrapSecrets(pulumi.runtime.deserializeProperties(wire)) as Properties);
    const provider = request.getProvider() || undefined;
    const timeouts = request.getCustomtimeouts();
    const answer = this.answerFor({
      type,
      name,
      urn,
      inputs,
      provider,
      custom: request.getCustom(),
      remote: request.getRemote(),
    });
    const registration: Registration = {
      urn,
      type,
      name,
      parent,
      custom: request.getCustom(),
      remote: request.getRemote(),
      protect: request.getProtect(),
      retainOnDelete: request.getRetainondelete(),
      deleteBeforeReplace: request.getDeletebeforereplacedefined()
        ? request.getDeletebeforereplace()
        : undefined,
      ignoreChanges: request.getIgnorechangesList(),
      replaceOnChanges: request.getReplaceonchangesList(),
      additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
      dependsOn: request.getDependenciesList(),
      propertyDependencies: propertyDependencies(request),
      provider,
      importId: request.getImportid() || undefined,
      customTimeouts:
        timeouts === undefined
          ? {}
          : {
              create: timeouts.getCreate(),
              update: timeouts.getUpdate(),
              delete: timeouts.getDelete(),
            },
      inputs,
      secretInputs: secretPaths(wire?.toJavaScript()),
      ...answer,
    };
    this.registered.push(registration);
    return registration;
  }

  /** Id and outputs by the type's row; a component echoes nothing. */
  private answerFor(resource: {
    type: string;
    name: string;
    urn: string;
    inputs: Properties;
    provider: string | undefined;
    custom: boolean;
    remote: boolean;
  }): Pick<Registration, "id" | "outputs" | "region"> {
    const { type, name, urn, inputs, provider } = resource;
    if (!resource.custom && !resource.remote) return { id: "", outputs: {}, region: undefined };
    if (type.startsWith("pulumi:providers:")) {
      const id = `${name}-id`;
      this.providerRegions.set(`${urn}::${id}`, String(inputs.region ?? defaultRegion));
      return { id, outputs: inputs, region: undefined };
    }
    if (type === "pulumi:pulumi:StackReference") return this.stackReference(name, inputs);
    const row = typeTable[type];
    if (row === undefined) {
      this.problems.push(`unknown type ${type} (${name}): add a row to test/support/awsTypes/`);
      return { id: `${name}-id`, outputs: inputs, region: undefined };
    }
    const known = new Set(row.inputs.split(/\s+/));
    if (row.global !== true) known.add("region");
    for (const input of Object.keys(inputs)) {
      if (!known.has(input) && inputs[input] !== undefined) {
        this.problems.push(
          `${type} ${name}: input "${input}" is not in its row in test/support/awsTypes/`,
        );
      }
    }
    const region = this.regionOf(inputs, provider);
    const context = this.context(type, name, urn, region);
    const refusal = row.refuse?.(inputs, context);
    if (refusal !== undefined) this.problems.push(`AWS would refuse ${type} ${name}: ${refusal}`);
    const outputs = {
      ...inputs,
      ...(row.global === true ? {} : { region }),
      ...("tags" in inputs ? { tagsAll: inputs.tags as unknown } : {}),
      ...row.outputs?.(inputs, context),
    };
    const id = resource.remote ? "" : (row.id?.(inputs, context) ?? `${name}-id`);
    return { id, outputs, region: row.global === true ? undefined : region };
  }

  private stackReference(
    name: string,
    inputs: Properties,
  ): Pick<Registration, "id" | "outputs" | "region"> {
    const stack = String(inputs.name ?? name);
    const outputs = this.options.stackOutputs?.[stack];
    if (outputs === undefined)
      this.problems.push(`no outputs were given for the stack reference ${stack}`);
    return {
      id: stack,
      outputs: { name: stack, outputs: outputs ?? {}, secretOutputNames: [] },
      region: undefined,
    };
  }

  private regionOf(inputs: Properties, provider: string | undefined): string {
    const own: unknown = inputs.region;
    if (typeof own === "string") return own;
    return (
      (provider === undefined ? undefined : this.providerRegions.get(provider)) ?? defaultRegion
    );
  }

  private context(type: string, name: string, urn: string, region: string): RowContext {
    return {
      type,
      name,
      urn,
      region,
      accountId: mockAccountId,
      arn: (service, resource, inRegion = region, account = mockAccountId) =>
        `arn:aws:${service}:${inRegion}:${account}:${resource}`,
      madeByProvider: (childType, childName, state) => {
        const child = realUrn(urn, childType, childName);
        const id = `${childName}-id`;
        this.monitor?.resources.set(child, { urn: child, id, state: { id, ...state } });
        return {
          "4dabf18193072939515e22adb298388d": "5cf8f73096256a8f31e491e813e4eb8e",
          urn: child,
          id,
        };
      },
    };
  }
}

function propertyDependencies(request: RegisterRequest): Record<string, readonly string[]> {
  const found: Record<string, readonly string[]> = {};
  request.getPropertydependenciesMap().forEach((urns, property) => {
    found[property] = urns.getUrnsList();
  });
  return found;
}

/** URNs as the engine makes them: with the types of all ancestors, which plain mocks cut short. */
function realUrn(parent: string | undefined, type: string, name: string): string {
  const ancestry = parent?.split("::")[2];
  const qualified =
    ancestry === undefined || ancestry === "pulumi:pulumi:Stack" ? type : `${ancestry}$${type}`;
  return `urn:pulumi:${pulumi.getStack()}::${pulumi.getProject()}::${qualified}::${name}`;
}
