import * as proto from "@pulumi/pulumi/proto/provider_pb";
import type { PropertyMap } from "../propertyValue";
import { fromStruct, toStruct } from "./grpcCalls";
import type { Struct } from "../protobuf";

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

/** What a provider made of the inputs, and which of them it refuses. */
export interface Checked {
  readonly inputs: PropertyMap;
  readonly failures: CheckFailure[];
}

/** A resource as the last deployment left it. */
export interface OldProperties {
  readonly inputs: PropertyMap;
  readonly outputs: PropertyMap;
}

/** A request that is about one resource. */
interface Addressed {
  setUrn(urn: string): unknown;
  setName(name: string): unknown;
  setType(type: string): unknown;
}

/** A request that compares a resource with what the program wants. */
interface Comparing {
  setOlds(olds: Struct): unknown;
  setOldInputs(inputs: Struct): unknown;
  setNews(news: Struct): unknown;
}

/** Says in a request which resource it is about. */
export function about<Request extends Addressed>(
  request: Request,
  { urn, name, type }: ResourceAddress,
): Request {
  request.setUrn(urn);
  request.setName(name);
  request.setType(type);
  return request;
}

/** Says in a request which existing resource it is about. */
export function aboutExisting<Request extends Addressed & { setId(id: string): unknown }>(
  request: Request,
  resource: ResourceAddress,
  id: string,
): Request {
  request.setId(id);
  return about(request, resource);
}

/** Gives a request what the resource is and what it should become. */
export function comparing<Request extends Comparing>(
  request: Request,
  old: OldProperties,
  news: PropertyMap,
): Request {
  request.setOlds(toStruct(old.outputs));
  request.setOldInputs(toStruct(old.inputs));
  request.setNews(toStruct(news));
  return request;
}

/** The request to complete and check `news`; a check of a provider's config is worded alike. */
export function checkRequest(
  resource: ResourceAddress,
  olds: PropertyMap,
  news: PropertyMap,
): proto.CheckRequest {
  const request = about(new proto.CheckRequest(), resource);
  request.setOlds(toStruct(olds));
  request.setNews(toStruct(news));
  return request;
}

/** The answer to a {@link checkRequest}. */
export function checkAnswer(answer: proto.CheckResponse): Checked {
  return { inputs: fromStruct(answer.getInputs()), failures: failuresIn(answer) };
}

/** The properties that a provider refuses. */
export function failuresIn(answer: proto.CheckResponse | proto.InvokeResponse): CheckFailure[] {
  return answer.getFailuresList().map((failure) => failure.toObject());
}

/** A provider's differences; the older and the newer way to tell them come together. */
export function diffAnswer(answer: proto.DiffResponse): ProviderDiff {
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
