import { createRequire } from "node:module";
import type * as anyTypes from "google-protobuf/google/protobuf/any_pb";
import type * as emptyTypes from "google-protobuf/google/protobuf/empty_pb";
import type * as structTypes from "google-protobuf/google/protobuf/struct_pb";
import { withoutUndefined, type Properties } from "./wire";

// Pulumi's SDK carries its own copy of protobuf's runtime: its messages accept no other one's.
const fromPulumi = createRequire(require.resolve("@pulumi/pulumi"));
const wellKnown = "google-protobuf/google/protobuf";
const struct = fromPulumi(`${wellKnown}/struct_pb`) as typeof structTypes;
const empty = fromPulumi(`${wellKnown}/empty_pb`) as typeof emptyTypes;
const any = fromPulumi(`${wellKnown}/any_pb`) as typeof anyTypes;

/** Properties as a protobuf structure. */
export function toStruct(properties: Properties): structTypes.Struct {
  const plain = withoutUndefinedDeep(properties) as Parameters<
    typeof structTypes.Struct.fromJavaScript
  >[0];
  return struct.Struct.fromJavaScript(plain);
}

/** A protobuf structure as properties; none at all is the empty set. */
export function fromStruct(message: structTypes.Struct | undefined): Properties {
  return message?.toJavaScript() ?? {};
}

/** The message that says nothing. */
export function emptyMessage(): emptyTypes.Empty {
  return new empty.Empty();
}

/** A message of a named type, packed for a status's details. */
export function packed(message: { serializeBinary(): Uint8Array }, type: string): anyTypes.Any {
  const wrapper = new any.Any();
  wrapper.pack(message.serializeBinary(), type);
  return wrapper;
}

function withoutUndefinedDeep(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutUndefinedDeep(item ?? null));
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (typeof value !== "object" || value === null) return value;
  const present = withoutUndefined(value as Properties);
  return Object.fromEntries(
    Object.entries(present).map(([key, part]) => [key, withoutUndefinedDeep(part)]),
  );
}
