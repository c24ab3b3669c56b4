import * as grpc from "@grpc/grpc-js";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { InputPropertiesError } from "@pulumi/pulumi/proto/errors_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Struct } from "../protobuf";
import type { PropertyMap } from "../propertyValue";

/** Programs carry whole Lambda bundles in one request; gRPC's own limit is 4 MB. */
export const grpcOptions = {
  "grpc.max_receive_message_length": -1,
  "grpc.max_send_message_length": -1,
};

/** A provider's refusal, with what it tells beyond the message. */
export class ProviderError extends Error {
  override readonly name = "ProviderError";

  constructor(
    message: string,
    readonly code: grpc.status,
    /** The resource exists although the call failed (half initialized); it must not be forgotten. */
    readonly partial?: { readonly id: string; readonly outputs: PropertyMap },
  ) {
    super(message);
  }

  get unimplemented(): boolean {
    return this.code === grpc.status.UNIMPLEMENTED;
  }
}

/**
 * Makes a unary call.
 * @throws ProviderError with what the provider tells of its refusal
 */
export function callUnary<Request, Response>(
  client: grpc.Client,
  { path, requestSerialize, responseDeserialize }: grpc.MethodDefinition<Request, Response>,
  request: Request,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const done: grpc.requestCallback<Response> = (error, response) => {
      if (error !== null) reject(providerError(error));
      else resolve(response as Response);
    };
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, done);
  });
}

function providerError(error: grpc.ServiceError): ProviderError {
  const reasons = [error.details === "" ? error.message : error.details];
  let partial: { id: string; outputs: PropertyMap } | undefined;
  for (const packed of error.metadata.get("grpc-status-details-bin")) {
    for (const detail of Status.deserializeBinary(packed as Buffer).getDetailsList()) {
      const bytes = detail.getValue_asU8();
      if (detail.getTypeName() === "pulumirpc.ErrorResourceInitFailed") {
        const failed = ErrorResourceInitFailed.deserializeBinary(bytes);
        reasons.push(...failed.getReasonsList());
        partial = { id: failed.getId(), outputs: fromStruct(failed.getProperties()) };
      }
      if (detail.getTypeName() === "pulumirpc.InputPropertiesError") {
        for (const property of InputPropertiesError.deserializeBinary(bytes).getErrorsList()) {
          reasons.push(`${property.getPropertyPath()}: ${property.getReason()}`);
        }
      }
    }
  }
  return new ProviderError(reasons.filter(Boolean).join("; "), error.code, partial);
}

export function toStruct(map: PropertyMap): Struct {
  return Struct.fromJavaScript(map);
}

export function fromStruct(struct: Struct | undefined): PropertyMap {
  return struct?.toJavaScript() ?? {};
}

/** The entries of a protobuf map. */
export function mapEntries<Value>(map: {
  forEach: (visit: (value: Value, key: string) => void) => void;
}): [string, Value][] {
  const entries: [string, Value][] = [];
  map.forEach((value, key) => entries.push([key, value]));
  return entries;
}

/** The handler of one unary method, written as an async function. */
export function unaryHandler<Request, Response>(
  handle: (request: Request) => Promise<Response> | Response,
): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => {
    Promise.resolve()
      .then(() => handle(call.request))
      .then(
        (response) => {
          callback(null, response);
        },
        (error: unknown) => {
          const message = error instanceof Error ? error.message : String(error);
          callback({ code: grpc.status.UNKNOWN, details: message });
        },
      );
  };
}

/** Starts a server on a free loopback port and says which. */
export function listen(server: grpc.Server): Promise<string> {
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(`127.0.0.1:${port}`);
      else reject(error);
    });
  });
}
