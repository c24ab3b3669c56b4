import { stripVTControlCharacters } from "node:util";
import type { PropertyMap, PropertyValue } from "../propertyValue";
import { maskedSecret, someValue, signedKind } from "../propertyValue";
import type {
  Diagnostic,
  Operation,
  OperationKind,
  ResourceRequest,
  RunOptions,
  StackSpec,
} from "../engine";
import { isDefaultProvider } from "../urn";
import type { ProjectSettings } from "../project";
import type { Goal } from "./goal";
import type { ResourceState, StackState } from "./stackState";

/** Calls to providers that change something, at one time: what the CLI allows by default. */
const callLimit = 16;

/** Says that a step did not begin because the run had failed before; it is no failure of its own. */
export class RunStopped extends Error {
  override readonly name = "RunStopped";

  constructor() {
    super("The run has failed already; nothing new is begun.");
  }
}

/** A resource of this run, as the program and other resources see it. */
export interface CurrentResource {
  readonly state: ResourceState;
  readonly goal?: Goal;
  /** Outputs that only a preview has; in an `up` the same as the state's. */
  readonly outputs: PropertyMap;
}

/** Everything that one run of the stand-in shares between its parts. */
export class Deployment {
  readonly operations: Operation[] = [];
  readonly diagnostics: Diagnostic[] = [];
  readonly requests: ResourceRequest[] = [];
  /** What the program registered in this run, by URN. */
  readonly current = new Map<string, CurrentResource>();
  /** URNs that the program has asked for, from the first moment on. */
  readonly claimed = new Set<string>();
  /** URNs of the state that an alias has renamed. */
  readonly renamed = new Set<string>();
  /** Replaced or deleted ahead of their dependents, by URN: these must be created anew. */
  readonly deletedAhead = new Set<string>();
  stackUrn = "";
  stackOutputs: PropertyMap = {};
  /** Where children reach the engine's services. */
  monitorAddress = "";

  private readonly inFlight = new Set<Promise<void>>();
  private readonly secretTexts = new Set<string>();
  private readonly stopped = new AbortController();

  constructor(
    readonly stack: StackSpec,
    readonly project: ProjectSettings,
    readonly state: StackState,
    readonly dryRun: boolean,
    private readonly options: RunOptions,
  ) {
    for (const value of project.secretValues) this.rememberSecretText(value);
    options.signal?.addEventListener("abort", this.interrupt);
    // Aborted before the run began: no event will tell.
    if (options.signal?.aborted === true) this.interrupt();
  }

  private readonly interrupt = () => {
    this.fail(new Error("The run was interrupted."));
  };

  /** The run is over: the caller's signal, which may outlive it, is let go. */
  close(): void {
    this.options.signal?.removeEventListener("abort", this.interrupt);
  }

  /** Aborts when the run has failed: nothing new may begin. */
  get stopSignal(): AbortSignal {
    return this.stopped.signal;
  }

  get failed(): boolean {
    return this.stopped.signal.aborted;
  }

  /** Notes an error and lets nothing new begin. */
  fail(error: Error, urn?: string): void {
    if (error instanceof RunStopped) return;
    this.report({
      severity: "error",
      message: error.message,
      ...(urn === undefined ? {} : { urn }),
    });
    this.stopped.abort();
  }

  /** Lets nothing new begin, after the error was reported in another way. */
  stop(): void {
    this.stopped.abort();
  }

  /**
   * Runs a call that changes the world together with noting its effect in the state. Once the run
   * has failed none begins, and the run does not end before those in flight have.
   * At most {@link callLimit} run at a time.
   */
  async change<Result>(call: () => Promise<Result>): Promise<Result> {
    while (this.inFlight.size >= callLimit) await Promise.race(this.inFlight);
    if (this.failed) throw new RunStopped();
    const running = call();
    const settled = running.then(
      () => undefined,
      () => undefined,
    );
    this.inFlight.add(settled);
    try {
      return await running;
    } finally {
      this.inFlight.delete(settled);
    }
  }

  /** Resolves when no call that changes the world is in flight. */
  async settled(): Promise<void> {
    while (this.inFlight.size > 0) await Promise.race(this.inFlight);
  }

  report(diagnostic: Diagnostic): void {
    const shown = {
      ...diagnostic,
      message: this.withoutSecretTexts(stripVTControlCharacters(diagnostic.message)),
    };
    this.diagnostics.push(shown);
    this.options.onEvent?.({ kind: "diagnostic", diagnostic: shown });
  }

  started(op: OperationKind, urn: string): void {
    if (!isDefaultProvider(urn)) this.options.onEvent?.({ kind: "started", op, urn });
  }

  /** Notes a step that has ended. Providers that the engine made for itself are not shown. */
  finished(
    op: OperationKind,
    resource: Pick<ResourceState, "urn" | "type" | "parent" | "protect">,
    more: Partial<Pick<Operation, "diff" | "replaceOrder">> = {},
  ): void {
    if (isDefaultProvider(resource.urn)) return;
    const operation: Operation = {
      op,
      urn: resource.urn,
      type: resource.type,
      name: resource.urn.slice(resource.urn.lastIndexOf("::") + 2),
      ...(resource.parent === undefined ? {} : { parent: resource.parent }),
      protect: resource.protect,
      ...more,
      diff: [...(more.diff ?? [])].sort(),
    };
    this.operations.push(operation);
    this.options.onEvent?.({ kind: "finished", operation });
  }

  /** From now on no message shows any text that is secret in these values. */
  rememberSecrets(values: PropertyMap): void {
    someValue(values, (part) => {
      if (signedKind(part) === "secret") this.rememberTexts((part as PropertyMap).value ?? null);
      return false;
    });
  }

  private rememberTexts(value: PropertyValue): void {
    someValue(value, (part) => {
      if (typeof part === "string") this.rememberSecretText(part);
      return false;
    });
  }

  private rememberSecretText(text: string): void {
    // Shorter texts would blank out half of every message; the CLI has the same limit.
    if (text.length >= 3) this.secretTexts.add(text);
  }

  private withoutSecretTexts(message: string): string {
    let shown = message;
    for (const text of this.secretTexts) shown = shown.replaceAll(text, maskedSecret);
    return shown;
  }
}
