import { createRequire } from "node:module";
import type * as emptyTypes from "google-protobuf/google/protobuf/empty_pb";
import type * as structTypes from "google-protobuf/google/protobuf/struct_pb";

/**
 * The protobuf runtime that Pulumi's own stubs use. It is nested below the SDK, and the stubs
 * check messages with `instanceof`, so a second copy of our own would be refused.
 */
const requireFromSdk = createRequire(require.resolve("@pulumi/pulumi/package.json"));

const empty = requireFromSdk("google-protobuf/google/protobuf/empty_pb") as typeof emptyTypes;
const struct = requireFromSdk("google-protobuf/google/protobuf/struct_pb") as typeof structTypes;

export const Empty = empty.Empty;
export const Struct = struct.Struct;
export type Struct = structTypes.Struct;
export type Empty = emptyTypes.Empty;
