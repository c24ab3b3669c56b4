/**
 * A small provider for the engines' tests: package `test`, resources in a folder instead of a
 * cloud. It notes every call in `calls.jsonl` of that folder (TEST_WORLD), so that tests can see
 * what an engine asked for and in which order.
 *
 * - `test:index:Thing`: changing `zone` replaces it, anything else updates it
 * - `test:index:Solo`: like Thing, but must be deleted before its replacement is made
 * - `fail: "create" | "update" | "delete"` refuses that call, `fail: "half"` half of a create
 * - `delay`: milliseconds that create takes
 */
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import * as grpc from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { listen } from "../../../../local/engine/standin/grpcCalls";
import { Empty, Struct } from "../../../../local/engine/protobuf";
import { unknownValue, type PropertyMap } from "../../../../local/engine/propertyValue";

/** Folder of the resources. Set by `startTestProvider`, or by the environment of a process. */
let world = process.env.TEST_WORLD ?? "";
let acceptsSecrets = process.env.TEST_ACCEPTS_SECRETS === "true";
let region = "";

function note(call: string, details: Record<string, unknown>): void {
  const line = JSON.stringify({ call, region, pid: process.pid, ...details });
  fs.appendFileSync(path.join(world, "calls.jsonl"), `${line}\n`);
}

function file(id: string): string {
  return path.join(world, `${id}.json`);
}

function plain(struct: { toJavaScript(): unknown } | undefined): PropertyMap {
  return (struct?.toJavaScript() ?? {}) as PropertyMap;
}

/** What a Thing answers on top of its inputs. `token` looks like a password that was generated. */
function outputsOf(inputs: PropertyMap, id: string, preview: boolean): PropertyMap {
  if (preview) return { ...inputs, arn: unknownValue, token: unknownValue, region };
  return { ...inputs, arn: `arn:test:${id}`, token: `token-of-${id}`, region };
}

type Handler<Request, Response> = (request: Request) => Promise<Response> | Response;

function handler<Request, Response>(
  handle: Handler<Request, Response>,
): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => {
    Promise.resolve()
      .then(() => handle(call.request))
      .then(
        (response) => {
          callback(null, response);
        },
        (error: unknown) => {
          callback(error as grpc.ServiceError);
        },
      );
  };
}

function refused(message: string, metadata = new grpc.Metadata()) {
  return Object.assign(new Error(message), {
    code: grpc.status.UNKNOWN,
    details: message,
    metadata,
  });
}

