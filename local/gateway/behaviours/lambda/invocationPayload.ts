import type { InvokeCommandInput } from "@aws-sdk/client-lambda";
import { AwsError } from "../../wire/awsError";

/** Payload limit of asynchronous invocations, bytes; of synchronous ones 6 MB. */
const asyncPayloadLimit = 1024 * 1024;
const syncPayloadLimit = 6 * 1024 * 1024;

/**
 * An invocation's event as JSON text; none is an empty object.
 * @throws AwsError if it is too large or no JSON
 */
export function payloadText(input: InvokeCommandInput): string {
  const bytes = Buffer.from((input.Payload as Uint8Array | undefined) ?? []);
  const limit = input.InvocationType === "Event" ? asyncPayloadLimit : syncPayloadLimit;
  if (bytes.length > limit) {
    throw new AwsError(
      "RequestTooLargeException",
      `Request must be smaller than ${limit} bytes for the InvokeFunction operation`,
    );
  }
  const text = bytes.length === 0 ? "{}" : bytes.toString("utf8");
  try {
    JSON.parse(text);
  } catch (error) {
    throw new AwsError(
      "InvalidRequestContentException",
      `Could not parse request body into json: ${(error as Error).message}`,
    );
  }
  return text;
}
