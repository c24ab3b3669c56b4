import type { Operation } from "../operation";
import type { TagChange } from "../resourceType";
import { isMissing, type Services } from "../awsServices";
import type { Properties } from "../wire";

/** Any resource's operation: the functions here need no particular type. */
// The parameters are contravariant, so `never` accepts every resource's operation.
export type AnyOperation = Pick<
  Operation<Properties, Properties>,
  "id" | "region" | "account" | "tags" | "call" | "callIn" | "untilTrue"
> & { readonly state: Readonly<Properties> };

/** The tags of a create call, for services that refuse an empty list. */
export function tagsIfAny({ tags }: AnyOperation): Record<string, string> | undefined {
  return Object.keys(tags).length > 0 ? tags : undefined;
}

/** Tags for EC2's create calls, which name the kind of the thing that is tagged. */
export function ec2Tags(operation: AnyOperation, kind: string): Properties {
  const tags = tagsIfAny(operation);
  return tags === undefined ? {} : { tagSpecifications: [{ resourceType: kind, tags }] };
}

/** A service's calls that change tags, where they differ from most services'. */
export interface TagCalls<S extends keyof Services> {
  /** The call that sets tags, by default `tagResource`. */
  readonly tag?: keyof Services[S] & string;
  /** The call that takes tags away, by default `untagResource`. */
  readonly untag?: keyof Services[S] & string;
  /** What both calls need to find the resource, by default its ARN. */
  readonly resource?: (operation: AnyOperation) => Properties;
  /** The keys as `untag` takes them, by default `TagKeys`. */
  readonly keys?: (keys: readonly string[]) => Properties;
  /** The tags as `tag` takes them, by default `Tags`. */
  readonly tags?: (tags: Record<string, string>) => Properties;
}

/** Changes a resource's tags: first those that go, then those that are set, each in one call. */
export type Retag = (operation: AnyOperation, change: TagChange) => Promise<void>;

/** How the tags of a service's resources are changed. */
export function retagWith<S extends keyof Services>(
  service: S,
  {
    tag = "tagResource" as keyof Services[S] & string,
    untag = "untagResource" as keyof Services[S] & string,
    resource = ({ state }) => ({ ResourceArn: state.arn }),
    keys = (TagKeys) => ({ TagKeys }),
    tags = (Tags) => ({ Tags }),
  }: TagCalls<S> = {},
): Retag {
  return async (operation, { remove, set }) => {
    const which = resource(operation);
    if (remove.length > 0) await operation.call(service, untag, { ...which, ...keys(remove) });
    if (Object.keys(set).length > 0) {
      await operation.call(service, tag, { ...which, ...tags(set) });
    }
  };
}

/** For services that take away tags by lists of tags without values. */
export function keysAsTags(keys: readonly string[]): Properties {
  return { Tags: keys.map((Key) => ({ Key })) };
}

/** Changes the tags of anything that EC2 names by an id. */
export const retagEc2 = retagWith("ec2", {
  tag: "createTags",
  untag: "deleteTags",
  resource: ({ id }) => ({ Resources: [id] }),
  keys: keysAsTags,
});

/** ARN of a thing that EC2 owns. */
export function ec2Arn(operation: AnyOperation, kind: string): string {
  return `arn:aws:ec2:${operation.region}:${operation.account}:${kind}/${operation.id}`;
}

/** `[{ Key, Value }]` as a map. */
export function tagMap(
  tags: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined,
): Record<string, string> {
  return Object.fromEntries((tags ?? []).map(({ Key, Value }) => [Key ?? "", Value ?? ""]));
}

/** The answer, or undefined if AWS says that there is no such thing. */
export async function unlessMissing<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
