import { createHash } from "node:crypto";
import type { Answer, AwsServices, Services } from "./awsServices";
import type { Inputs, Outputs } from "./resourceType";
import type { Properties } from "./wire";

/** What an operation is about, as the engine asked for it. */
export interface OperationRequest {
  readonly urn: string;
  readonly id: string;
  readonly inputs: Properties;
  readonly oldInputs: Properties;
  readonly state: Properties;
  /** Names of the inputs whose change this update brings about. */
  readonly changes: ReadonlySet<string>;
  readonly region: string;
}

/** Longest that a resource may take to become usable, in real milliseconds. */
const readyLimitMs = 600_000;
const pollMs = 100;

/** One create, read, update or delete of one resource, with what it needs of AWS. */
export class Operation<R, A> {
  readonly urn: string;
  /** The resource's physical id; empty until it is created. */
  readonly id: string;
  /** The inputs as they should be. */
  readonly inputs: Inputs<A>;
  /** The inputs as they were before this update. */
  readonly oldInputs: Inputs<A>;
  /** The outputs as the state has them. */
  readonly state: Outputs<R>;
  readonly region: string;
  /** The resource's own tags over the provider's default tags. */
  readonly tags: Record<string, string>;

  constructor(
    private readonly request: OperationRequest,
    private readonly aws: AwsServices,
    readonly account: string,
  ) {
    this.urn = request.urn;
    this.id = request.id;
    this.inputs = request.inputs as Inputs<A>;
    this.oldInputs = request.oldInputs as Inputs<A>;
    this.state = request.state as Outputs<R>;
    this.region = request.region;
    this.tags = (request.inputs.tagsAll ?? {}) as Record<string, string>;
  }

  /** The same operation once the resource has its id. */
  withId(id: string): Operation<R, A> {
    return new Operation({ ...this.request, id }, this.aws, this.account);
  }

  /** Calls AWS in the resource's region. */
  call<S extends keyof Services, C extends keyof Services[S] & string>(
    service: S,
    action: C,
    input: Properties,
  ): Promise<Answer<S, C>> {
    return this.aws.call(service, action, this.region, input);
  }

  /** Calls AWS in another region, for resources that have a part there. */
  callIn<S extends keyof Services, C extends keyof Services[S] & string>(
    region: string,
    service: S,
    action: C,
    input: Properties,
  ): Promise<Answer<S, C>> {
    return this.aws.call(service, action, region, input);
  }

  /**
   * All inputs as an AWS request, without those that Pulumi adds (`region`, tags). What AWS names
   * otherwise, or does not take here, is given in `changes` (undefined leaves out).
   */
  arguments(changes: { readonly [K in keyof A]?: unknown } & Properties = {}): Properties {
    const added = { region: undefined, tags: undefined, tagsAll: undefined, __defaults: undefined };
    return { ...this.request.inputs, ...added, ...changes };
  }

  /** True if this update changes one of the inputs, or if the resource is being created. */
  changed(...names: readonly (keyof A & string)[]): boolean {
    return names.some((name) => this.request.changes.has(name));
  }

  /** Names of all inputs that this update changes; when the resource is created, all of them. */
  get changes(): readonly string[] {
    return [...this.request.changes];
  }

  /** Makes a repeated request harmless: the same for each try, other for each resource. */
  get idempotencyToken(): string {
    return createHash("sha256")
      .update(this.urn)
      .update(String(process.hrtime.bigint()))
      .digest("hex")
      .slice(0, 32);
  }

  /**
   * Polls until the probe answers something.
   * @throws Error naming what was waited for, after {@link readyLimitMs}
   */
  async until<T>(what: string, probe: () => Promise<T | undefined>): Promise<T> {
    const end = Date.now() + readyLimitMs;
    for (;;) {
      const result = await probe();
      if (result !== undefined) return result;
      if (Date.now() > end) {
        throw new Error(`${this.id} did not become ${what} within ${readyLimitMs / 1000} s`);
      }
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  }

  /** Polls until the probe is true. */
  async untilTrue(what: string, probe: () => Promise<boolean>): Promise<void> {
    await this.until(what, async () => ((await probe()) ? true : undefined));
  }
}

/** The value, which AWS always answers here. @throws Error naming what is missing */
export function present<T>(value: T | undefined | null, what: string): T {
  if (value === undefined || value === null) throw new Error(`AWS answered without ${what}`);
  return value;
}
