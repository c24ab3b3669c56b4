import type * as pulumi from "@pulumi/pulumi";
import type { Operation } from "./operation";
import type { Properties } from "./wire";

/** What a change of an input does, and what Check does when it is missing. */
export interface InputRule {
  /** `update` in place, or `replace` by a new resource. */
  readonly onChange: "update" | "replace";
  /** Filled in by Check, as the real provider fills in its schema's defaults. */
  readonly default?: unknown;
  /** Compared as parsed JSON: white space and the order of keys mean nothing. */
  readonly json?: boolean;
  /** AWS does not tell this back, or tells it in another form: Read keeps what is known. */
  readonly unread?: boolean;
}

/** The input can be changed in place. */
export const update: InputRule = { onChange: "update" };
/** A change of the input makes a new resource. */
export const replace: InputRule = { onChange: "replace" };

/** The rule with a default for Check to fill in. */
export function defaulted(rule: InputRule, value: unknown): InputRule {
  return { ...rule, default: value };
}

/** The rule for an input that is a JSON document, e.g. a policy. */
export function json(rule: InputRule): InputRule {
  return { ...rule, json: true };
}

/** The rule for an input that Read cannot observe. */
export function unread(rule: InputRule): InputRule {
  return { ...rule, unread: true };
}

/** How a name is made when the program gives none: logical name, hyphen, seven hex digits. */
export interface AutoName {
  readonly property: string;
  /** AWS's limit; the logical name is cut to fit. */
  readonly maxLength: number;
  /** What must follow, e.g. `.fifo`. */
  readonly suffix?: string;
}

/** Resolved values of a resource's arguments. */
export type Inputs<A> = { readonly [K in keyof A]: pulumi.Unwrap<A[K]> };

/** Resolved values of a resource's outputs; undefined is "nothing to tell". */
export type Outputs<R> = {
  [K in keyof R as R[K] extends pulumi.OutputInstance<unknown> ? K : never]?:
    (R[K] extends pulumi.OutputInstance<infer T> ? T : never) | undefined;
};

/** Tags that an update has to write and to take away. */
export interface TagChange {
  readonly set: Record<string, string>;
  readonly remove: readonly string[];
}

/**
 * One resource type of the local AWS: which inputs are modelled, what their change does, and how
 * the real API is called for it.
 *
 * @typeParam R the SDK's resource class, for its outputs
 * @typeParam A the SDK's arguments
 */
export interface ResourceType<R, A> {
  /** Pulumi's type token, e.g. `aws:ec2/vpc:Vpc`. */
  readonly token: string;
  /** Every modelled input; any other that a program gives is an error that names it. */
  readonly inputs: { readonly [K in keyof A]?: InputRule };
  /** The property with the physical name, if AWS allows only one of a name. */
  readonly name?: AutoName;
  /** Outputs that any update changes, and that a preview of one therefore cannot know. */
  readonly volatile?: readonly (keyof Outputs<R>)[];
  /** Says what is wrong with the inputs as a whole, or nothing. Unknown values are left out. */
  check?(inputs: Inputs<A>): string | undefined;
  /** Makes the resource and answers its id. */
  create(operation: Operation<R, A>): Promise<string>;
  /** Waits until a resource that was just created or updated can be used. */
  ready?(operation: Operation<R, A>): Promise<void>;
  /** What AWS says of the resource; undefined if it does not exist. */
  read(operation: Operation<R, A>): Promise<Outputs<R> | undefined>;
  /** Needed as soon as one input has the rule `update`. */
  update?(operation: Operation<R, A>): Promise<void>;
  /** Needed if the type has tags that AWS keeps apart. */
  retag?(operation: Operation<R, A>, change: TagChange): Promise<void>;
  delete(operation: Operation<R, A>): Promise<void>;
}

/** A {@link ResourceType} whose property types the framework does not need to know. */
export type AnyResourceType = Omit<
  ResourceType<Record<string, pulumi.Output<unknown>>, Properties>,
  "inputs" | "check"
> & {
  readonly inputs: Readonly<Record<string, InputRule | undefined>>;
  check?(inputs: Properties): string | undefined;
};

/** Declares a resource type; the type parameters check the names that it uses. */
export function resourceType<R, A>(type: ResourceType<R, A>): AnyResourceType {
  return type as unknown as AnyResourceType;
}

/**
 * Create and update of what AWS writes by one and the same call, e.g. a bucket's policy.
 *
 * @param id the id that follows from the inputs, since the call does not make up one
 */
export function putInPlace<R, A>(
  put: (operation: Operation<R, A>) => Promise<void>,
  id: (operation: Operation<R, A>) => string,
): Required<Pick<ResourceType<R, A>, "create" | "update">> {
  return {
    async create(operation) {
      await put(operation);
      return id(operation);
    },
    update: put,
  };
}
