import { agrees } from "./comparison";
import { type AwsServices, isMissing } from "./awsServices";
import { checkInputs, type CheckRequest, type CheckResult } from "./check";
import { diffInputs, type DiffResult } from "./diff";
import { Operation, type OperationRequest } from "./operation";
import { observedOutputs, previewOfCreate, previewOfUpdate, keepSecrets } from "./outputs";
import type { ProviderSettings } from "./settings";
import type { AnyResourceType, TagChange } from "./resourceType";
import { resourceSchema, type ResourceSchema } from "./sdkSchema";
import { containsUnknown, unwrapProperties, type Properties } from "./wire";

/** A resource that exists but is not usable: the engine keeps it in the state as such. */
export class InitializationFailed extends Error {
  constructor(
    readonly id: string,
    readonly properties: Properties,
    cause: unknown,
  ) {
    super(cause instanceof Error ? cause.message : String(cause));
    this.name = "InitializationFailed";
  }
}

/** What the engine asks for; inputs and state may hold secrets in their envelopes. */
export interface LifecycleRequest {
  readonly urn: string;
  readonly id: string;
  readonly inputs: Properties;
  readonly oldInputs: Properties;
  readonly state: Properties;
}

/** A resource as Read found it; an empty id says that it is gone. */
export interface ReadResult {
  readonly id: string;
  readonly inputs: Properties;
  readonly properties: Properties;
}

/** The operations of Pulumi's provider protocol for one resource type. */
export class Lifecycle {
  private readonly schema: ResourceSchema;

  constructor(
    private readonly type: AnyResourceType,
    private readonly settings: ProviderSettings,
    private readonly aws: AwsServices,
  ) {
    const schema = resourceSchema(type.token);
    if (schema === undefined) throw new Error(`@pulumi/aws has no resource type ${type.token}`);
    this.schema = schema;
  }

  /** Fills in defaults and names every input that AWS's provider or this one does not have. */
  check(request: CheckRequest): CheckResult {
    return checkInputs(this.type, this.schema, this.settings, request);
  }

  /** Which inputs change, and whether that needs a new resource. */
  diff(request: LifecycleRequest): DiffResult {
    return diffInputs(this.type, request);
  }

  /** What a create will answer, as far as it is known beforehand. */
  previewCreate(request: LifecycleRequest): Properties {
    return keepSecrets(this.schema, request.inputs, previewOfCreate(this.schema, request.inputs));
  }

  /** Creates the resource and waits until it can be used. */
  async create(request: LifecycleRequest): Promise<{ id: string; properties: Properties }> {
    this.refuseUnknown(request);
    const operation = this.operation(request, new Set(Object.keys(request.inputs)));
    const id = await this.named(request, () => this.type.create(operation));
    try {
      return { id, properties: await this.settled(operation.withId(id), request) };
    } catch (error) {
      const known = previewOfCreate(this.schema, request.inputs, null);
      throw new InitializationFailed(id, keepSecrets(this.schema, request.inputs, known), error);
    }
  }

  /** What AWS says now; only real differences from what was asked for reach the inputs. */
  async read(request: LifecycleRequest): Promise<ReadResult> {
    const operation = this.operation(request, new Set());
    const observed = await this.observe(operation, request);
    if (observed === undefined) return { id: "", inputs: {}, properties: {} };
    const properties = observedOutputs(this.type, this.schema, request.inputs, observed);
    return {
      id: request.id,
      inputs: this.observedInputs(request.inputs, observed),
      properties: keepSecrets(this.schema, request.inputs, properties),
    };
  }

  /** What an update will answer, as far as it is known beforehand. */
  previewUpdate(request: LifecycleRequest): Properties {
    const preview = previewOfUpdate(this.type, this.schema, request.state, request.inputs);
    return keepSecrets(this.schema, request.inputs, preview);
  }

  /** Changes the resource in place. */
  async update(request: LifecycleRequest): Promise<Properties> {
    this.refuseUnknown(request);
    const changes = new Set(diffInputs(this.type, request).changes.map(({ property }) => property));
    const operation = this.operation(request, changes);
    await this.named(request, () => this.apply(operation, request, changes));
    return this.settled(operation, request);
  }

