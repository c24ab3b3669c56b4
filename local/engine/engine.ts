/**
 * What every engine that can run this program has in common: the real Pulumi CLI
 * (`pulumi/pulumiEngine.ts`) and the stand-in for machines without it (`standin/standinEngine.ts`).
 */

/** Where the gRPC server of a Pulumi provider comes from. */
export type ProviderSource =
  | {
      /**
       * The engine starts one process for each provider *instance*, because `Configure` sets what
       * the whole process uses: two instances with two regions in one process would share the last.
       * The process prints its port as the first line of its standard output.
       */
      readonly kind: "launch";
      readonly command: string;
      readonly args: readonly string[];
      /** Added to the environment that the engine gives every child. */
      readonly env?: Readonly<Record<string, string>>;
    }
  | {
      /** A server that runs already, e.g. in the test itself. All instances share it. */
      readonly kind: "address";
      /** `127.0.0.1:PORT` */
      readonly address: string;
    };

/** A value of the stack's configuration that is given by the caller instead of a file. */
export type ConfigOverride = string | { readonly secret: string };

/** One stack of one project, and everything that an engine needs to run it. */
export interface StackSpec {
  /** Absolute path of the folder with `Pulumi.yaml` and, if there is one, `Pulumi.<name>.yaml`. */
  readonly workDir: string;
  /** The stack's name, without organization or project. */
  readonly name: string;
  /** Entry point; default: `main` of `Pulumi.yaml`, else `index.ts`. Relative to {@link workDir}. */
  readonly program?: string;
  /** Folder for the state of all stacks that refer to one another. Made if it does not exist. */
  readonly stateDir: string;
  /** Encrypts secrets in the state and decrypts those of `Pulumi.<name>.yaml`. */
  readonly passphrase: string;
  /** By package name: `aws`, `awsx`. A package that is not named here cannot be used. */
  readonly providers: Readonly<Record<string, ProviderSource>>;
  /**
   * Lays over the files' configuration. Keys are `project:key`, or plain for the project's own.
   * Objects are given as JSON, as `pulumi config set` would store them.
   */
  readonly config?: Readonly<Record<string, ConfigOverride>>;
  /**
   * The environment of program and providers, besides what a process needs to start (`PATH`,
   * `HOME`, …). Nothing else of the caller's environment is passed on, so that a user's AWS
   * credentials, profiles and proxies cannot reach the program by accident.
   */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * What happens to one resource.
 * `replace` stands for the whole of create-replacement, replace and delete-replaced.
 * `read` is a resource that another program owns (a stack reference, `Bucket.get`).
 */
export type OperationKind = "create" | "update" | "replace" | "delete" | "same" | "read";

/** One resource's step, in the order in which the steps ended. */
export interface Operation {
  readonly op: OperationKind;
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** URN of the parent; the stack itself has none. */
  readonly parent?: string;
  readonly protect: boolean;
  /** Property paths that differ, sorted; for `replace` all changes, not only those that force it. */
  readonly diff: readonly string[];
  /** Only for `replace`: which half comes first. */
  readonly replaceOrder?: "create-first" | "delete-first";
}

/** One message for a person. Secrets in it are shown as `[secret]`. */
export interface Diagnostic {
  readonly severity: "debug" | "info" | "warning" | "error";
  readonly message: string;
  /** The resource that it is about. */
  readonly urn?: string;
}

/** One of the stack's outputs. In a preview it may be unknown, and then has no value. */
export interface StackOutput {
  readonly value: unknown;
  readonly secret: boolean;
  readonly known: boolean;
}

/**
 * A resource as the program asked for it, before any provider saw it. Secret values read
 * `[secret]`, unknown ones `[unknown]`.
 */
export interface ResourceRequest {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly custom: boolean;
  /** Made by a component provider in another process (awsx). */
  readonly remote: boolean;
  readonly parent?: string;
  /** `<provider URN>::<provider id>`, empty for the default provider and for components. */
  readonly provider: string;
  /** By package, what a component hands on to its children. */
  readonly providers: Readonly<Record<string, string>>;
  /** As requested or inherited from the parent. */
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  readonly ignoreChanges: readonly string[];
  readonly replaceOnChanges: readonly string[];
  /** Everything that it waits for: `dependsOn` and what its inputs come from. */
  readonly dependsOn: readonly string[];
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
  readonly aliases: readonly unknown[];
  readonly additionalSecretOutputs: readonly string[];
  readonly deleteBeforeReplace?: boolean;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** The end of one run of an engine over one stack. */
export interface OperationResult {
  readonly operations: readonly Operation[];
  readonly outputs: Readonly<Record<string, StackOutput>>;
  readonly diagnostics: readonly Diagnostic[];
  /** Only the stand-in keeps a record; with the real engine this is empty. */
  readonly requests: readonly ResourceRequest[];
  /** Wall-clock time of the whole run. */
  readonly milliseconds: number;
}

/** What an engine tells while it runs. */
export type EngineEvent =
  | { readonly kind: "started"; readonly op: OperationKind; readonly urn: string }
  | { readonly kind: "finished"; readonly operation: Operation }
  | { readonly kind: "diagnostic"; readonly diagnostic: Diagnostic };

/** How one run is watched and ended. */
export interface RunOptions {
  readonly onEvent?: (event: EngineEvent) => void;
  /**
   * Ends the run. The stand-in waits for calls in flight and records them; the real engine's
   * processes are killed, which may leave pending operations in its state.
   */
  readonly signal?: AbortSignal;
}

/** Runs a Pulumi program. Every method throws {@link OperationFailed} when the run does not succeed. */
export interface Engine {
  readonly kind: "standin" | "pulumi";
  /** Says what `up` would do and changes nothing. */
  preview(stack: StackSpec, options?: RunOptions): Promise<OperationResult>;
  /** Makes the world as the program says. */
  up(stack: StackSpec, options?: RunOptions): Promise<OperationResult>;
  /** Deletes everything that the stack owns; refuses while anything is protected. */
  destroy(stack: StackSpec, options?: RunOptions): Promise<OperationResult>;
  /** Reads every resource and takes over what it finds. */
  refresh(stack: StackSpec, options?: RunOptions): Promise<OperationResult>;
  /**
   * Takes the protection off resources in the stack's state, as `pulumi state unprotect` does.
   * @throws Error when one of them is not in the state
   */
  unprotect(stack: StackSpec, urns: readonly string[]): Promise<void>;
}

/** A run that ended with an error. What had been done by then is in {@link result}. */
export class OperationFailed extends Error {
  override readonly name = "OperationFailed";

  constructor(
    what: "preview" | "up" | "destroy" | "refresh",
    stack: string,
    readonly result: OperationResult,
  ) {
    const errors = result.diagnostics.filter((diagnostic) => diagnostic.severity === "error");
    super(
      `${what} of stack ${stack} failed:\n` +
        errors
          .map(({ urn, message }) => `  ${urn === undefined ? "" : `${urn}: `}${message}`)
          .join("\n"),
    );
  }
}

/** How many resources each kind of operation touched. */
export function countOperations(
  operations: readonly Operation[],
): Readonly<Record<OperationKind, number>> {
  const counts = { create: 0, update: 0, replace: 0, delete: 0, same: 0, read: 0 };
  for (const { op } of operations) counts[op] += 1;
  return counts;
}
