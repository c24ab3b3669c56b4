import {
  type AttributeValue,
  DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from "@aws-sdk/client-dynamodb";
import { lockLength } from "../lock";
import type { HeldLock, LockOwner, PromotionRecord } from "../model";
import type { PromotionRecords } from "../ports";

/** Hash key of the one item that holds record and lock. */
export const promotionItemId = "promotion";

/** Milliseconds for one call with its repeats. */
const callLimit = 8_000;

/**
 * Record and lock in one DynamoDB item: the condition that the lock is the writer's own is part of each
 * write, so that who lost it cannot write the record any more.
 */
export function promotionTable(region: string, tableName: string): PromotionRecords {
  const client = new DynamoDBClient({ region, maxAttempts: 4 });
  const Key = { id: { S: promotionItemId } };
  const read = async (): Promise<{
    readonly record: PromotionRecord;
    readonly lock?: HeldLock;
  }> => {
    const { Item } = await client.send(
      // An older copy could hide who holds the lock.
      new GetItemCommand({ TableName: tableName, Key, ConsistentRead: true }),
      { abortSignal: AbortSignal.timeout(callLimit) },
    );
    const lock = lockOf(Item);
    return {
      record: recordOf(Item?.record?.S),
      ...(lock === undefined ? {} : { lock }),
    };
  };
  const update = async (
    change: Omit<UpdateItemCommandInput, "TableName" | "Key">,
    came: (held: HeldLock | undefined) => boolean,
  ): Promise<boolean> => {
    try {
      await client.send(new UpdateItemCommand({ TableName: tableName, Key, ...change }), {
        abortSignal: AbortSignal.timeout(callLimit),
      });
      return true;
    } catch (error) {
      if ((error as Error).name !== "ConditionalCheckFailedException") throw error;
      // A repeat inside of the SDK meets what its own first try did.
      return came((await read()).lock);
    }
  };
  const mine = (token: string) => ({
    ConditionExpression: "#token = :token",
    names: { "#token": "token" },
    values: { ":token": { S: token } },
  });
  return {
    read,
    take: (token, owner, seen) =>
      update(takeChange(token, owner, seen), (held) => held?.token === token),
    renew: (token) => {
      const { names, values, ...condition } = mine(token);
      return update(
        {
          ...condition,
          UpdateExpression: "SET #beat = #beat + :one, #expiresAt = :expiresAt",
          ExpressionAttributeNames: { ...names, "#beat": "beat", "#expiresAt": "expiresAt" },
          ExpressionAttributeValues: { ...values, ":one": { N: "1" }, ":expiresAt": expiry() },
        },
        (held) => held?.token === token,
      );
    },
    save: (token, record) => {
      const { names, values, ...condition } = mine(token);
      return update(
        {
          ...condition,
          UpdateExpression: "SET #record = :record",
          ExpressionAttributeNames: { ...names, "#record": "record" },
          ExpressionAttributeValues: { ...values, ":record": { S: JSON.stringify(record) } },
        },
        () => false,
      );
    },
    release: (token) => {
      const { names, values, ...condition } = mine(token);
      return update(
        {
          ...condition,
          UpdateExpression: "REMOVE #token, #owner, #beat, #expiresAt",
          ExpressionAttributeNames: {
            ...names,
            ...{ "#owner": "owner", "#beat": "beat", "#expiresAt": "expiresAt" },
          },
          ExpressionAttributeValues: values,
        },
        (held) => held === undefined,
      );
    },
  };
}

/** Over nothing, or over a lock that is just as it was seen. */
function takeChange(
  token: string,
  owner: LockOwner,
  seen: HeldLock | undefined,
): Omit<UpdateItemCommandInput, "TableName" | "Key"> {
  return {
    UpdateExpression:
      "SET #token = :token, #owner = :owner, #beat = :zero, #expiresAt = :expiresAt",
    ConditionExpression:
      seen === undefined
        ? "attribute_not_exists(#token)"
        : "#token = :seenToken AND #beat = :seenBeat",
    ExpressionAttributeNames: {
      ...{ "#token": "token", "#owner": "owner", "#beat": "beat", "#expiresAt": "expiresAt" },
    },
    ExpressionAttributeValues: {
      ":token": { S: token },
      ":owner": { S: JSON.stringify(owner) },
      ":zero": { N: "0" },
      ":expiresAt": expiry(),
      ...(seen === undefined
        ? {}
        : { ":seenToken": { S: seen.token }, ":seenBeat": { N: String(seen.beat) } }),
    },
  };
}

function expiry(): AttributeValue {
  return { N: String(Date.now() + lockLength) };
}

function lockOf(item: Record<string, AttributeValue> | undefined): HeldLock | undefined {
  const { token, owner, beat, expiresAt } = item ?? {};
  if (token?.S === undefined || owner?.S === undefined) return undefined;
  return {
    token: token.S,
    owner: JSON.parse(owner.S) as LockOwner,
    beat: Number(beat?.N ?? 0),
    expiresAt: Number(expiresAt?.N ?? 0),
  };
}

function recordOf(text: string | undefined): PromotionRecord {
  return text === undefined ? { stoppedSince: {} } : (JSON.parse(text) as PromotionRecord);
}
