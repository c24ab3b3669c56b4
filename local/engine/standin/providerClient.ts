import * as grpc from "@grpc/grpc-js";
import { ResourceProviderService as methods } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Empty, type Struct } from "../protobuf";
import {
  withoutOutputValues,
  withoutResourceReferences,
  withoutSecrets,
  type PropertyMap,
} from "../propertyValue";
import { callUnary, fromStruct, grpcOptions, ProviderError, toStruct } from "./grpcCalls";
import {
  about,
  aboutExisting,
  checkAnswer,
  checkRequest,
  comparing,
  diffAnswer,
  failuresIn,
  type Checked,
  type CheckFailure,
  type OldProperties,
  type ProviderDiff,
  type ResourceAddress,
} from "./providerMessages";

/** Pulumi's provider protocol as the stand-in engine uses it, in plain values. */
export class ProviderClient {
  private readonly client: grpc.Client;
  private acceptsSecrets = false;
  private acceptsResources = false;
  private acceptsOutputs = false;
  /** Whether Create and Update may be asked for what they would answer. */
  supportsPreview = false;

  constructor(
    readonly packageName: string,
    address: string,
  ) {
    this.client = new grpc.Client(address, grpc.credentials.createInsecure(), grpcOptions);
  }

  /** Tells the provider who talks to it; older ones do not know the call. */
  async handshake(engineAddress: string, programDirectory: string): Promise<void> {
    const request = new proto.ProviderHandshakeRequest();
    request.setEngineAddress(engineAddress);
    request.setProgramDirectory(programDirectory);
    request.setConfigureWithUrn(true);
    request.setInvokeWithPreview(true);
    await orUnimplemented(this.send(methods.handshake, request), undefined);
  }

  /** The provider's configuration as it wants it, checked. */
  async checkConfig(
    resource: ResourceAddress,
    olds: PropertyMap,
    news: PropertyMap,
  ): Promise<Checked> {
    const request = checkRequest(resource, withoutSecrets(olds), withoutSecrets(news));
    return orUnimplemented(this.send(methods.checkConfig, request).then(checkAnswer), {
      inputs: news,
      failures: [],
    });
  }

  /** How the provider's configuration differs from the one it had. */
  async diffConfig(
    resource: ResourceAddress,
    id: string,
    olds: PropertyMap,
    news: PropertyMap,
  ): Promise<ProviderDiff> {
    const old = withoutSecrets(olds);
    const known = { inputs: old, outputs: old };
    const request = comparing(new proto.DiffRequest(), known, withoutSecrets(news));
    request.setId(id);
    request.setUrn(resource.urn);
    return orUnimplemented(this.send(methods.diffConfig, request).then(diffAnswer), {
      changes: undefined,
      replaces: [],
      deleteBeforeReplace: false,
      diffs: [],
    });
  }

  /** Sets what the process uses from now on and learns what it understands. */
  async configure(resource: ResourceAddress, id: string, config: PropertyMap): Promise<void> {
    const request = aboutExisting(new proto.ConfigureRequest(), resource, id);
    request.setAcceptsecrets(true);
    request.setAcceptresources(true);
    request.setSendsOldInputs(true);
    request.setSendsOldInputsToDelete(true);
    request.setArgs(toStruct(config));
    const variables = request.getVariablesMap();
    for (const [key, value] of Object.entries(withoutSecrets(config))) {
      if (key === "version" || key === "pluginDownloadURL") continue;
      const text = typeof value === "string" ? value : JSON.stringify(value);
      variables.set(`${this.packageName}:config:${key}`, text);
    }
    const answer = await this.send(methods.configure, request);
    this.acceptsSecrets = answer.getAcceptsecrets();
    this.acceptsResources = answer.getAcceptresources();
    this.acceptsOutputs = answer.getAcceptoutputs();
    this.supportsPreview = answer.getSupportspreview();
  }

  /** The inputs as the provider completes them, e.g. by a name that it makes up from the seed. */
  async check(
    resource: ResourceAddress,
    olds: PropertyMap,
    news: PropertyMap,
    seed: Buffer,
  ): Promise<Checked> {
    const request = checkRequest(resource, this.outgoing(olds), this.outgoing(news));
    request.setRandomseed(seed);
    return checkAnswer(await this.send(methods.check, request));
  }

  /** Which changes the provider sees, and whether they need a new resource. */
  async diff(
    resource: ResourceAddress,
    id: string,
    old: OldProperties,
    news: PropertyMap,
    ignoreChanges: readonly string[],
  ): Promise<ProviderDiff> {
    const request = this.comparison(new proto.DiffRequest(), resource, id, old, news);
    request.setIgnorechangesList([...ignoreChanges]);
    return diffAnswer(await this.send(methods.diff, request));
  }