/** A resource that exists although its creation failed. */
function halfMade(id: string, inputs: PropertyMap) {
  const failed = new proto.ErrorResourceInitFailed();
  failed.setId(id);
  failed.setProperties(Struct.fromJavaScript(outputsOf(inputs, id, false)));
  failed.setReasonsList(["it never became ready"]);
  const status = new Status();
  status.setCode(grpc.status.UNKNOWN);
  status.setMessage("half made");
  const any = new (requireAny())();
  any.pack(failed.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  status.addDetails(any as never);
  const metadata = new grpc.Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return refused("half made", metadata);
}

interface AnyMessage {
  pack(bytes: Uint8Array, type: string): void;
}

function requireAny(): new () => AnyMessage {
  const sdk = path.dirname(require.resolve("@pulumi/pulumi/package.json"));
  const file = require.resolve("google-protobuf/google/protobuf/any_pb", { paths: [sdk] });
  return (require(file) as { Any: new () => AnyMessage }).Any;
}

const service: grpc.UntypedServiceImplementation = {
  getPluginInfo: handler(() => {
    const info = new PluginInfo();
    info.setVersion("1.0.0");
    return info;
  }),
  getSchema: handler(() => {
    const response = new proto.GetSchemaResponse();
    response.setSchema(JSON.stringify({ name: "test", version: "1.0.0" }));
    return response;
  }),
  handshake: handler(() => new proto.ProviderHandshakeResponse()),
  attach: handler(() => new Empty()),
  cancel: handler(() => new Empty()),
  checkConfig: handler((request: proto.CheckRequest) => {
    const response = new proto.CheckResponse();
    response.setInputs(request.getNews());
    return response;
  }),
  diffConfig: handler((request: proto.DiffRequest) => {
    const [olds, news] = [plain(request.getOlds()), plain(request.getNews())];
    const response = new proto.DiffResponse();
    const changed = olds.region !== news.region;
    if (changed) response.setReplacesList(["region"]);
    const { DIFF_SOME, DIFF_NONE } = proto.DiffResponse.DiffChanges;
    response.setChanges(changed ? DIFF_SOME : DIFF_NONE);
    return response;
  }),
  configure: handler((request: proto.ConfigureRequest) => {
    const given = plain(request.getArgs()).region;
    region = typeof given === "string" ? given : "";
    note("configure", {});
    const response = new proto.ConfigureResponse();
    response.setAcceptsecrets(acceptsSecrets);
    response.setSupportspreview(true);
    return response;
  }),
  check: handler((request: proto.CheckRequest) => {
    const [olds, news] = [plain(request.getOlds()), plain(request.getNews())];
    const response = new proto.CheckResponse();
    const random = Buffer.from(request.getRandomseed_asU8()).toString("hex").slice(0, 6);
    const name = news.name ?? olds.name ?? `${request.getName()}-${random}`;
    response.setInputs(Struct.fromJavaScript({ ...news, name }));
    if (news.size === -1) {
      const failure = new proto.CheckFailure();
      failure.setProperty("size");
      failure.setReason("must not be negative");
      response.addFailures(failure);
    }
    return response;
  }),
  diff: handler((request: proto.DiffRequest) => {
    const [olds, news] = [plain(request.getOldInputs()), plain(request.getNews())];
    const keys = new Set([...Object.keys(olds), ...Object.keys(news)]);
    const diffs = [...keys].filter((k) => JSON.stringify(olds[k]) !== JSON.stringify(news[k]));
    const response = new proto.DiffResponse();
    const { DIFF_SOME, DIFF_NONE } = proto.DiffResponse.DiffChanges;
    response.setChanges(diffs.length > 0 ? DIFF_SOME : DIFF_NONE);
    response.setDiffsList(diffs);
    response.setReplacesList(diffs.filter((key) => key === "zone"));
    response.setDeletebeforereplace(request.getUrn().includes("test:index:Solo::"));
    return response;
  }),
  create: handler(async (request: proto.CreateRequest) => {
    const inputs = plain(request.getProperties());
    const preview = request.getPreview();
    const id = preview ? "" : randomBytes(6).toString("hex");
    note("create", { urn: request.getUrn(), preview, inputs, id });
    if (!preview && inputs.fail === "create") throw refused("no capacity in this zone");
    await new Promise((resolve) => setTimeout(resolve, preview ? 0 : Number(inputs.delay ?? 0)));
    const response = new proto.CreateResponse();
    response.setId(id);
    response.setProperties(Struct.fromJavaScript(outputsOf(inputs, id, preview)));
    if (!preview) fs.writeFileSync(file(id), JSON.stringify(outputsOf(inputs, id, false)));
    if (!preview && inputs.fail === "half") throw halfMade(id, inputs);
    note("created", { urn: request.getUrn(), preview, id });
    return response;
  }),
  update: handler((request: proto.UpdateRequest) => {
    const inputs = plain(request.getNews());
    const [id, preview] = [request.getId(), request.getPreview()];
    note("update", { urn: request.getUrn(), preview, inputs, id });
    if (!preview && inputs.fail === "update") throw refused("cannot be changed now");
    const outputs = outputsOf(inputs, id, false);
    if (!preview) fs.writeFileSync(file(id), JSON.stringify(outputs));
    const response = new proto.UpdateResponse();
    response.setProperties(Struct.fromJavaScript(outputs));
    return response;
  }),
  read: handler((request: proto.ReadRequest) => {
    const id = request.getId();
    note("read", { urn: request.getUrn(), id });
    const response = new proto.ReadResponse();
    if (!fs.existsSync(file(id))) return response;
    const outputs = JSON.parse(fs.readFileSync(file(id), "utf8")) as PropertyMap;
    const { arn, token, region: place, ...inputs } = outputs;
    [arn, token, place];
    response.setId(id);
    response.setProperties(Struct.fromJavaScript(outputs));
    response.setInputs(Struct.fromJavaScript(inputs));
    return response;
  }),
  delete: handler((request: proto.DeleteRequest) => {
    const id = request.getId();
    note("delete", { urn: request.getUrn(), id });
    if (plain(request.getProperties()).fail === "delete") throw refused("still in use");
    fs.rmSync(file(id), { force: true });
    return new Empty();
  }),
  invoke: handler((request: proto.InvokeRequest) => {
    const args = plain(request.getArgs());
    note("invoke", { token: request.getTok(), args });
    const response = new proto.InvokeResponse();
    if (request.getTok() !== "test:index:zones") {
      throw refused(`unknown function ${request.getTok()}`);
    }
    response.setReturn(Struct.fromJavaScript({ names: [`${region}a`, `${region}b`] }));
    return response;
  }),
};

/** Serves the provider in this process; there is one world at a time. */
export async function startTestProvider(
  folder: string,
  options: { readonly acceptsSecrets?: boolean } = {},
): Promise<{ address: string; stop: () => void }> {
  world = folder;
  acceptsSecrets = options.acceptsSecrets ?? false;
  const server = new grpc.Server();
  server.addService(ResourceProviderService, service);
  const address = await listen(server);
  return {
    address,
    stop: () => {
      server.forceShutdown();
    },
  };
}

if (require.main === module) {
  void startTestProvider(world, { acceptsSecrets }).then(({ address }) => {
    console.log(address.split(":")[1]);
  });
}
