import * as fs from "node:fs";
import * as path from "node:path";
import type { PropertyMap, PropertyValue } from "../propertyValue";
import { StackLock } from "./stackLock";
import { StateSecrets } from "./stateSecrets";

/** What the engine remembers of one resource between runs. */
export interface ResourceState {
  readonly urn: string;
  readonly type: string;
  readonly custom: boolean;
  /** The provider's id; components have none. */
  readonly id?: string;
  readonly parent?: string;
  /** `<provider URN>::<provider id>` for custom resources. */
  readonly provider?: string;
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  /** Owned by another program and only read here; never deleted. */
  readonly external: boolean;
  /** Replaced already and waiting to be deleted. */
  readonly pendingDelete: boolean;
  readonly deletedWith?: string;
  readonly dependencies: readonly string[];
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
  readonly additionalSecretOutputs: readonly string[];
  /** Seconds; absent ones leave it to the provider. */
  readonly timeouts: Readonly<Record<"create" | "update" | "delete", number>>;
  /** Why the provider calls the resource half made; the next run updates it. */
  readonly initErrors: readonly string[];
  readonly inputs: PropertyMap;
  readonly outputs: PropertyMap;
}

/** A call to a provider that had begun when the state was last written. */
export interface PendingCall {
  readonly urn: string;
  readonly call: "create" | "update" | "delete";
}

/** One line of the journal: what changed, in the order in which it happened. */
type JournalEntry =
  | { readonly begin: PendingCall }
  | { readonly failed: string }
  | { readonly put: readonly ResourceState[] }
  | { readonly remove: string }
  | { readonly outputs: PropertyMap };

interface StateFile {
  readonly version: 1;
  readonly project: string;
  readonly stack: string;
  readonly salt: string;
  readonly proof: string;
  readonly outputs: PropertyMap;
  readonly resources: readonly ResourceState[];
  readonly pending: readonly PendingCall[];
}

/**
 * The state of one stack: a snapshot (`<stack>.json`), replaced atomically, and while a run is
 * going on a journal beside it (`<stack>.journal`), to which every change is appended before the
 * program hears of it. A run that is killed at any moment therefore leaves a state from which the
 * next one goes on: it folds the journal into the snapshot first.
 */
export class StackState {
  private readonly resources = new Map<string, ResourceState>();
  private readonly pendingCalls = new Map<string, PendingCall>();
  private stackOutputs: PropertyMap = {};
  private secrets: StateSecrets;
  private journal: number | undefined;
  private lock: StackLock | undefined;
  private proof: string | undefined;

  private constructor(
    private readonly file: string,
    private readonly project: string,
    private readonly stack: string,
    passphrase: string,
    /** False if no run has ever written this stack's state. */
    readonly exists: boolean,
  ) {
    const saved = exists ? parseState(file) : undefined;
    this.secrets = new StateSecrets(passphrase, saved?.salt);
    if (saved !== undefined) this.restore(saved);
    this.replayJournal();
  }

  /** Reads a state without the right to change it; for previews and stack references. */
  static read(stateDir: string, project: string, stack: string, passphrase: string): StackState {
    const file = stateFile(stateDir, project, stack);
    const exists = fs.existsSync(file) || fs.existsSync(journalFile(file));
    return new StackState(file, project, stack, passphrase, exists && fs.existsSync(file));
  }