  /** Creates a resource. @param timeout in seconds; 0 leaves it to the provider */
  async create(
    resource: ResourceAddress,
    inputs: PropertyMap,
    timeout: number,
    preview: boolean,
  ): Promise<{ id: string; outputs: PropertyMap }> {
    const request = about(new proto.CreateRequest(), resource);
    request.setProperties(toStruct(this.outgoing(inputs)));
    request.setTimeout(timeout);
    request.setPreview(preview);
    const answer = await this.send(methods.create, request);
    return { id: answer.getId(), outputs: fromStruct(answer.getProperties()) };
  }

  /** Changes a resource in place. @param timeout in seconds; 0 leaves it to the provider */
  async update(
    resource: ResourceAddress,
    id: string,
    old: OldProperties,
    news: PropertyMap,
    ignoreChanges: readonly string[],
    timeout: number,
    preview: boolean,
  ): Promise<PropertyMap> {
    const request = this.comparison(new proto.UpdateRequest(), resource, id, old, news);
    request.setIgnorechangesList([...ignoreChanges]);
    request.setTimeout(timeout);
    request.setPreview(preview);
    const answer = await this.send(methods.update, request);
    return fromStruct(answer.getProperties());
  }

  /** Reads a resource; an empty id says that it does not exist. */
  async read(
    resource: ResourceAddress,
    id: string,
    inputs: PropertyMap,
    outputs: PropertyMap,
  ): Promise<{ id: string; outputs: PropertyMap; inputs: PropertyMap | undefined }> {
    const request = aboutExisting(new proto.ReadRequest(), resource, id);
    request.setInputs(toStruct(this.outgoing(inputs)));
    request.setProperties(toStruct(this.outgoing(outputs)));
    const answer = await this.send(methods.read, request);
    const read = answer.getInputs();
    return {
      id: answer.getId(),
      outputs: fromStruct(answer.getProperties()),
      inputs: read === undefined ? undefined : fromStruct(read),
    };
  }

  /** Deletes a resource. @param timeout in seconds; 0 leaves it to the provider */
  async delete(
    resource: ResourceAddress,
    id: string,
    old: OldProperties,
    timeout: number,
  ): Promise<void> {
    const request = aboutExisting(new proto.DeleteRequest(), resource, id);
    request.setProperties(toStruct(this.outgoing(old.outputs)));
    request.setOldInputs(toStruct(this.outgoing(old.inputs)));
    request.setTimeout(timeout);
    await this.send(methods.delete, request);
  }

  /** Asks for something that is no resource, e.g. an image's id. */
  async invoke(
    token: string,
    args: PropertyMap,
    preview: boolean,
  ): Promise<{ result: PropertyMap; failures: CheckFailure[] }> {
    const request = new proto.InvokeRequest();
    request.setTok(token);
    request.setArgs(toStruct(this.outgoing(args)));
    request.setPreview(preview);
    const answer = await this.send(methods.invoke, request);
    return { result: fromStruct(answer.getReturn()), failures: failuresIn(answer) };
  }

  /** Has the provider register a component of its own; the request is the program's. */
  construct(request: proto.ConstructRequest): Promise<proto.ConstructResponse> {
    request.setInputs(this.understood(request.getInputs()));
    request.setAcceptsOutputValues(true);
    return this.send(methods.construct, request);
  }

  /** Calls a method of a component; the request is the program's. */
  call(request: proto.CallRequest): Promise<proto.CallResponse> {
    request.setArgs(this.understood(request.getArgs()));
    request.setAcceptsOutputValues(true);
    return this.send(methods.call, request);
  }

  /** True if secrets reach the provider in envelopes; otherwise the engine keeps track of them. */
  get keepsSecrets(): boolean {
    return this.acceptsSecrets;
  }

  /** Asks for calls in flight to end early. */
  async cancel(): Promise<void> {
    await orUnimplemented(this.send(methods.cancel, new Empty()), undefined);
  }

  /** Lets go of the connection; the provider's process ends by itself or by its owner. */
  close(): void {
    this.client.close();
  }

  /** Every call of the protocol goes this way. */
  private send<Request, Response>(
    method: grpc.MethodDefinition<Request, Response>,
    request: Request,
  ): Promise<Response> {
    return callUnary(this.client, method, request);
  }

  private comparison<Request extends proto.DiffRequest | proto.UpdateRequest>(
    request: Request,
    resource: ResourceAddress,
    id: string,
    old: OldProperties,
    news: PropertyMap,
  ): Request {
    const sent = { inputs: this.outgoing(old.inputs), outputs: this.outgoing(old.outputs) };
    return comparing(aboutExisting(request, resource, id), sent, this.outgoing(news));
  }

  private understood(values: Struct | undefined): Struct {
    const map = fromStruct(values);
    return toStruct(this.acceptsOutputs ? map : withoutOutputValues(map));
  }

  private outgoing(map: PropertyMap): PropertyMap {
    let values = withoutOutputValues(map);
    if (!this.acceptsSecrets) values = withoutSecrets(values);
    if (!this.acceptsResources) values = withoutResourceReferences(values);
    return values;
  }
}

async function orUnimplemented<Answer>(
  answer: Promise<Answer>,
  otherwise: Answer | undefined,
): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ProviderError && error.unimplemented) return otherwise as Answer;
    throw error;
  }
}
