import Module from "node:module";
import timersPromises from "node:timers/promises";
import { promisify } from "node:util";
import type { TimeBase } from "./protocol";

/*
 * Makes a function live in modelled time: Date, setTimeout, setInterval and their promise forms.
 *
 * Left real: AbortSignal.timeout and the SDK's socket timeouts. Both limit single calls over the
 * real loopback; sixty times shorter they would fail calls that are merely normal.
 */

const realSetTimeout = globalThis.setTimeout;
const realClearTimeout = globalThis.clearTimeout;
const realSetInterval = globalThis.setInterval;
const RealDate = globalThis.Date;

let base: TimeBase = { modelledMs: RealDate.now(), realMs: RealDate.now(), pace: 1, scale: 1 };

/** What a timer that woke early was followed by, until it is due. */
const successors = new WeakMap<NodeJS.Timeout, NodeJS.Timeout>();

/** Follows the gateway's clock from now on; told with every invocation and whenever its pace changes. */
export function followTime(next: TimeBase): void {
  base = next;
}

/** Milliseconds since 1970 in modelled time. */
export function modelledNow(): number {
  return Math.floor(base.modelledMs + (RealDate.now() - base.realMs) * base.pace);
}

function realDelay(modelledMs: number | undefined): number {
  return (modelledMs ?? 0) / base.scale;
}

/** Wakes at the soonest moment at which it can be due, and sleeps on if the clock was held. */
function modelledSetTimeout(callback: () => void, delay = 0, ...args: []): NodeJS.Timeout {
  const dueAt = modelledNow() + delay;
  const wake = (): void => {
    const left = dueAt - modelledNow();
    if (left <= 0) callback(...args);
    else successors.set(first, realSetTimeout(wake, realDelay(left)));
  };
  const first = realSetTimeout(wake, realDelay(delay));
  return first;
}

function modelledClearTimeout(timer: NodeJS.Timeout | undefined): void {
  realClearTimeout(timer);
  if (typeof timer === "object") realClearTimeout(successors.get(timer));
}

function modelledSetInterval(callback: () => void, delay?: number, ...args: []): NodeJS.Timeout {
  return realSetInterval(callback, realDelay(delay), ...args);
}

/** A proxy and not a subclass, so that dates made by Node itself are still `instanceof Date`. */
function modelledDate(): DateConstructor {
  const proxy = new Proxy(RealDate, {
    apply: () => new RealDate(modelledNow()).toString(),
    construct: (target, args: unknown[], newTarget) =>
      Reflect.construct(target, args.length === 0 ? [modelledNow()] : args, newTarget) as object,
    get: (target, property, receiver) =>
      property === "now" ? modelledNow : (Reflect.get(target, property, receiver) as unknown),
  });
  Object.defineProperty(RealDate.prototype, "constructor", { value: proxy, writable: true });
  return proxy;
}

const realTimersKey = Symbol.for("local-lambda.real-timers");

interface CompilingModule {
  _compile(content: string, filename: string): unknown;
}

/**
 * Gives the SDK's socket layer the real timers by name: its source is compiled with a first line
 * that shadows the globals. A look at the call stack on every timer would cost more and guess.
 */
function keepSocketTimeoutsReal(): void {
  Object.defineProperty(globalThis, realTimersKey, {
    value: {
      setTimeout: realSetTimeout,
      setInterval: realSetInterval,
    },
  });
  const prototype = Module.prototype as unknown as CompilingModule;
  const compile = Reflect.get(prototype, "_compile");
  prototype._compile = function (this: CompilingModule, content: string, filename: string) {
    const socketLayer = /[\\/]@smithy[\\/]node-http-handler[\\/]/.test(filename);
    const prefix = `const { setTimeout, setInterval } = globalThis[Symbol.for("local-lambda.real-timers")];`;
    return compile.call(this, socketLayer ? prefix + content : content, filename);
  };
}

/** Replaces the process's clock and timers. Call once, before any other module loads. */
export function installModelledTime(start: TimeBase): void {
  followTime(start);
  keepSocketTimeoutsReal();
  const sleep = timersPromises.setTimeout;
  const modelledSleep = async <T>(delay = 0, value?: T, options?: object): Promise<T> => {
    const dueAt = modelledNow() + delay;
    for (let left = delay; left > 0; left = dueAt - modelledNow()) {
      await sleep(realDelay(left), undefined, options);
    }
    return value as T;
  };
  Object.defineProperty(modelledSetTimeout, promisify.custom, { value: modelledSleep });
  Object.assign(timersPromises, { setTimeout: modelledSleep });
  Object.assign(require("node:timers"), {
    setTimeout: modelledSetTimeout,
    clearTimeout: modelledClearTimeout,
    setInterval: modelledSetInterval,
  });
  Object.assign(globalThis, {
    Date: modelledDate(),
    setTimeout: modelledSetTimeout,
    clearTimeout: modelledClearTimeout,
    setInterval: modelledSetInterval,
  });
}
