import * as grpc from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "../protobuf";
import {
  withoutOutputValues,
  withoutResourceReferences,
  withoutSecrets,
  type PropertyMap,
} from "../propertyValue";
import { fromStruct, grpcOptions, ProviderError, toStruct, unary } from "./grpcCalls";

/** The resource that a call is about. */
export interface ResourceAddress {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
}

/** What a provider says about a difference. */
export interface ProviderDiff {
  /** Undefined when the provider leaves the comparison to the engine. */
  readonly changes: boolean | undefined;
  readonly replaces: readonly string[];
  readonly deleteBeforeReplace: boolean;
  /** Property paths that differ. */
  readonly diffs: readonly string[];
}

/** A failed check: which property, and why. */
export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

/** Pulumi's provider protocol as the stand-in engine uses it, in plain values. */
export class ProviderClient {
  private readonly client: ResourceProviderClient;
  private acceptsSecrets = false;
  private acceptsResources = false;
  private acceptsOutputs = false;
  /** Whether Create and Update may be asked for what they would answer. */
  supportsPreview = false;

  constructor(
    readonly packageName: string,
    address: string,
  ) {
    this.client = new ResourceProviderClient(
      address,
      grpc.credentials.createInsecure(),
      grpcOptions,
    );
  }

  /** Tells the provider who talks to it; older ones do not know the call. */
  async handshake(engineAddress: string, programDirectory: string): Promise<void> {
    const request = new proto.ProviderHandshakeRequest();
    request.setEngineAddress(engineAddress);
    request.setProgramDirectory(programDirectory);
    request.setConfigureWithUrn(true);
    request.setInvokeWithPreview(true);
    await orUnimplemented(
      unary<proto.ProviderHandshakeResponse>((done) => this.client.handshake(request, done)),
      undefined,
    );
  }

  /** The provider's configuration as it wants it, checked. */
  async checkConfig(
    resource: ResourceAddress,
    olds: PropertyMap,
    news: PropertyMap,
  ): Promise<{ inputs: PropertyMap; failures: CheckFailure[] }> {
    const request = checkRequest(resource, withoutSecrets(olds), withoutSecrets(news));
    return orUnimplemented(
      unary<proto.CheckResponse>((done) => this.client.checkConfig(request, done)).then(
        checkAnswer,
      ),
      { inputs: news, failures: [] },
    );
  }

  async diffConfig(
    resource: ResourceAddress,
    id: string,
    olds: PropertyMap,
    news: PropertyMap,
  ): Promise<ProviderDiff> {
    const request = new proto.DiffRequest();
    request.setId(id);
    request.setUrn(resource.urn);
    request.setOlds(toStruct(withoutSecrets(olds)));
    request.setOldInputs(toStruct(withoutSecrets(olds)));
    request.setNews(toStruct(withoutSecrets(news)));
    const untold: ProviderDiff = {
      changes: undefined,
      replaces: [],
      deleteBeforeReplace: false,
      diffs: [],
    };
    return orUnimplemented(
      unary<proto.DiffResponse>((done) => this.client.diffConfig(request, done)).then(diffAnswer),
      untold,
    );
  }

  /** Sets what the process uses from now on and learns what it understands. */
  async configure(resource: ResourceAddress, id: string, config: PropertyMap): Promise<void> {
    const request = new proto.ConfigureRequest();
    request.setAcceptsecrets(true);
    request.setAcceptresources(true);
    request.setSendsOldInputs(true);
    request.setSendsOldInputsToDelete(true);
    request.setUrn(resource.urn);
    request.setName(resource.name);
    request.setType(resource.type);
    request.setId(id);
    request.setArgs(toStruct(config));
    const variables = request.getVariablesMap();
    for (const [key, value] of Object.entries(withoutSecrets(config))) {
      if (key === "version" || key === "pluginDownloadURL") continue;
      const text = typeof value === "string" ? value : JSON.stringify(value);
      variables.set(`${this.packageName}:config:${key}`, text);
    }
    const answer = await unary<proto.ConfigureResponse>((done) =>
      this.client.configure(request, done),
    );
    this.acceptsSecrets = answer.getAcceptsecrets();
    this.acceptsResources = answer.getAcceptresources();
    this.acceptsOutputs = answer.getAcceptoutputs();
    this.supportsPreview = answer.getSupportspreview();
  }

