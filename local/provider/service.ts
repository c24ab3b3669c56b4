import * as grpc from "@grpc/grpc-js";
import * as plugin from "@pulumi/pulumi/proto/plugin_pb";
import * as protocol from "@pulumi/pulumi/proto/provider_pb";
import * as status from "@pulumi/pulumi/proto/status_pb";
import { constructComponent } from "./awsx/construct";
import type { InputChange } from "./diff";
import { InitializationFailed, type LifecycleRequest } from "./lifecycle";
import { emptyMessage, fromStruct, packed, toStruct } from "./protobuf";
import type { LocalProvider } from "./provider";
import type { Properties } from "./wire";

type Handler<Request, Response> = (request: Request) => Promise<Response> | Response;

/**
 * Pulumi's provider protocol over gRPC, for {@link LocalProvider}. Only translation happens here:
 * messages to values, values to messages, errors to the statuses that an engine understands.
 */
export function serviceOf(provider: LocalProvider, onCancel: () => void): object {
  return {
    getPluginInfo: unary(() => pluginInfo()),
    getSchema: unary(() => {
      throw new Error("the local AWS has no schema of its own: @pulumi/aws declares the types");
    }),
    checkConfig: unary((request: protocol.CheckRequest) => acceptedConfig(request)),
    diffConfig: unary((request: protocol.DiffRequest) => configDiff(request)),
    configure: unary((request: protocol.ConfigureRequest) => configure(provider, request)),
    check: unary((request: protocol.CheckRequest) => check(provider, request)),
    diff: unary((request: protocol.DiffRequest) => diff(provider, request)),
    create: unary((request: protocol.CreateRequest) => create(provider, request)),
    read: unary((request: protocol.ReadRequest) => read(provider, request)),
    update: unary((request: protocol.UpdateRequest) => update(provider, request)),
    delete: unary((request: protocol.DeleteRequest) => remove(provider, request)),
    invoke: unary((request: protocol.InvokeRequest) => invoke(provider, request)),
    construct: unary((request: protocol.ConstructRequest) => constructComponent(request)),
    cancel: unary(() => {
      onCancel();
      return emptyMessage();
    }),
    attach: unary(() => emptyMessage()),
  };
}

function unary<Request, Response>(
  handler: Handler<Request, Response>,
): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => {
    void (async () => {
      try {
        callback(null, await handler(call.request));
      } catch (error) {
        callback(asStatus(error));
      }
    })();
  };
}

function asStatus(error: unknown): Partial<grpc.StatusObject> {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof InitializationFailed)) {
    return { code: grpc.status.UNKNOWN, details: message };
  }
  const detail = new protocol.ErrorResourceInitFailed();
  detail.setId(error.id);
  detail.setProperties(toStruct(error.properties));
  detail.setReasonsList([message]);
  const failure = new status.Status();
  failure.setCode(grpc.status.UNKNOWN);
  failure.setMessage(message);
  failure.addDetails(packed(detail, "pulumirpc.ErrorResourceInitFailed"));
  const metadata = new grpc.Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(failure.serializeBinary()));
  return { code: grpc.status.UNKNOWN, details: message, metadata };
}

function pluginInfo(): plugin.PluginInfo {
  const info = new plugin.PluginInfo();
  // The version of the SDK whose types are served: the engine warns of any older one.
  info.setVersion((require("@pulumi/aws/package.json") as { version: string }).version);
  return info;
}

function acceptedConfig(request: protocol.CheckRequest): protocol.CheckResponse {
  const response = new protocol.CheckResponse();
  response.setInputs(request.getNews());
  return response;
}

/** A provider that differs in its region only must not replace the resources: they carry theirs. */
function configDiff(request: protocol.DiffRequest): protocol.DiffResponse {
  const response = new protocol.DiffResponse();
  const olds = JSON.stringify(fromStruct(request.getOlds()));
  const same = olds === JSON.stringify(fromStruct(request.getNews()));
  const { DIFF_NONE, DIFF_SOME } = protocol.DiffResponse.DiffChanges;
  response.setChanges(same ? DIFF_NONE : DIFF_SOME);
  return response;
}

function configure(
  provider: LocalProvider,
  request: protocol.ConfigureRequest,
): protocol.ConfigureResponse {
  provider.configure(fromStruct(request.getArgs()));
  const response = new protocol.ConfigureResponse();
  response.setAcceptsecrets(true);
  response.setSupportspreview(true);
  response.setAcceptresources(false);
  response.setAcceptoutputs(false);
  return response;
}

function check(provider: LocalProvider, request: protocol.CheckRequest): protocol.CheckResponse {
  const seed = request.getRandomseed();
  const result = provider.lifecycle(request.getUrn()).check({
    name: request.getUrn().split("::").pop() ?? "",
    news: fromStruct(request.getNews()),
    olds: fromStruct(request.getOlds()),
    randomSeed: typeof seed === "string" ? Buffer.from(seed, "base64") : seed,
  });
  const response = new protocol.CheckResponse();
  response.setInputs(toStruct(result.inputs));
  response.setFailuresList(
    result.failures.map(({ property, reason }) => {
      const failure = new protocol.CheckFailure();
      failure.setProperty(property);
      failure.setReason(reason);
      return failure;
    }),
  );
  return response;
}

