import type { AwsRequest, AwsResponse } from "./behaviour";
import { throttlingCode, type FaultEffect } from "./faults";
import { answerError, AwsError } from "./wire/awsError";

/** How a call ended. */
export interface Outcome {
  /** Who answered: a behaviour's name, `emulator` or `fault`. */
  readonly by: string;
  /** Undefined: the connection is cut instead. */
  readonly response: AwsResponse | undefined;
  /** The error code of a refusal. */
  readonly error?: string;
}

/** A refusal as the caller sees it. */
export function refusal(request: AwsRequest, error: AwsError, by: string): Outcome {
  return { by, response: answerError(request, error), error: error.code };
}

/** The refusal that an injected fault asks for. */
export function refusalByFault(
  request: AwsRequest,
  fault: Extract<FaultEffect, { kind: "throttle" | "serverError" | "accessDenied" | "refuse" }>,
): AwsError {
  switch (fault.kind) {
    case "throttle":
      return new AwsError(throttlingCode(request.service), "Rate exceeded");
    case "serverError":
      return new AwsError(
        fault.status === 503 ? "ServiceUnavailable" : "InternalFailure",
        "The request processing has failed because of an unknown error, exception or failure.",
        fault.status ?? 500,
      );
    case "accessDenied":
      return new AwsError(
        request.protocol === "query" ? "AccessDenied" : "AccessDeniedException",
        `${request.caller} is not authorized to perform: ${request.service}:${request.action}`,
        403,
      );
    case "refuse":
      return new AwsError(fault.code, fault.message, fault.status);
  }
}

/** What the emulator refused to a behaviour's own client goes on to the caller as it came. */
export function refusalOfEmulator(error: unknown): AwsError | undefined {
  const { name, message, $fault, $metadata } = error as Partial<ServiceException>;
  if ($fault === undefined || name === undefined) return undefined;
  return new AwsError(name, message ?? "", $metadata?.httpStatusCode);
}

/** The part of the SDK's exceptions that tells them from other errors. */
interface ServiceException extends Error {
  readonly $fault: "client" | "server";
  readonly $metadata: { readonly httpStatusCode?: number };
}

/** A defect of a behaviour reaches the caller as a refusal that no SDK retries. */
export function defectOf(request: AwsRequest, by: string, error: unknown): AwsError {
  return new AwsError(
    "LocalAwsDefect",
    `The behaviour "${by}" failed on ${request.service} ${request.action}: ${String(error)}`,
    501,
  );
}

/** The error code in an answer that was passed on. */
export function errorCode(response: AwsResponse): string {
  const text = response.body.toString();
  return (
    /<Code>([^<]+)<\/Code>/.exec(text)?.[1] ??
    response.headers["x-amzn-errortype"] ??
    /"__type"\s*:\s*"(?:[^"#]*#)?([^"]+)"/.exec(text)?.[1] ??
    String(response.status)
  );
}

/** The answer to a request that could not be understood as an AWS call at all. */
export function unreadableRequest(error: AwsError): AwsResponse {
  return {
    status: error.status ?? 400,
    headers: { "content-type": "application/json", "x-amzn-errortype": error.code },
    body: Buffer.from(JSON.stringify({ __type: error.code, message: error.message })),
  };
}
