import { randomUUID } from "node:crypto";
import type { BehaviourContext } from "../../behaviour";
import type { DeployedFunction } from "./deployedFunction";
import { FunctionPool, timeBase } from "./functionPool";
import { createRuntimeFolder, type RuntimeFolder } from "./runtimeFolder";
import type { InvocationOutcome, Sandbox } from "./sandbox";

/** One line that a function, or Lambda about it, wrote. */
export interface FunctionLogLine {
  /** Modelled milliseconds since the epoch. */
  readonly at: number;
  readonly region: string;
  readonly functionName: string;
  /** Absent for output outside of an invocation. */
  readonly requestId?: string;
  readonly line: string;
}

/** One finished attempt to run a function. */
export interface InvocationRecord {
  readonly region: string;
  readonly functionName: string;
  readonly requestId: string;
  readonly startedAt: number;
  readonly endedAt: number;
  /** True when a process had to be started for it. */
  readonly cold: boolean;
  /** Highest resident memory of the process so far, Node included, in MB. */
  readonly maxMemoryMb: number;
  /** Undefined when it returned. */
  readonly error?: { readonly errorType: string; readonly errorMessage: string };
}

/** What an attempt gave. */
export interface InvocationResult {
  readonly requestId: string;
  readonly succeeded: boolean;
  /** JSON text: what the handler returned, or the error object. */
  readonly payload: string;
  /** The attempt's own log lines. */
  readonly log: readonly string[];
}

/** How the runtime deals with what cannot be scaled. */
export interface FunctionRuntimeOptions {
  /**
   * Shortest real time that a function gets before its timeout ends it, milliseconds. Its work on
   * the CPU takes the same real time at any scale: at 60 modelled seconds a second, a timeout of
   * 30 s would leave it half a second, less than loading the SDK takes. Default 4000.
   */
  readonly leastRealTimeoutMs?: number;
}

interface Running {
  readonly requestId: string;
  readonly log: string[];
}

/** Runs deployed functions in processes of their own and keeps what they logged. */
export class FunctionRuntime {
  /** Everything logged so far, oldest first. */
  readonly logs: FunctionLogLine[] = [];
  /** Every finished attempt, oldest first. */
  readonly invocations: InvocationRecord[] = [];
  private readonly pools = new Map<string, FunctionPool>();
  private readonly running = new Map<Sandbox, Running>();
  private readonly retiring = new Set<Promise<void>>();
  private folder: RuntimeFolder | undefined;
  private following = false;
  private readonly leastRealTimeoutMs: number;

  constructor(options: FunctionRuntimeOptions = {}) {
    this.leastRealTimeoutMs = options.leastRealTimeoutMs ?? 4000;
  }

  /**
   * Runs the function once.
   * @throws AwsError TooManyRequestsException when its concurrency is used up.
   */
  async invoke(
    deployed: DeployedFunction,
    payload: string,
    context: BehaviourContext,
    requestId: string = randomUUID(),
  ): Promise<InvocationResult> {
    const pool = this.poolOf(deployed, context);
    const { sandbox, cold } = pool.take();
    const running: Running = { requestId, log: [] };
    this.running.set(sandbox, running);
    try {
      const initError = await context.work(() => sandbox.whenReady());
      const startedAt = context.clock.now();
      this.note(deployed, running, `START RequestId: ${requestId} Version: $LATEST`, context);
      const outcome: InvocationOutcome =
        initError === undefined
          ? await this.runOnce(sandbox, deployed, payload, requestId, context)
          : { kind: "threw", error: initError, maxMemoryMb: 0 };
      return this.conclude(deployed, running, outcome, { startedAt, cold }, context);
    } finally {
      this.running.delete(sandbox);
      pool.giveBack(sandbox);
      if (this.pools.get(deployed.arn) !== pool) await pool.retire();
    }
  }

  /** Ends warm processes of the function, after its code or settings changed or it was deleted. */
  forget(deployed: DeployedFunction): void {
    const pool = this.pools.get(deployed.arn);
    this.pools.delete(deployed.arn);
    if (pool === undefined) return;
    this.untilStopped(pool.retire());
  }

  /**
   * Kills the processes that run the function now, as a machine that loses its power would, and
   * returns how many there were.
   */
  async kill(region: string, functionName: string): Promise<number> {
    let killed = 0;
    for (const [arn, pool] of this.pools) {
      if (arn.includes(`:${region}:`) && arn.endsWith(`:function:${functionName}`)) {
        killed += await pool.killBusy();
      }
    }
    return killed;
  }

  /** Kills every process of a region that died, without waiting until they are gone. */
  killRegion(region: string): void {
    for (const [arn, pool] of this.pools) {
      if (arn.includes(`:${region}:`)) this.untilStopped(pool.stop());
    }
  }

