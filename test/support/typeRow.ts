/** What a row may know of the resource that it answers for. */
export interface RowContext {
  readonly type: string;
  /** The logical name, unique enough to make ids from. */
  readonly name: string;
  readonly urn: string;
  /** The resource's own `region` input, else its provider's, else {@link defaultRegion}. */
  readonly region: string;
  readonly accountId: string;
  /** `arn:aws:<service>:<region>:<account>:<resource>`; pass `""` for what an ARN leaves out. */
  readonly arn: (service: string, resource: string, region?: string, accountId?: string) => string;
  /**
   * Puts a resource into the mocked engine that a remote component made, and returns the reference
   * that stands for it in the component's outputs.
   */
  readonly madeByProvider: (type: string, name: string, state: Record<string, unknown>) => unknown;
}

/** Inputs and outputs as plain JSON, which rows read loosely. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the SDK's types have checked them
export type Properties = Record<string, any>;

/** How the mocks answer for one resource type. */
export interface TypeRow {
  /**
   * The top-level inputs that our program may set, separated by blanks. Any other is an error, so
   * that whoever starts to use one also decides what it means to the mocks and the policy rules.
   * `region` is understood for every type that is not {@link global}.
   */
  readonly inputs: string;
  /** Outputs beyond the inputs, which are echoed, and beyond `region` and `tagsAll`. */
  readonly outputs?: (inputs: Properties, context: RowContext) => Properties;
  /** Physical id; default `<logical name>-id`. */
  readonly id?: (inputs: Properties, context: RowContext) => string;
  /** What AWS would refuse: a sentence, or undefined when it would not. */
  readonly refuse?: (inputs: Properties, context: RowContext) => string | undefined;
  /** The service is global: no `region` input or output. */
  readonly global?: true;
}

/** How the mocks answer for one invoke (`aws.getRegion` …); what it throws the program is told. */
export type CallRow = (
  inputs: Properties,
  context: { readonly region: string; readonly accountId: string },
) => Properties;

/** Rows by type token, e.g. `aws:s3/bucket:Bucket`. */
export type TypeTable = Readonly<Record<string, TypeRow>>;
export type CallTable = Readonly<Record<string, CallRow>>;

export const mockAccountId = "123456789012";
/** The region of a resource whose provider names none. */
export const defaultRegion = "eu-west-1";

/** Refuses a physical name longer than AWS takes. */
export function longerThan(what: string, limit: number, value: unknown): string | undefined {
  return typeof value === "string" && value.length > limit
    ? `${what} "${value}" has ${value.length} characters; AWS takes ${limit}`
    : undefined;
}
