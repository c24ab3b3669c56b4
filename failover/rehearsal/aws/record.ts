import { limited } from "../../aws/clients";
import { recordTable } from "../../aws/recordTable";
import type { FailoverView, RehearsalRecord } from "../model";
import type { RehearsalCloud } from "../ports";
import { rehearsalRecordId } from "../rehearsalPlan";
import type { RehearsalClients } from "./clients";

/** The rehearsals' own item, beside the failover's. */
export function rehearsalRecordTable(
  clients: RehearsalClients,
  tableName: string,
): Pick<RehearsalCloud, "load" | "save"> {
  const sdk = () =>
    require("@aws-sdk/client-dynamodb") as typeof import("@aws-sdk/client-dynamodb");
  const load = async (): Promise<RehearsalRecord | undefined> => {
    const { Item } = await clients.dynamoDb().send(
      new (sdk().GetItemCommand)({
        TableName: tableName,
        Key: { id: { S: rehearsalRecordId } },
        ConsistentRead: true,
      }),
      limited(),
    );
    const text = Item?.record?.S;
    return text === undefined ? undefined : (JSON.parse(text) as RehearsalRecord);
  };
  return {
    load,
    save: async (record, expectedVersion) => {
      const first = expectedVersion === undefined;
      try {
        await clients.dynamoDb().send(
          new (sdk().PutItemCommand)({
            TableName: tableName,
            Item: {
              id: { S: rehearsalRecordId },
              version: { N: String(record.version) },
              record: { S: JSON.stringify(record) },
            },
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
        return JSON.stringify(await load()) === JSON.stringify(record);
      }
    },
  };
}

/** What the failover is at; read, never written. */
export async function readFailover(
  clients: RehearsalClients,
  tableName: string,
): Promise<FailoverView | null> {
  const record = await recordTable(clients, tableName).load();
  if (record === undefined) return null;
  const { phase, generation, activeRegion, settledAt } = record;
  return { phase, generation, activeRegion, settled: settledAt !== undefined };
}
