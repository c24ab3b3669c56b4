import { spawn, type ChildProcess } from "node:child_process";
import {
  endOfOutput,
  settingsVariable,
  type FunctionError,
  type InvokeMessage,
  type SandboxMessage,
  type SandboxSettings,
  type TimeBase,
  type TimeMessage,
} from "./runtime/protocol";

/** How one invocation ended. */
export type InvocationOutcome = (
  | { readonly kind: "returned"; readonly payload: string }
  | { readonly kind: "threw"; readonly error: FunctionError }
  /** The process ended before it answered. */
  | { readonly kind: "died"; readonly reason: string }
) & { readonly maxMemoryMb: number };

/** What a process is started with. */
export interface SandboxOptions {
  /** Path of the transpiled bootstrap file. */
  readonly bootstrap: string;
  readonly settings: SandboxSettings;
  /** The whole environment of the process; nothing of the gateway's own is inherited. */
  readonly environment: Readonly<Record<string, string>>;
  /** Upper limit of the JavaScript heap in MB: the function's memory size. */
  readonly memoryMb: number;
  /** Receives each line that the function writes. */
  readonly onLine: (line: string) => void;
}

/** Processes that must not outlive the gateway, whichever way it ends. */
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** One Node process that runs one function, warm between invocations, one invocation at a time. */
export class Sandbox {
  private readonly child: ChildProcess;
  private readonly ready: Promise<FunctionError | undefined>;
  private readonly whenExited: Promise<string>;
  private exitReason: string | undefined;
  private pending = "";
  private onEndOfOutput: (() => void) | undefined;
  private maxMemoryMb = 0;

  constructor(private readonly options: SandboxOptions) {
    this.child = spawn(
      process.execPath,
      [`--max-old-space-size=${options.memoryMb}`, "--no-warnings", options.bootstrap],
      {
        cwd: options.settings.taskRoot,
        env: { ...options.environment, [settingsVariable]: JSON.stringify(options.settings) },
        stdio: ["ignore", "pipe", "pipe", "ipc"],
      },
    );
    running.add(this.child);
    this.readOutput();
    this.whenExited = new Promise((resolve) => {
      const ended = (reason: string) => {
        running.delete(this.child);
        this.exitReason ??= reason;
        resolve(this.exitReason);
      };
      this.child.once("error", (error) => {
        ended(`could not start: ${error.message}`);
      });
      // `close` comes after the last output, `exit` may come before it.
      this.child.once("close", (code, signal) => {
        ended(signal === null ? `exit status ${code ?? "unknown"}` : `signal: ${signal}`);
      });
    });
    this.ready = this.waitUntilReady();
  }

  /** False once the process has ended or was told to. */
  get alive(): boolean {
    return this.exitReason === undefined && !this.child.killed;
  }

  /** Process id, for whoever wants to kill it from outside. */
  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Resolves when the handler's module is loaded: to nothing, or to why it could not be. */
  whenReady(): Promise<FunctionError | undefined> {
    return this.ready;
  }

  /** Runs one event and resolves with its outcome, also when the process dies of it. */
  async invoke(message: InvokeMessage): Promise<InvocationOutcome> {
    const outputEnded = new Promise<void>((resolve) => (this.onEndOfOutput = resolve));
    const answered = new Promise<Extract<SandboxMessage, { type: "result" }>>((resolve) => {
      const listen = (answer: SandboxMessage) => {
        if (answer.type !== "result" || answer.requestId !== message.requestId) return;
        this.child.off("message", listen);
        resolve(answer);
      };
      this.child.on("message", listen);
    });
    // A process that died just now is noticed by whenExited; the send itself may then fail.
    if (this.child.connected) this.child.send(message, () => undefined);
    const answer = await Promise.race([
      Promise.all([answered, outputEnded]).then(([result]) => result),
      this.whenExited.then((reason) => ({ type: "exited" as const, reason })),
    ]);
    if (answer.type === "exited") {
      return { kind: "died", reason: answer.reason, maxMemoryMb: this.maxMemoryMb };
    }
    this.maxMemoryMb = answer.maxMemoryMb;
    return answer.error === undefined
      ? { kind: "returned", payload: answer.payload ?? "null", maxMemoryMb: this.maxMemoryMb }
      : { kind: "threw", error: answer.error, maxMemoryMb: this.maxMemoryMb };
  }

  /** Tells the function which way the gateway's clock goes from now on. */
  follow(time: TimeBase): void {
    const message: TimeMessage = { type: "time", time };
    if (this.child.connected) this.child.send(message, () => undefined);
  }

  /** Ends the process at once, as the power switch would. Resolves when it is gone. */
  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.whenExited;
  }

  private async waitUntilReady(): Promise<FunctionError | undefined> {
    const told = new Promise<SandboxMessage>((resolve) => this.child.once("message", resolve));
    const first = await Promise.race([
      told,
      this.whenExited.then((reason) => ({ type: "exited" as const, reason })),
    ]);
    if (first.type === "initError") return first.error;
    if (first.type === "exited") {
      const errorMessage = `Error: Runtime exited with error: ${first.reason}`;
      return { errorType: "Runtime.ExitError", errorMessage, trace: [] };
    }
    return undefined;
  }

  private readOutput(): void {
    const take = (chunk: string) => {
      this.pending += chunk;
      for (;;) {
        const end = this.pending.search(new RegExp(`[\n${endOfOutput}]`));
        if (end < 0) return;
        const line = this.pending.slice(0, end);
        const ended = this.pending[end] === endOfOutput;
        this.pending = this.pending.slice(end + 1);
        if (line !== "") this.options.onLine(line);
        if (ended) this.onEndOfOutput?.();
      }
    };
    this.child.stdout?.setEncoding("utf8").on("data", take);
    // Only Node itself still writes here: what it says when it cannot go on.
    this.child.stderr?.setEncoding("utf8").on("data", take);
    this.child.once("close", () => {
      if (this.pending !== "") this.options.onLine(this.pending);
    });
  }
}
