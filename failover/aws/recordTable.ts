import type { FailoverRecord } from "../model";
import type { Cloud } from "../ports";
import { recordId } from "../recordAddress";
import { type Clients, limited } from "./clients";

/**
 * The failover record in DynamoDB; the condition on `version` is what makes two runs harmless.
 * Controllers, `pulumi up` and people read the item's plain attributes; `record` is the whole.
 */
export function recordTable(clients: Clients, tableName: string): Pick<Cloud, "load" | "save"> {
  const sdk = () =>
    require("@aws-sdk/client-dynamodb") as typeof import("@aws-sdk/client-dynamodb");
  return {
    load: async () => {
      const { GetItemCommand } = sdk();
      const { Item } = await clients.dynamoDb().send(
        new GetItemCommand({
          TableName: tableName,
          Key: { id: { S: recordId } },
          // An older copy would let a second run decide on what is no longer so.
          ConsistentRead: true,
        }),
        limited(),
      );
      const text = Item?.record?.S;
      return text === undefined ? undefined : (JSON.parse(text) as FailoverRecord);
    },
    save: async (record, expectedVersion) => {
      const { PutItemCommand } = sdk();
      const first = expectedVersion === undefined;
      try {
        await clients.dynamoDb().send(
          new PutItemCommand({
            TableName: tableName,
            Item: itemOf(record),
            ConditionExpression: first ? "attribute_not_exists(id)" : "version = :expected",
            ...(first
              ? {}
              : { ExpressionAttributeValues: { ":expected": { N: String(expectedVersion) } } }),
          }),
          limited(),
        );
        return true;
      } catch (error) {
        if ((error as { name?: string }).name !== "ConditionalCheckFailedException") throw error;
        // A repeat inside the SDK meets what its first try wrote: that is ours, not somebody else's.
        return wroteIt(clients, tableName, record);
      }
    },
  };

  async function wroteIt(from: Clients, table: string, record: FailoverRecord): Promise<boolean> {
    const stored = await recordTable(from, table).load();
    return stored !== undefined && JSON.stringify(stored) === JSON.stringify(record);
  }
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
    record: { S: JSON.stringify(record) },
  };
}