  async check(
    resource: ResourceAddress,
    olds: PropertyMap,
    news: PropertyMap,
    seed: Buffer,
  ): Promise<{ inputs: PropertyMap; failures: CheckFailure[] }> {
    const request = checkRequest(resource, this.outgoing(olds), this.outgoing(news));
    request.setRandomseed(seed);
    return checkAnswer(
      await unary<proto.CheckResponse>((done) => this.client.check(request, done)),
    );
  }

  async diff(
    resource: ResourceAddress,
    id: string,
    old: { inputs: PropertyMap; outputs: PropertyMap },
    news: PropertyMap,
    ignoreChanges: readonly string[],
  ): Promise<ProviderDiff> {
    const request = new proto.DiffRequest();
    request.setId(id);
    request.setUrn(resource.urn);
    request.setName(resource.name);
    request.setType(resource.type);
    request.setOlds(toStruct(this.outgoing(old.outputs)));
    request.setOldInputs(toStruct(this.outgoing(old.inputs)));
    request.setNews(toStruct(this.outgoing(news)));
    request.setIgnorechangesList([...ignoreChanges]);
    return diffAnswer(await unary<proto.DiffResponse>((done) => this.client.diff(request, done)));
  }

  async create(
    resource: ResourceAddress,
    inputs: PropertyMap,
    timeout: number,
    preview: boolean,
  ): Promise<{ id: string; outputs: PropertyMap }> {
    const request = new proto.CreateRequest();
    request.setUrn(resource.urn);
    request.setName(resource.name);
    request.setType(resource.type);
    request.setProperties(toStruct(this.outgoing(inputs)));
    request.setTimeout(timeout);
    request.setPreview(preview);
    const answer = await unary<proto.CreateResponse>((done) => this.client.create(request, done));
    return { id: answer.getId(), outputs: fromStruct(answer.getProperties()) };
  }

  async update(
    resource: ResourceAddress,
    id: string,
    old: { inputs: PropertyMap; outputs: PropertyMap },
    news: PropertyMap,
    ignoreChanges: readonly string[],
    timeout: number,
    preview: boolean,
  ): Promise<PropertyMap> {
    const request = new proto.UpdateRequest();
    request.setId(id);
    request.setUrn(resource.urn);
    request.setName(resource.name);
    request.setType(resource.type);
    request.setOlds(toStruct(this.outgoing(old.outputs)));
    request.setOldInputs(toStruct(this.outgoing(old.inputs)));
    request.setNews(toStruct(this.outgoing(news)));
    request.setIgnorechangesList([...ignoreChanges]);
    request.setTimeout(timeout);
    request.setPreview(preview);
    const answer = await unary<proto.UpdateResponse>((done) => this.client.update(request, done));
    return fromStruct(answer.getProperties());
  }

  /** Reads a resource; an empty id says that it does not exist. */
  async read(
    resource: ResourceAddress,
    id: string,
    inputs: PropertyMap,
    outputs: PropertyMap,
  ): Promise<{ id: string; outputs: PropertyMap; inputs: PropertyMap | undefined }> {
    const request = new proto.ReadRequest();
    request.setId(id);
    request.setUrn(resource.urn);
    request.setName(resource.name);
    request.setType(resource.type);
    request.setInputs(toStruct(this.outgoing(inputs)));
    request.setProperties(toStruct(this.outgoing(outputs)));
    const answer = await unary<proto.ReadResponse>((done) => this.client.read(request, done));
    const read = answer.getInputs();
    return {
      id: answer.getId(),
      outputs: fromStruct(answer.getProperties()),
      inputs: read === undefined ? undefined : fromStruct(read),
    };
  }

