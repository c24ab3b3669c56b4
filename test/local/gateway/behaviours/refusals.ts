/** The error that a call ends in; fails if it succeeds. */
export async function errorOf(attempt: Promise<unknown>): Promise<Error> {
  try {
    await attempt;
  } catch (error) {
    return error as Error;
  }
  throw new Error("expected a refusal, got an answer");
}

/** Its name: AWS's error code. */
export async function nameOfError(attempt: Promise<unknown>): Promise<string> {
  return (await errorOf(attempt)).name;
}

/** Its message. */
export async function messageOfError(attempt: Promise<unknown>): Promise<string> {
  return (await errorOf(attempt)).message;
}
