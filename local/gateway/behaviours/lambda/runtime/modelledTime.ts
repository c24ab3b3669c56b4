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
const realSetInterval = globalThis.setInterval;
const RealDate = globalThis.Date;

let base: TimeBase = { modelledMs: RealDate.now(), realMs: RealDate.now(), scale: 1 };

/** Follows the gateway's clock from now on; sent with every invocation, since it may have moved. */
export function followTime(next: TimeBase): void {
  base = next;
}

/** Milliseconds since 1970 in modelled time. */
export function modelledNow(): number {
  return Math.floor(base.modelledMs + (RealDate.now() - base.realMs) * base.scale);
}

function realDelay(modelledMs: number | undefined): number {
  return (modelledMs ?? 0) / base.scale;
}

function modelledSetTimeout(callback: () => void, delay?: number, ...args: []): NodeJS.Timeout {
  return realSetTimeout(callback, realDelay(delay), ...args);
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
  const modelledSleep = <T>(delay?: number, value?: T, options?: object) =>
    sleep(realDelay(delay), value, options);
  Object.defineProperty(modelledSetTimeout, promisify.custom, { value: modelledSleep });
  Object.assign(timersPromises, { setTimeout: modelledSleep });
  Object.assign(require("node:timers"), {
    setTimeout: modelledSetTimeout,
    setInterval: modelledSetInterval,
  });
  Object.assign(globalThis, {
    Date: modelledDate(),
    setTimeout: modelledSetTimeout,
    setInterval: modelledSetInterval,
  });
}
