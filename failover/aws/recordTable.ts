import type { FailoverRecord } from "../model";
import type { Cloud } from "../ports";
import { recordId } from "../recordAddress";
import type { Clients } from "./clients";
import { versionedItem } from "./versionedItem";

/**
 * The failover record in DynamoDB. Controllers, `pulumi up` and people read the item's plain
 * attributes; `record` is the whole.
 */
export function recordTable(
  clients: Pick<Clients, "dynamoDb">,
  tableName: string,
): Pick<Cloud, "load" | "save"> {
  return versionedItem(clients, { tableName, id: recordId }, itemOf);
}

/** The record as the table's item: whole for the failover, and what others read of it as attributes. */
export function itemOf(
  record: FailoverRecord,
): NonNullable<import("@aws-sdk/client-dynamodb").PutItemCommandInput["Item"]> {
  return {
    id: { S: recordId },
    version: { N: String(record.version) },
    generation: { N: String(record.generation) },
    activeRegion: { S: record.activeRegion },
    phase: { S: record.phase },
    planned: { BOOL: record.trigger?.planned === true },
    record: { S: JSON.stringify(record) },
  };
}