  /**
   * Opens a state for a run that changes it.
   * @throws Error if another run holds it, or the folder cannot be written.
   */
  static open(stateDir: string, project: string, stack: string, passphrase: string): StackState {
    const file = stateFile(stateDir, project, stack);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    const lock = StackLock.take(`${file}.lock`, `${project}/${stack}`);
    try {
      const state = new StackState(file, project, stack, passphrase, fs.existsSync(file));
      state.lock = lock;
      state.writeSnapshot();
      state.journal = fs.openSync(journalFile(file), "w");
      return state;
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /** Folds the journal into the snapshot and lets others have the stack. */
  close(): void {
    if (this.journal === undefined) return;
    fs.closeSync(this.journal);
    this.journal = undefined;
    this.writeSnapshot();
    fs.rmSync(journalFile(this.file), { force: true });
    this.lock?.release();
  }

  /** Everything that the stack owns, oldest first, those that wait for deletion included. */
  all(): ResourceState[] {
    return [...this.resources.values()];
  }

  /** The live resource of that URN. */
  get(urn: string): ResourceState | undefined {
    return this.resources.get(urn);
  }

  /** Calls of an earlier run of which nobody knows whether they had an effect. */
  interrupted(): PendingCall[] {
    return [...this.pendingCalls.values()];
  }

  /** Drops the memory of interrupted calls, after somebody was told. */
  forgetInterrupted(): void {
    this.pendingCalls.clear();
  }

  get outputs(): PropertyMap {
    return this.stackOutputs;
  }

  /** Notes that a provider is about to be called. */
  begin(call: PendingCall): void {
    this.apply({ begin: call });
  }

  /** Notes that the provider refused the call that had begun: it had no effect. */
  failed(urn: string): void {
    this.apply({ failed: urn });
  }

  /**
   * Notes resources as they now are, all in one step (a replacement together with what it
   * replaced); ends the calls that had begun.
   */
  put(...resources: readonly ResourceState[]): void {
    this.apply({ put: resources });
  }

  /** Forgets a resource. */
  remove(resource: Pick<ResourceState, "urn" | "id" | "pendingDelete">): void {
    this.apply({ remove: keyOf(resource) });
  }

  setOutputs(outputs: PropertyMap): void {
    this.apply({ outputs });
  }

  private apply(entry: JournalEntry): void {
    this.fold(entry);
    if (this.journal === undefined) return;
    const sealed = this.secrets.seal(entry as unknown as PropertyValue);
    fs.writeSync(this.journal, JSON.stringify(sealed) + "\n");
  }

  private fold(entry: JournalEntry): void {
    if ("begin" in entry) this.pendingCalls.set(entry.begin.urn, entry.begin);
    else if ("failed" in entry) this.pendingCalls.delete(entry.failed);
    else if ("outputs" in entry) this.stackOutputs = entry.outputs;
    else if ("remove" in entry) {
      this.resources.delete(entry.remove);
      this.pendingCalls.delete(urnOfKey(entry.remove));
    } else {
      for (const resource of entry.put) {
        this.resources.set(keyOf(resource), resource);
        this.pendingCalls.delete(resource.urn);
      }
    }
  }

  private restore(saved: StateFile): void {
    this.secrets.verify(saved.proof, this.file);
    this.proof = saved.proof;
    const open = <Value>(value: Value) =>
      this.secrets.open(value as unknown as PropertyValue) as unknown as Value;
    this.stackOutputs = open(saved.outputs);
    for (const resource of open(saved.resources)) this.resources.set(keyOf(resource), resource);
    for (const call of saved.pending) this.pendingCalls.set(call.urn, call);
  }

  private replayJournal(): void {
    if (!fs.existsSync(journalFile(this.file))) return;
    for (const line of fs.readFileSync(journalFile(this.file), "utf8").split("\n")) {
      const entry = parseJournalLine(line);
      // Only the last line can be torn: the process died while it wrote it.
      if (entry === undefined) break;
      this.fold(this.secrets.open(entry) as unknown as JournalEntry);
    }
  }

  private writeSnapshot(): void {
    this.proof ??= this.secrets.proof();
    const state: StateFile = {
      version: 1,
      project: this.project,
      stack: this.stack,
      salt: this.secrets.salt,
      proof: this.proof,
      outputs: this.stackOutputs,
      resources: this.all(),
      pending: this.interrupted(),
    };
    const sealed = this.secrets.seal(state as unknown as PropertyValue);
    const temporary = `${this.file}.${String(process.pid)}.tmp`;
    fs.writeFileSync(temporary, JSON.stringify(sealed, undefined, 1), { mode: 0o600 });
    fs.renameSync(temporary, this.file);
  }
}

function stateFile(stateDir: string, project: string, stack: string): string {
  return path.join(stateDir, "standin", project, `${stack}.json`);
}

function journalFile(file: string): string {
  return file.replace(/\.json$/, ".journal");
}

/** A replaced resource shares its URN with its replacement, so its id tells them apart. */
function keyOf({ urn, id, pendingDelete }: Pick<ResourceState, "urn" | "id" | "pendingDelete">) {
  return pendingDelete ? `${urn}\n${id ?? ""}` : urn;
}

function urnOfKey(key: string): string {
  return key.split("\n", 1)[0] ?? key;
}

function parseState(file: string): StateFile {
  let saved: StateFile;
  try {
    saved = JSON.parse(fs.readFileSync(file, "utf8")) as StateFile;
  } catch (error) {
    throw new Error(`The state file ${file} cannot be read: ${String(error)}`, { cause: error });
  }
  if ((saved.version as number) !== 1) {
    throw new Error(
      `The state file ${file} has version ${String(saved.version)}; this engine reads version 1. ` +
        `Delete it to begin anew: it describes the local AWS only.`,
    );
  }
  return saved;
}

function parseJournalLine(line: string): PropertyValue | undefined {
  try {
    return line === "" ? undefined : (JSON.parse(line) as PropertyValue);
  } catch {
    return undefined;
  }
}
