import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";

/** What a function said to a request. */
export type Answer =
  /** It ran; `text` is its result, or the error that it failed with. */
  | { readonly kind: "answered" | "failed"; readonly text: string }
  /** A run was under way all the time: Lambda delivers the request after it. */
  | { readonly kind: "queued" };

/**
 * The functions run once at a time, for most of each minute while there is something to do; a request
 * gets in between. After this the queue takes it, which is sure, but gives no answer.
 */
const patienceMs = 150_000;
const betweenTriesMs = 2_000;

/** Calls a function and waits for its answer. @throws TooManyRequestsException while it runs */
export async function callFunction(
  lambda: LambdaClient,
  name: string,
  payload: object,
): Promise<Answer & { readonly text: string }> {
  const { FunctionError, Payload } = await invoke(lambda, name, payload, "RequestResponse");
  const text = new TextDecoder().decode(Payload);
  return { kind: FunctionError === undefined ? "answered" : "failed", text };
}

/**
 * Hands a request to a function that runs once at a time, whose id makes a repeat harmless.
 *
 * @param waiting called once when another run is under way and the request has to wait
 */
export async function askFunction(
  lambda: LambdaClient,
  name: string,
  request: { readonly id: string },
  waiting: () => void,
  sleep: (ms: number) => Promise<void>,
): Promise<Answer> {
  for (let waited = 0; waited <= patienceMs; waited += betweenTriesMs) {
    try {
      return await callFunction(lambda, name, request);
    } catch (error) {
      if ((error as Error).name !== "TooManyRequestsException") throw error;
      if (waited === 0) waiting();
      await sleep(betweenTriesMs);
    }
  }
  await invoke(lambda, name, request, "Event");
  return { kind: "queued" };
}

function invoke(
  lambda: LambdaClient,
  name: string,
  payload: object,
  type: "RequestResponse" | "Event",
) {
  return lambda.send(
    new InvokeCommand({
      FunctionName: name,
      InvocationType: type,
      Payload: new TextEncoder().encode(JSON.stringify(payload)),
    }),
  );
}