interface Message {
  getUrn(): string;
  getId?(): string;
  getProperties?(): Parameters<typeof fromStruct>[0];
  getOlds?(): Parameters<typeof fromStruct>[0];
  getOldInputs?(): Parameters<typeof fromStruct>[0];
}

/** Engines before 3.74 send no old inputs: then the old outputs have to do. */
function lifecycleRequest(message: Message, inputs: Properties): LifecycleRequest {
  const state = fromStruct(message.getOlds?.());
  const oldInputs = fromStruct(message.getOldInputs?.());
  return {
    urn: message.getUrn(),
    id: message.getId?.() ?? "",
    inputs,
    oldInputs: Object.keys(oldInputs).length > 0 ? oldInputs : state,
    state,
  };
}

function diff(provider: LocalProvider, request: protocol.DiffRequest): protocol.DiffResponse {
  const lifecycle = provider.lifecycle(request.getUrn());
  const result = lifecycle.diff(lifecycleRequest(request, fromStruct(request.getNews())));
  const response = new protocol.DiffResponse();
  const { DIFF_NONE, DIFF_SOME } = protocol.DiffResponse.DiffChanges;
  response.setChanges(result.changes.length === 0 ? DIFF_NONE : DIFF_SOME);
  response.setDiffsList(result.changes.map(({ property }) => property));
  response.setReplacesList(
    result.changes.filter(({ replaces }) => replaces).map(({ property }) => property),
  );
  response.setDeletebeforereplace(result.deleteBeforeReplace);
  response.setHasdetaileddiff(true);
  for (const change of result.changes) {
    const detail = new protocol.PropertyDiff();
    detail.setKind(kindOf(change));
    detail.setInputdiff(true);
    response.getDetaileddiffMap().set(change.property, detail);
  }
  return response;
}

function kindOf({ kind, replaces }: InputChange): protocol.PropertyDiff.Kind {
  const { Kind } = protocol.PropertyDiff;
  switch (kind) {
    case "add":
      return replaces ? Kind.ADD_REPLACE : Kind.ADD;
    case "delete":
      return replaces ? Kind.DELETE_REPLACE : Kind.DELETE;
    case "update":
      return replaces ? Kind.UPDATE_REPLACE : Kind.UPDATE;
  }
}

async function create(
  provider: LocalProvider,
  message: protocol.CreateRequest,
): Promise<protocol.CreateResponse> {
  const lifecycle = provider.lifecycle(message.getUrn());
  const request = lifecycleRequest(message, fromStruct(message.getProperties()));
  const response = new protocol.CreateResponse();
  if (message.getPreview()) {
    response.setProperties(toStruct(lifecycle.previewCreate(request)));
    return response;
  }
  const { id, properties } = await lifecycle.create(request);
  response.setId(id);
  response.setProperties(toStruct(properties));
  return response;
}

async function read(
  provider: LocalProvider,
  message: protocol.ReadRequest,
): Promise<protocol.ReadResponse> {
  const request = lifecycleRequest(message, fromStruct(message.getInputs()));
  const state = fromStruct(message.getProperties());
  const result = await provider.lifecycle(message.getUrn()).read({ ...request, state });
  const response = new protocol.ReadResponse();
  response.setId(result.id);
  response.setInputs(toStruct(result.inputs));
  response.setProperties(toStruct(result.properties));
  return response;
}

async function update(
  provider: LocalProvider,
  message: protocol.UpdateRequest,
): Promise<protocol.UpdateResponse> {
  const lifecycle = provider.lifecycle(message.getUrn());
  const request = lifecycleRequest(message, fromStruct(message.getNews()));
  const response = new protocol.UpdateResponse();
  const properties = message.getPreview()
    ? lifecycle.previewUpdate(request)
    : await lifecycle.update(request);
  response.setProperties(toStruct(properties));
  return response;
}

async function remove(
  provider: LocalProvider,
  message: protocol.DeleteRequest,
): Promise<ReturnType<typeof emptyMessage>> {
  const state = fromStruct(message.getProperties());
  const inputs = fromStruct(message.getOldInputs());
  const known = Object.keys(inputs).length > 0 ? inputs : state;
  const request = lifecycleRequest(message, known);
  await provider.lifecycle(message.getUrn()).delete({ ...request, state });
  return emptyMessage();
}

async function invoke(
  provider: LocalProvider,
  request: protocol.InvokeRequest,
): Promise<protocol.InvokeResponse> {
  const response = new protocol.InvokeResponse();
  const result = await provider.invoke(request.getTok(), fromStruct(request.getArgs()));
  response.setReturn(toStruct(result));
  return response;
}
