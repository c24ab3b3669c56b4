/** The drill could not run for a reason outside of it; the message says how to cure it. Exit code 2. */
export class EmulatorUnavailable extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "EmulatorUnavailable";
  }
}
