import { readSettings, readWebSettings } from "./stacks/config";
import { dr } from "./stacks/dr";
import { StackRefused } from "./stacks/failoverRecord/requireAgreement";
import { primary } from "./stacks/primary";
import { webApp } from "./stacks/webApp";

const programs = { primary, dr };

/** One program a stack: settings are read and checked whole before anything is registered. */
const run = programOfStack();

/** Pulumi awaits it: whether the stack may run at all is asked of the failover record first. */
export = async (): Promise<Record<string, unknown>> => {
  try {
    return await run();
  } catch (error) {
    if (error instanceof StackRefused && error.callPending) endSoon();
    throw error;
  }
};

function programOfStack(): () => Promise<Record<string, unknown>> {
  const web = readWebSettings();
  if (web !== undefined) return () => Promise.resolve(webApp(web));
  const stack = readSettings();
  return () => programs[stack.settings.program](stack);
}

/**
 * Ends the process once Pulumi has reported the error. A call to a silent region cannot be taken
 * back, and Node waits for its end, which the provider puts off by many minutes of retries.
 */
function endSoon(): void {
  setTimeout(() => process.exit(), 1_000).unref();
}
