import fs from "node:fs";
import path from "node:path";
import { Worker } from "node:worker_threads";
import { followTime, installModelledTime, modelledNow } from "./modelledTime";
import { installModuleFence } from "./moduleFence";
import { installLoopbackOnly, routeLoadBalancersTo } from "./network";
import {
  endOfOutput,
  settingsVariable,
  type FunctionError,
  type InvokeMessage,
  type SandboxMessage,
  type SandboxSettings,
  type TimeMessage,
} from "./protocol";

/*
 * The first file that a function's process runs: what Lambda's runtime interface client does, in a
 * bare Node process. Its handler contract: docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.
 */

type Handler = (
  event: unknown,
  context: object,
  callback: (error: unknown, result?: unknown) => void,
) => unknown;

function tell(message: SandboxMessage, then?: () => void): void {
  process.send?.(message, undefined, {}, () => then?.());
}

function describe(thrown: unknown): FunctionError {
  if (thrown instanceof Error) {
    const trace = (thrown.stack ?? "").split("\n");
    return { errorType: thrown.name, errorMessage: thrown.message, trace };
  }
  return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };
}

/**
 * Ends the process when the gateway is gone, even while the function blocks the main thread: a
 * worker has a thread and timers of its own.
 */
function dieWithParent(): void {
  const parent = process.ppid;
  new Worker(
    `setInterval(() => { if (process.ppid !== ${parent}) process.kill(process.pid, "SIGKILL"); }, 250);`,
    { eval: true, execArgv: [], env: {}, stdout: false, stderr: false },
  ).unref();
  process.on("disconnect", () => process.exit(0));
}

function loadHandler(taskRoot: string, handler: string): Handler {
  const dot = handler.lastIndexOf(".");
  const [file, name] = [handler.slice(0, dot), handler.slice(dot + 1)];
  const module_ = require(path.join(taskRoot, file)) as Record<string, unknown>;
  const found = module_[name];
  if (typeof found !== "function") {
    throw Object.assign(new Error(`${handler} is undefined or not exported`), {
      name: "Runtime.HandlerNotFound",
    });
  }
  return found as Handler;
}

function contextOf(message: InvokeMessage): object {
  const environment = process.env;
  return {
    awsRequestId: message.requestId,
    invokedFunctionArn: message.functionArn,
    functionName: environment.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: environment.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: environment.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: environment.AWS_LAMBDA_LOG_STREAM_NAME,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, message.deadlineMs - modelledNow()),
  };
}

/** Runs a handler of either style: one that returns a promise, or one that calls back. */
function run(handler: Handler, message: InvokeMessage): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const callback = (error: unknown, result?: unknown) => {
      if (error === null || error === undefined) resolve(result);
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- whatever the function threw: describe() copes with more than errors
      else reject(error);
    };
    const returned = handler(JSON.parse(message.payload), contextOf(message), callback);
    if (returned instanceof Promise) returned.then(resolve, reject);
    else if (handler.length < 3) resolve(returned);
  });
}

async function invoke(handler: Handler, message: InvokeMessage): Promise<void> {
  followTime(message.time);
  let outcome: { payload: string } | { error: FunctionError };
  try {
    outcome = { payload: JSON.stringify((await run(handler, message)) ?? null) };
  } catch (error) {
    outcome = { error: describe(error) };
    console.error(JSON.stringify(outcome.error));
  }
  // Written in step, so that the mark stands behind everything that the function printed.
  fs.writeSync(1, endOfOutput);
  const maxMemoryMb = Math.ceil(process.resourceUsage().maxRSS / 1024);
  tell({ type: "result", requestId: message.requestId, maxMemoryMb, ...outcome });
}

function readSettings(): SandboxSettings {
  const text = process.env[settingsVariable];
  if (text === undefined) throw new Error(`${settingsVariable} is not set`);
  Reflect.deleteProperty(process.env, settingsVariable);
  return JSON.parse(text) as SandboxSettings;
}

function start(): void {
  const settings = readSettings();
  dieWithParent();
  // Lambda writes both streams to one log.
  process.stderr.write = process.stdout.write.bind(process.stdout);
  installModelledTime(settings.time);
  installLoopbackOnly();
  if (settings.loadBalancerEdge !== undefined) routeLoadBalancersTo(settings.loadBalancerEdge);
  installModuleFence(settings.taskRoot, settings.sdkRoot);

  try {
    const handler = loadHandler(settings.taskRoot, process.env._HANDLER ?? "");
    process.on("message", (message: InvokeMessage | TimeMessage) => {
      if (message.type === "time") followTime(message.time);
      else void invoke(handler, message);
    });
    tell({ type: "ready" });
  } catch (error) {
    const described = describe(error);
    console.error(JSON.stringify(described));
    tell({ type: "initError", error: described }, () => process.exit(1));
  }
}

start();