  async delete(
    resource: ResourceAddress,
    id: string,
    old: { inputs: PropertyMap; outputs: PropertyMap },
    timeout: number,
  ): Promise<void> {
    const request = new proto.DeleteRequest();
    request.setId(id);
    request.setUrn(resource.urn);
    request.setName(resource.name);
    request.setType(resource.type);
    request.setProperties(toStruct(this.outgoing(old.outputs)));
    request.setOldInputs(toStruct(this.outgoing(old.inputs)));
    request.setTimeout(timeout);
    await unary<Empty>((done) => this.client.delete(request, done));
  }

  async invoke(
    token: string,
    args: PropertyMap,
    preview: boolean,
  ): Promise<{ result: PropertyMap; failures: CheckFailure[] }> {
    const request = new proto.InvokeRequest();
    request.setTok(token);
    request.setArgs(toStruct(this.outgoing(args)));
    request.setPreview(preview);
    const answer = await unary<proto.InvokeResponse>((done) => this.client.invoke(request, done));
    return {
      result: fromStruct(answer.getReturn()),
      failures: answer.getFailuresList().map((failure) => failure.toObject()),
    };
  }

  construct(request: proto.ConstructRequest): Promise<proto.ConstructResponse> {
    const inputs = fromStruct(request.getInputs());
    request.setInputs(toStruct(this.acceptsOutputs ? inputs : withoutOutputValues(inputs)));
    request.setAcceptsOutputValues(true);
    return unary<proto.ConstructResponse>((done) => this.client.construct(request, done));
  }

  call(request: proto.CallRequest): Promise<proto.CallResponse> {
    const args = fromStruct(request.getArgs());
    request.setArgs(toStruct(this.acceptsOutputs ? args : withoutOutputValues(args)));
    request.setAcceptsOutputValues(true);
    return unary<proto.CallResponse>((done) => this.client.call(request, done));
  }

  /** True if secrets reach the provider in envelopes; otherwise the engine keeps track of them. */
  get keepsSecrets(): boolean {
    return this.acceptsSecrets;
  }

  /** Asks for calls in flight to end early. */
  async cancel(): Promise<void> {
    await orUnimplemented(
      unary<Empty>((done) => this.client.cancel(new Empty(), done)),
      undefined,
    );
  }

  close(): void {
    this.client.close();
  }

  private outgoing(map: PropertyMap): PropertyMap {
    let values = withoutOutputValues(map);
    if (!this.acceptsSecrets) values = withoutSecrets(values);
    if (!this.acceptsResources) values = withoutResourceReferences(values);
    return values;
  }
}

function checkRequest({ urn, type, name }: ResourceAddress, olds: PropertyMap, news: PropertyMap) {
  const request = new proto.CheckRequest();
  request.setUrn(urn);
  request.setType(type);
  request.setName(name);
  request.setOlds(toStruct(olds));
  request.setNews(toStruct(news));
  return request;
}

function checkAnswer(answer: proto.CheckResponse) {
  return {
    inputs: fromStruct(answer.getInputs()),
    failures: answer.getFailuresList().map((failure) => failure.toObject()),
  };
}

function diffAnswer(answer: proto.DiffResponse): ProviderDiff {
  const { DIFF_SOME, DIFF_NONE } = proto.DiffResponse.DiffChanges;
  const changes = answer.getChanges();
  const detailed: string[] = [];
  const replacing: string[] = [];
  const { ADD_REPLACE, UPDATE_REPLACE, DELETE_REPLACE } = proto.PropertyDiff.Kind;
  answer.getDetaileddiffMap().forEach((difference: proto.PropertyDiff, key: string) => {
    detailed.push(key);
    const kind = difference.getKind();
    if (kind === ADD_REPLACE || kind === UPDATE_REPLACE || kind === DELETE_REPLACE) {
      replacing.push(key);
    }
  });
  const diffs = answer.getDiffsList();
  return {
    changes: changes === DIFF_SOME ? true : changes === DIFF_NONE ? false : undefined,
    replaces: [...new Set([...answer.getReplacesList(), ...replacing])],
    deleteBeforeReplace: answer.getDeletebeforereplace(),
    diffs: diffs.length > 0 ? diffs : detailed,
  };
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
