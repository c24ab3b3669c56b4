/**
 * Runs a program or a component against Pulumi mocks that are strict: an unknown resource type,
 * input, call or a colliding name is an error, and what plain mocks hide (parents, protect,
 * ignoreChanges, providers, dependencies) is recorded.
 *
 * Problems are collected while the program runs and thrown together afterwards: a mock that rejects
 * would leave one unhandled rejection for every Output downstream of it.
 */
import * as pulumi from "@pulumi/pulumi";
import "../../local/engine/standin/noDebugMessages.js";
import "./promiseOrigins";
import "./readFunctions";
import { Recorder, type RunOptions } from "./recorder";
import type { Registrations } from "./registrations";

export type { RunOptions };

/** What a run left behind. */
export interface Run<T> {
  /** What the program returned: a component, or a stack's outputs. */
  readonly result: T;
  readonly registrations: Registrations;
}

/** Runs a component's constructor inside a stack. */
export async function runComponent<T>(make: () => T, options: RunOptions = {}): Promise<Run<T>> {
  return runProgram(make, options);
}

/** The plain value of an Output of a finished run. */
export async function valueOf<T>(output: pulumi.Input<T>): Promise<pulumi.Unwrap<T>> {
  return new Promise((resolve) => {
    pulumi.output(output).apply(resolve);
  });
}

/**
 * Runs a whole program inside a stack. Import what it needs inside of `program` if loading it
 * already creates resources.
 */
export async function runProgram<T>(
  program: () => T | Promise<T>,
  options: RunOptions = {},
): Promise<Run<T>> {
  const recorder = new Recorder(options);
  await pulumi.runtime.setMocks(
    { newResource: (args) => recorder.answer(args), call: (args) => recorder.call(args) },
    options.project ?? "jenkins-pilot-light",
    options.stack ?? "primary",
    options.preview ?? false,
    "organization",
  );
  pulumi.runtime.setAllConfig({ ...options.config });
  recorder.attach(pulumi.runtime.getMonitor());

  let result: { value: T } | undefined;
  const rejections = await withUnhandledRejectionsCollected(async () => {
    await pulumi.runtime.runInPulumiStack(async () => {
      result = { value: await program() };
    });
    await pulumi.runtime.disconnect();
  });
  recorder.throwProblems(rejections);
  if (result === undefined) throw new Error("the program ended without a result");
  return { result: result.value, registrations: recorder.finished() };
}

/**
 * Runs `work`; a rejection that nobody awaits is collected instead of ending mocha. If `work`
 * itself fails, its error is thrown, because the others only follow from it.
 */
async function withUnhandledRejectionsCollected(work: () => Promise<void>): Promise<unknown[]> {
  const collected: unknown[] = [];
  const collect = (reason: unknown): void => {
    collected.push(reason);
  };
  const formerly = process.listeners("unhandledRejection");
  // Pulumi takes a whole stack for each resource, from an error without a message that nobody throws.
  // To map every frame of it back to its source, or even to print it, takes several times as long as
  // everything else together.
  const { stackTraceLimit } = Error;
  const formatter = Object.getOwnPropertyDescriptor(Error, "prepareStackTrace");
  Error.stackTraceLimit = 3;
  Error.prepareStackTrace = (error, frames) => {
    if (error.message === "") return error.name;
    return [
      String(error),
      ...frames.map(
        (frame) => `    at ${frame.getFileName() ?? "?"}:${frame.getLineNumber() ?? 0}`,
      ),
    ].join("\n");
  };
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", collect);
  try {
    await work();
    return collected;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    if (formatter === undefined) Reflect.deleteProperty(Error, "prepareStackTrace");
    else Object.defineProperty(Error, "prepareStackTrace", formatter);
    // Node reports unhandled rejections after the microtasks of a turn: give it two turns.
    for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
    process.removeListener("unhandledRejection", collect);
    for (const listener of formerly) process.on("unhandledRejection", listener);
  }
}
