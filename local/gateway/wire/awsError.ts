import type { AwsRequest, AwsResponse } from "../behaviour";
import { serviceModel } from "./serviceModels";
import { escapeXml } from "./xml";

/** An error that AWS would answer with; a behaviour throws it, the gateway writes it on the wire. */
export class AwsError extends Error {
  /**
   * @param code The error shape's name as the SDK exports it (`DBInstanceNotFoundFault`): the wire
   *   code (`DBInstanceNotFound`) and status come from the SDK's schema. A code without a shape
   *   (`ThrottlingException`) goes out as it is.
   * @param status Overrides the schema's HTTP status. 4xx is not retried by clients, but for
   *   throttling codes; 500, 502, 503 and 504 are.
   * @param detail Further members of the error shape.
   */
  constructor(
    readonly code: string,
    message: string,
    readonly status?: number,
    readonly detail: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = "AwsError";
  }
}

/** What every answer of the local AWS to something that it does not model says. */
export function notModelled(request: AwsRequest, reason: string): AwsError {
  return new AwsError(
    "NotImplementedByLocalAws",
    `The local AWS does not model ${request.service} ${request.action} (region ${request.region}): ${reason}. ` +
      `Add a behaviour in local/gateway/behaviours/ or leave the call out.`,
    // 501 is the one server error that no AWS SDK retries.
    501,
  );
}

/** Writes an error as the request's protocol wants it. */
export function answerError(request: AwsRequest, error: AwsError): AwsResponse {
  const modelled = serviceModel(request.service)?.error(error.code);
  const wireCode = modelled?.code ?? error.code;
  const status = error.status ?? modelled?.status ?? 400;
  const requestId = nextRequestId();
  switch (request.protocol) {
    case "query":
      return xmlError(status, requestId, errorResponseXml(error, wireCode, status, requestId));
    case "ec2Query":
      return xmlError(
        status,
        requestId,
        `<Response><Errors><Error>${codeAndMessage(error, wireCode)}</Error></Errors><RequestID>${requestId}</RequestID></Response>`,
      );
    case "restXml":
      return xmlError(
        status,
        requestId,
        request.service === "s3"
          ? `<Error>${codeAndMessage(error, wireCode)}<RequestId>${requestId}</RequestId></Error>`
          : errorResponseXml(error, wireCode, status, requestId),
      );
    case "cbor":
    case "json1.0":
    case "json1.1":
    case "restJson":
      return jsonError(request, error, { wireCode, status, requestId });
  }
}

let requestCount = 0;

/** A request id in AWS's form that also tells the order of the answers. */
export function nextRequestId(): string {
  requestCount += 1;
  return `10ca1000-0000-4000-8000-${requestCount.toString(16).padStart(12, "0")}`;
}

function codeAndMessage(error: AwsError, wireCode: string): string {
  return `<Code>${escapeXml(wireCode)}</Code><Message>${escapeXml(error.message)}</Message>`;
}

function errorResponseXml(
  error: AwsError,
  wireCode: string,
  status: number,
  requestId: string,
): string {
  const fault = status < 500 ? "Sender" : "Receiver";
  return `<ErrorResponse><Error><Type>${fault}</Type>${codeAndMessage(error, wireCode)}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`;
}

function xmlError(status: number, requestId: string, xml: string): AwsResponse {
  return {
    status,
    headers: { "content-type": "text/xml", "x-amzn-requestid": requestId },
    body: Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${xml}`),
  };
}

function jsonError(
  request: AwsRequest,
  error: AwsError,
  wire: { wireCode: string; status: number; requestId: string },
): AwsResponse {
  const payload = { __type: error.code, message: error.message, ...error.detail };
  const headers = {
    "x-amzn-errortype": error.code,
    // Services that moved from query to JSON keep telling the old code beside the new one.
    "x-amzn-query-error": `${wire.wireCode};${wire.status < 500 ? "Sender" : "Receiver"}`,
    "x-amzn-requestid": wire.requestId,
  };
  if (request.protocol === "cbor") {
    const { cbor } = require("@smithy/core/cbor") as typeof import("@smithy/core/cbor");
    return {
      status: wire.status,
      headers: {
        ...headers,
        "content-type": "application/cbor",
        "smithy-protocol": "rpc-v2-cbor",
      },
      body: Buffer.from(cbor.serialize(payload)),
    };
  }
  return {
    status: wire.status,
    headers: { ...headers, "content-type": jsonContentType(request.protocol) },
    body: Buffer.from(JSON.stringify(payload)),
  };
}

/** Content type of an answer in one of the JSON protocols. */
export function jsonContentType(protocol: AwsRequest["protocol"]): string {
  if (protocol === "json1.0") return "application/x-amz-json-1.0";
  if (protocol === "json1.1") return "application/x-amz-json-1.1";
  return "application/json";
}
