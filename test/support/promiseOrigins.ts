/**
 * Pulumi takes a stack for each of its promises, some forty a resource, to tell where those were made
 * that never settle. The stacks cost more than the rest of a mocked program; such a promise is still
 * reported, without its origin.
 */
type Debuggable = (promise: Promise<unknown>, context?: string) => Promise<unknown>;

const debuggable = require("@pulumi/pulumi/runtime/debuggable") as {
  debuggablePromise: Debuggable;
};

const { debuggablePromise } = debuggable;
debuggable.debuggablePromise = (promise, context) => {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return debuggablePromise(promise, context);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
};