  /** Kills every process and removes the files. */
  async stop(): Promise<void> {
    await Promise.all([...[...this.pools.values()].map((pool) => pool.stop()), ...this.retiring]);
    this.pools.clear();
    this.folder?.remove();
    this.folder = undefined;
  }

  /** Remembers what is still ending, so that stop() can wait for it. */
  private untilStopped(ending: Promise<void>): void {
    const done = ending.finally(() => this.retiring.delete(done));
    this.retiring.add(done);
  }

  private async runOnce(
    sandbox: Sandbox,
    deployed: DeployedFunction,
    payload: string,
    requestId: string,
    context: BehaviourContext,
  ): Promise<InvocationOutcome> {
    const timeoutMs = (deployed.configuration.Timeout ?? 3) * 1000;
    const timeout = { passed: false };
    const patienceMs = Math.max(timeoutMs, this.leastRealTimeoutMs * context.clock.scale);
    const limit = context.clock.after(patienceMs, async () => {
      timeout.passed = true;
      await sandbox.kill();
    });
    try {
      const outcome = await sandbox.invoke({
        type: "invoke",
        requestId,
        functionArn: deployed.arn,
        payload,
        deadlineMs: context.clock.now() + timeoutMs,
        time: timeBase(context),
      });
      if (!timeout.passed) return outcome;
      const errorMessage = `RequestId: ${requestId} Error: Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`;
      const error = { errorType: "Sandbox.Timedout", errorMessage, trace: [] };
      return { kind: "threw", error, maxMemoryMb: outcome.maxMemoryMb };
    } finally {
      limit.cancel();
    }
  }

  private conclude(
    deployed: DeployedFunction,
    running: Running,
    outcome: InvocationOutcome,
    attempt: { startedAt: number; cold: boolean },
    context: BehaviourContext,
  ): InvocationResult {
    const { requestId } = running;
    const endedAt = context.clock.now();
    const error =
      outcome.kind === "returned"
        ? undefined
        : outcome.kind === "threw"
          ? outcome.error
          : {
              errorType: "Runtime.ExitError",
              errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: ${outcome.reason}`,
              trace: [],
            };
    if (error !== undefined) this.note(deployed, running, error.errorMessage, context);
    this.note(deployed, running, `END RequestId: ${requestId}`, context);
    this.note(
      deployed,
      running,
      `REPORT RequestId: ${requestId} Duration: ${(endedAt - attempt.startedAt).toFixed(2)} ms ` +
        `Memory Size: ${deployed.configuration.MemorySize ?? 128} MB Max Memory Used: ${outcome.maxMemoryMb} MB`,
      context,
    );
    this.invocations.push({
      region: deployed.region,
      functionName: deployed.name,
      requestId,
      ...attempt,
      endedAt,
      maxMemoryMb: outcome.maxMemoryMb,
      ...(error === undefined ? {} : { error }),
    });
    publish(deployed, "Invocations", 1, context);
    publish(deployed, "Errors", error === undefined ? 0 : 1, context);
    publish(deployed, "Duration", endedAt - attempt.startedAt, context);
    const payload = outcome.kind === "returned" ? outcome.payload : JSON.stringify(error);
    return { requestId, succeeded: error === undefined, payload, log: running.log };
  }

  private poolOf(deployed: DeployedFunction, context: BehaviourContext): FunctionPool {
    const known = this.pools.get(deployed.arn);
    if (known !== undefined) return known;
    this.folder ??= createRuntimeFolder();
    this.followClock(context);
    const pool = new FunctionPool(deployed, {
      context,
      folder: this.folder,
      onLine: (sandbox, line) => {
        this.note(deployed, this.running.get(sandbox), line, context);
      },
    });
    this.pools.set(deployed.arn, pool);
    return pool;
  }

  /** Functions' processes have clocks of their own, which go as the gateway's does. */
  private followClock(context: BehaviourContext): void {
    if (this.following) return;
    this.following = true;
    context.clock.onPace(() => {
      for (const pool of this.pools.values()) pool.follow(timeBase(context));
    });
  }

  private note(
    deployed: DeployedFunction,
    running: Running | undefined,
    line: string,
    context: BehaviourContext,
  ): void {
    running?.log.push(line);
    this.logs.push({
      at: context.clock.now(),
      region: deployed.region,
      functionName: deployed.name,
      line,
      ...(running === undefined ? {} : { requestId: running.requestId }),
    });
  }
}

/** The metrics that alarms on functions watch (Lambda Developer Guide, "Types of metrics"). */
function publish(
  { region, name: functionName }: DeployedFunction,
  name: string,
  value: number,
  context: BehaviourContext,
): void {
  const dimensions = { FunctionName: functionName };
  context.world.metrics.put({ region, namespace: "AWS/Lambda", name, dimensions, value });
}
