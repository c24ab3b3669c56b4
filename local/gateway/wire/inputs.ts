import { cbor } from "@smithy/core/cbor";
import { parseXML } from "@aws-sdk/xml-builder";
import type { WireProtocol } from "../behaviour";
import { fromForm } from "./form";
import { fromJson } from "./json";
import { scalarFromText } from "./scalars";
import type { OperationModel, Schema } from "./serviceModels";
import { fromXml } from "./xml";

/** The parts of a request that carry its input. */
export interface InputSource {
  readonly protocol: WireProtocol;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Path labels of a REST request. */
  readonly labels: Readonly<Record<string, string>>;
}

type Input = Record<string, unknown>;

/** Reads a request's input in the shape of the SDK's `…CommandInput`. */
export function readInput(operation: OperationModel, source: InputSource): Input {
  const schema = operation.input;
  switch (source.protocol) {
    case "query":
    case "ec2Query":
      return fromForm(
        schema,
        new URLSearchParams(source.body.toString()),
        source.protocol === "ec2Query",
      ) as Input;
    case "json1.0":
    case "json1.1":
      return asInput(fromJson(schema, jsonBody(source.body)));
    case "cbor":
      return asInput(fromJson(schema, source.body.length > 0 ? cbor.deserialize(source.body) : {}));
    case "restJson":
    case "restXml":
      return readRestInput(schema, source);
  }
}

function asInput(value: unknown): Input {
  return (value ?? {}) as Input;
}

function jsonBody(body: Buffer): unknown {
  return body.length > 0 ? JSON.parse(body.toString()) : {};
}

/** An XML body without its root element; the SDK's parser keeps the root's name as the only key. */
function xmlBody(body: Buffer): unknown {
  if (body.length === 0) return {};
  const document = parseXML(body.toString()) as Record<string, unknown>;
  return Object.values(document)[0];
}

function readRestInput(schema: Schema, source: InputSource): Input {
  const input: Input = {};
  const inBody = new Set<string>();
  for (const [name, member] of schema.structIterator()) {
    const value = readBinding(name, member, source);
    if (value === notBound) inBody.add(name);
    else if (value !== undefined) input[name] = value;
  }
  if (inBody.size > 0 && source.body.length > 0) {
    const body = asInput(
      source.protocol === "restXml"
        ? fromXml(schema, xmlBody(source.body))
        : fromJson(schema, jsonBody(source.body)),
    );
    for (const name of inBody) if (body[name] !== undefined) input[name] = body[name];
  }
  return input;
}

/** Marks a member that lives in the body. */
const notBound = Symbol("not bound to path, query, header or payload");

function readBinding(name: string, member: Schema, source: InputSource): unknown {
  const traits = member.getMergedTraits();
  const { searchParams } = source.url;
  if (traits.httpLabel) return scalarFromText(member, source.labels[name] ?? "");
  if (traits.httpQuery !== undefined) {
    return readTexts(member, searchParams.getAll(traits.httpQuery));
  }
  if (traits.httpQueryParams !== undefined) return Object.fromEntries(searchParams);
  if (traits.httpHeader !== undefined) {
    const header = source.headers[traits.httpHeader.toLowerCase()];
    return readTexts(member, header === undefined ? [] : [header]);
  }
  if (traits.httpPrefixHeaders !== undefined) {
    const prefix = traits.httpPrefixHeaders.toLowerCase();
    return Object.fromEntries(
      Object.entries(source.headers)
        .filter(([header]) => header.startsWith(prefix))
        .map(([header, value]) => [header.slice(prefix.length), value]),
    );
  }
  if (traits.httpPayload) return readPayload(member, source);
  return notBound;
}

function readTexts(member: Schema, texts: readonly string[]): unknown {
  const [first] = texts;
  if (first === undefined) return undefined;
  if (!member.isListSchema()) return scalarFromText(member, first);
  return texts.map((text) => scalarFromText(member.getValueSchema(), text));
}

function readPayload(member: Schema, source: InputSource): unknown {
  if (source.body.length === 0) return undefined;
  if (member.isBlobSchema()) return source.body;
  if (member.isStringSchema()) return source.body.toString();
  return source.protocol === "restXml"
    ? fromXml(member, xmlBody(source.body))
    : fromJson(member, jsonBody(source.body));
}
