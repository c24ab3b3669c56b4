/**
 * What the gateway and a function's process say to each other over Node's IPC channel. Both sides
 * import it: the gateway from TypeScript, the process from the transpiled copy in its runtime folder.
 */

/** Ties modelled time to the wall clock that both processes share. */
export interface TimeBase {
  /** Modelled time at {@link realMs}, milliseconds since 1970. */
  readonly modelledMs: number;
  /** Wall clock at that moment, milliseconds since 1970. */
  readonly realMs: number;
  /** Modelled milliseconds per real millisecond, from {@link realMs} on. */
  readonly pace: number;
  /** The same when nothing holds the gateway's clock: the soonest at which anything can be due. */
  readonly scale: number;
}

/** Given to the process in its environment; removed from there before the function's code loads. */
export interface SandboxSettings {
  /** Folder that the deployment package was unpacked to. */
  readonly taskRoot: string;
  /** Folder whose `node_modules` holds the SDK that Lambda's Node.js runtime carries. */
  readonly sdkRoot: string;
  /** `host:port` of the load-balancer edge, absent when none is modelled. */
  readonly loadBalancerEdge?: string;
  readonly time: TimeBase;
}

/** Name of the environment variable that carries {@link SandboxSettings}. */
export const settingsVariable = "LOCAL_LAMBDA_SANDBOX";

/** Ends a request's output on stdout; what came before it belongs to that request. */
export const endOfOutput = "\u001e";

export interface InvokeMessage {
  readonly type: "invoke";
  readonly requestId: string;
  readonly functionArn: string;
  /** The event as JSON text. */
  readonly payload: string;
  /** Modelled time at which Lambda ends the invocation. */
  readonly deadlineMs: number;
  readonly time: TimeBase;
}

/** The gateway's clock has changed its pace while the function runs. */
export interface TimeMessage {
  readonly type: "time";
  readonly time: TimeBase;
}

export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace: readonly string[];
}

export type SandboxMessage =
  /** The handler's module is loaded. */
  | { readonly type: "ready" }
  /** The handler's module could not be loaded; the process ends. */
  | { readonly type: "initError"; readonly error: FunctionError }
  | {
      readonly type: "result";
      readonly requestId: string;
      /** JSON text that the handler returned; absent when it threw. */
      readonly payload?: string;
      readonly error?: FunctionError;
      /** Highest resident size of the process so far, in MB. */
      readonly maxMemoryMb: number;
    };
