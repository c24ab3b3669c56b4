import { createHash } from "node:crypto";
import type { DBInstance } from "@aws-sdk/client-rds";

/** A database instance's place and name. */
export interface DatabaseKey {
  readonly region: string;
  readonly identifier: string;
}

/** One name for maps and messages. */
export function nameOf({ region, identifier }: DatabaseKey): string {
  return `${region} ${identifier}`;
}

/** A source in another region is given, and shown, by its ARN. */
export function sourceKey(given: string, region: string): DatabaseKey {
  const [, arnRegion, identifier] = /^arn:[^:]+:rds:([^:]+):\d+:db:(.+)$/.exec(given) ?? [];
  return arnRegion !== undefined && identifier !== undefined
    ? { region: arnRegion, identifier }
    : { region, identifier: given };
}

/** In the source's region a replica is shown by name, elsewhere by ARN. */
export function replicaName(key: DatabaseKey, region: string, source: DBInstance): string {
  if (key.region === region) return key.identifier;
  const account = source.DBInstanceArn?.split(":")[4] ?? "";
  return `arn:aws:rds:${key.region}:${account}:db:${key.identifier}`;
}

/** `db-` and 26 capitals and digits, as AWS forms it: never the same for two instances. */
export function resourceId(key: DatabaseKey, createdAt: Date | undefined): string {
  const digest = createHash("sha256")
    .update(`${nameOf(key)} ${createdAt?.toISOString() ?? ""}`)
    .digest("hex");
  return `db-${digest.slice(0, 26).toUpperCase()}`;
}
