/** What every command's line and end have in common, whatever the command is about. */
import { type Command, CommanderError, InvalidArgumentError } from "commander";

/** Makes a command throw a CommanderError instead of printing and exiting; {@link exitWith} does that. */
export function throwing(command: Command): Command {
  return command.exitOverride().configureOutput({ writeErr: () => undefined });
}

/**
 * Says why a command could not run, and ends the process with 2: 1 is for one that ran and found
 * something. Children end with it.
 */
export function exitWith(error: unknown, what: string): never {
  // Asked for help or the version, and got it.
  if (error instanceof CommanderError && error.exitCode === 0) process.exit(0);
  console.error(`${what} ${reason(error)}`);
  process.exit(2);
}

/** A defect of ours is shown with its stack; what a user can mend is not. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const defect = error instanceof TypeError || error instanceof ReferenceError;
  if (defect) return error.stack ?? error.message;
  return error.message.replace(/^error: /, "");
}

/** A signal that aborts when the user interrupts. A second Ctrl-C ends the process at once. */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      controller.abort(new Error("Interrupted."));
    });
  }
  return controller.signal;
}

/** Reads a whole number. */
export function whole(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least) {
      throw new InvalidArgumentError(`"${text}" is not a whole number from ${least} on.`);
    }
    return value;
  };
}
