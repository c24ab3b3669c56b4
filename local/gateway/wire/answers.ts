import { cbor } from "@smithy/core/cbor";
import type { AwsRequest, AwsResponse } from "../behaviour";
import { jsonContentType, nextRequestId } from "./awsError";
import { structToJson, toJson } from "./json";
import { timestampText } from "./scalars";
import { serviceModel, type OperationModel, type Schema } from "./serviceModels";
import { membersXml, toXml } from "./xml";

/**
 * Writes the output of an operation, given in the shape of the SDK's `…CommandOutput` (without
 * `$metadata`), in the protocol of the request.
 * @throws if the project installs no client that knows the operation, or if `output` has a member
 *   that the operation's output does not have: a typo would otherwise vanish on the wire.
 */
export function answer(request: AwsRequest, output: object = {}): AwsResponse {
  const operation = serviceModel(request.service)?.operations.get(request.action);
  if (!operation) {
    throw new Error(
      `No installed SDK client knows ${request.service} ${request.action}; a behaviour cannot answer it.`,
    );
  }
  const values = output as Readonly<Record<string, unknown>>;
  refuseUnknownMembers(operation, values);
  switch (request.protocol) {
    case "query":
      return queryAnswer(operation, values);
    case "ec2Query":
      return ec2Answer(operation, values);
    case "json1.0":
    case "json1.1":
      return jsonAnswer(request.protocol, JSON.stringify(toJson(operation.output, values)));
    case "cbor":
      return cborAnswer(operation, values);
    case "restJson":
    case "restXml":
      return restAnswer(request, operation, values);
  }
}

type Values = Readonly<Record<string, unknown>>;

function refuseUnknownMembers(operation: OperationModel, values: Values): void {
  const members = memberNames(operation.output);
  for (const name of Object.keys(values)) {
    if (name !== "$metadata" && !members.includes(name)) {
      throw new Error(
        `The output of ${operation.name} has no member "${name}"; it has: ${members.join(", ") || "none"}.`,
      );
    }
  }
}

function memberNames(schema: Schema): readonly string[] {
  return schema.isStructSchema() ? [...schema.structIterator()].map(([name]) => name) : [];
}

const xmlHeader = '<?xml version="1.0" encoding="UTF-8"?>\n';

function xmlAnswer(status: number, xml: string, headers: Record<string, string> = {}): AwsResponse {
  return {
    status,
    headers: { "content-type": "text/xml", "x-amzn-requestid": nextRequestId(), ...headers },
    body: Buffer.from(xml === "" ? "" : xmlHeader + xml),
  };
}

function bodyMembers(schema: Schema, values: Values): string {
  return schema.isStructSchema() ? membersXml(schema, values) : "";
}

function queryAnswer({ name, output }: OperationModel, values: Values): AwsResponse {
  return xmlAnswer(
    200,
    `<${name}Response><${name}Result>${bodyMembers(output, values)}</${name}Result>` +
      `<ResponseMetadata><RequestId>${nextRequestId()}</RequestId></ResponseMetadata></${name}Response>`,
  );
}

function ec2Answer({ name, output }: OperationModel, values: Values): AwsResponse {
  return xmlAnswer(
    200,
    `<${name}Response><requestId>${nextRequestId()}</requestId>${bodyMembers(output, values)}</${name}Response>`,
  );
}

function jsonAnswer(protocol: AwsRequest["protocol"], json: string | undefined): AwsResponse {
  return {
    status: 200,
    headers: { "content-type": jsonContentType(protocol), "x-amzn-requestid": nextRequestId() },
    body: Buffer.from(json ?? "{}"),
  };
}

function cborAnswer({ output }: OperationModel, values: Values): AwsResponse {
  return {
    status: 200,
    headers: {
      "content-type": "application/cbor",
      "smithy-protocol": "rpc-v2-cbor",
      "x-amzn-requestid": nextRequestId(),
    },
    body: Buffer.from(cbor.serialize(toJson(output, values, true) ?? {})),
  };
}

function isInBody(member: Schema): boolean {
  const traits = member.getMergedTraits();
  return (
    traits.httpHeader === undefined &&
    traits.httpPrefixHeaders === undefined &&
    traits.httpResponseCode === undefined &&
    traits.httpPayload === undefined
  );
}

function restAnswer(request: AwsRequest, operation: OperationModel, values: Values): AwsResponse {
  const { output } = operation;
  const headers: Record<string, string> = {};
  let status = operation.http?.[2] ?? 200;
  let payload: { member: Schema; value: unknown } | undefined;
  const members = output.isStructSchema() ? [...output.structIterator()] : [];
  for (const [name, member] of members) {
    const value = values[name];
    if (value === undefined) continue;
    const traits = member.getMergedTraits();
    if (traits.httpHeader !== undefined) {
      headers[traits.httpHeader] = headerText(member, value);
    } else if (traits.httpResponseCode) {
      status = value as number;
    } else if (traits.httpPayload) {
      payload = { member, value };
    }
  }
  if (request.protocol === "restXml") {
    return restXmlAnswer(operation, values, { status, headers, payload });
  }
  const body = payload
    ? payloadBytes(payload.member, payload.value)
    : Buffer.from(JSON.stringify(structToJson(output, values, isInBody)));
  return {
    status,
    headers: {
      "content-type": "application/json",
      "x-amzn-requestid": nextRequestId(),
      ...headers,
    },
    body: status === 204 ? Buffer.alloc(0) : body,
  };
}

interface RestParts {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly payload: { member: Schema; value: unknown } | undefined;
}

function restXmlAnswer(
  { name, output }: OperationModel,
  values: Values,
  { status, headers, payload }: RestParts,
): AwsResponse {
  if (payload?.member.isStructSchema()) {
    const root = payload.member.getMergedTraits().xmlName ?? payload.member.getName();
    return xmlAnswer(status, toXml(root ?? name, payload.member, payload.value), headers);
  }
  if (payload) {
    const { body, ...rest } = xmlAnswer(status, "", headers);
    return { ...rest, body: Buffer.concat([body, payloadBytes(payload.member, payload.value)]) };
  }
  if (status === 204) return xmlAnswer(status, "", headers);
  const root = output.getMergedTraits().xmlName ?? `${name}Response`;
  const members = output.isStructSchema() ? membersXml(output, values, isInBody) : "";
  return xmlAnswer(status, `<${root}>${members}</${root}>`, headers);
}

function payloadBytes(member: Schema, value: unknown): Buffer {
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (typeof value === "string") return Buffer.from(value);
  return Buffer.from(JSON.stringify(toJson(member, value)));
}

function headerText(member: Schema, value: unknown): string {
  return value instanceof Date ? timestampText(member, value, "http-date") : String(value);
}
