import type { Operation } from "../operation";
import type { TagChange } from "../resourceType";
import { isMissing } from "../awsServices";
import type { Properties } from "../wire";

/** Any resource's operation: the functions here need no particular type. */
// The parameters are contravariant, so `never` accepts every resource's operation.
export type AnyOperation = Pick<
  Operation<Properties, Properties>,
  "id" | "region" | "account" | "tags" | "call" | "callIn" | "untilTrue"
>;

/** Tags for EC2's create calls, which name the kind of the thing that is tagged. */
export function ec2Tags(operation: AnyOperation, kind: string): Properties {
  if (Object.keys(operation.tags).length === 0) return {};
  return { tagSpecifications: [{ resourceType: kind, tags: operation.tags }] };
}

/** Changes the tags of anything that EC2 names by an id. */
export async function retagEc2(operation: AnyOperation, change: TagChange): Promise<void> {
  const resources = [operation.id];
  if (change.remove.length > 0) {
    await operation.call("ec2", "deleteTags", {
      resources,
      tags: change.remove.map((Key) => ({ Key })),
    });
  }
  if (Object.keys(change.set).length > 0) {
    await operation.call("ec2", "createTags", { resources, tags: change.set });
  }
}

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

/** Runs one call after the other for each key that is to go and all that are to be set. */
export async function retagWith(
  change: TagChange,
  remove: (keys: readonly string[]) => Promise<unknown>,
  set: (tags: Record<string, string>) => Promise<unknown>,
): Promise<void> {
  if (change.remove.length > 0) await remove(change.remove);
  if (Object.keys(change.set).length > 0) await set(change.set);
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
