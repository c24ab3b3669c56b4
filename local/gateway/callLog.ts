import type { ModelledMilliseconds } from "./scaledClock";

/** One finished API call. */
export interface LoggedCall {
  /** Counts from 1 in the order of completion. */
  readonly number: number;
  /** Modelled time at which the call arrived, milliseconds since the epoch. */
  readonly at: ModelledMilliseconds;
  /** Real milliseconds from arrival to answer. */
  readonly latency: number;
  readonly service: string;
  readonly action: string;
  /** Region whose control plane answered. */
  readonly region: string;
  /** Application id or access key id of the caller. */
  readonly caller: string;
  /** HTTP status; 0 if the connection was cut. */
  readonly status: number;
  /** Error code if it was refused. */
  readonly error?: string;
  /** The fault that it met, by its kind. */
  readonly fault?: string;
  /** Who answered: a behaviour's name, or `emulator`. */
  readonly answeredBy: string;
  /** The call's input, for what checks the safety rules over the whole trace; only of writing calls. */
  readonly input?: Readonly<Record<string, unknown>>;
}

type Listener = (call: LoggedCall) => void;

/** All calls of a run in order; listeners hear each as it ends. */
export class CallLog {
  private readonly calls: LoggedCall[] = [];
  private readonly listeners = new Set<Listener>();

  record(call: Omit<LoggedCall, "number">): void {
    const numbered = { ...call, number: this.calls.length + 1 };
    this.calls.push(numbered);
    for (const listener of this.listeners) listener(numbered);
  }

  /** Calls with a number above `after`, oldest first. */
  since(after = 0): readonly LoggedCall[] {
    return this.calls.slice(after);
  }

  /** Hears calls from now on until the returned function is called. */
  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }
}

/** True for operations that only look: their inputs are not worth keeping. */
export function onlyReads(action: string): boolean {
  return /^(Describe|Get|List|Head|BatchGet|Query|Scan|Receive|Lookup|Search|Simulate|Test)/.test(
    action,
  );
}