  /** Deletes the resource; one that is gone already counts as deleted. */
  async delete(request: LifecycleRequest): Promise<void> {
    const operation = this.operation(request, new Set());
    try {
      await this.named(request, () => this.type.delete(operation));
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }

  private async apply(
    operation: Operation<never, never>,
    request: LifecycleRequest,
    changes: ReadonlySet<string>,
  ): Promise<void> {
    const own = [...changes].filter((name) => name !== "tags" && name !== "tagsAll");
    if (own.length > 0) {
      if (this.type.update === undefined) {
        throw new Error(`changing ${own.join(", ")} of ${this.type.token} is not modelled`);
      }
      await this.type.update(operation);
    }
    if (changes.has("tagsAll")) {
      if (this.type.retag === undefined) {
        throw new Error(`changing the tags of ${this.type.token} is not modelled`);
      }
      await this.type.retag(operation, tagChange(request));
    }
  }

  /** Waits until the resource is usable and answers its outputs. */
  private async settled(
    operation: Operation<never, never>,
    request: LifecycleRequest,
  ): Promise<Properties> {
    await this.type.ready?.(operation);
    const observed = await this.observe(operation, request);
    if (observed === undefined) {
      throw new Error(`${this.type.token} ${operation.id} is gone right after it was written`);
    }
    const inputs = unwrapProperties(request.inputs);
    const properties = observedOutputs(this.type, this.schema, inputs, observed);
    return keepSecrets(this.schema, request.inputs, properties);
  }

  private async observe(
    operation: Operation<never, never>,
    request: LifecycleRequest,
  ): Promise<Properties | undefined> {
    try {
      return await this.named(request, () => this.type.read(operation));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  private observedInputs(inputs: Properties, observed: Properties): Properties {
    const known = unwrapProperties(inputs);
    const imported = Object.keys(known).length === 0;
    const names = imported ? Object.keys(this.type.inputs) : Object.keys(known);
    const result: Properties = { ...inputs };
    for (const name of [...names, "tagsAll"]) {
      const rule = this.type.inputs[name];
      if (rule?.unread === true || observed[name] === undefined) continue;
      if (!agrees(rule, observed[name], known[name]) || imported) result[name] = observed[name];
    }
    return result;
  }

  private operation(
    request: LifecycleRequest,
    changes: ReadonlySet<string>,
  ): Operation<never, never> {
    if (this.settings.endpoint === undefined) {
      throw new Error(
        `${this.type.token} cannot be reached: LOCAL_AWS_ENDPOINT is not set (plan only)`,
      );
    }
    const inputs = unwrapProperties(request.inputs);
    const state = unwrapProperties(request.state);
    const region = inputs.region ?? state.region;
    const bare: OperationRequest = {
      urn: request.urn,
      id: request.id,
      inputs,
      oldInputs: unwrapProperties(request.oldInputs),
      state,
      changes,
      region: typeof region === "string" ? region : this.settings.region,
    };
    return new Operation(bare, this.aws, this.settings.account);
  }

  private refuseUnknown(request: LifecycleRequest): void {
    for (const [name, value] of Object.entries(request.inputs)) {
      if (containsUnknown(value)) {
        throw new Error(`${this.type.token}: ${name} is still unknown, it cannot be sent to AWS`);
      }
    }
  }

  /** Puts type and resource before whatever goes wrong; the error keeps its class and name. */
  private async named<T>(request: LifecycleRequest, action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      if (error instanceof Error && !error.message.startsWith(this.type.token)) {
        const name = request.urn.split("::").pop() ?? request.urn;
        error.message = `${this.type.token} "${name}": ${error.message}`;
      }
      throw error;
    }
  }
}

function tagChange(request: LifecycleRequest): TagChange {
  const before = tagsOf(request.oldInputs);
  const after = tagsOf(request.inputs);
  const set = Object.entries(after).filter(([key, value]) => before[key] !== value);
  return {
    set: Object.fromEntries(set),
    remove: Object.keys(before).filter((key) => !(key in after)),
  };
}

function tagsOf(inputs: Properties): Record<string, string> {
  return (unwrapProperties(inputs).tagsAll ?? {}) as Record<string, string>;
}
