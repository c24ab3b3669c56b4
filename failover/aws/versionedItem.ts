import { type Clients, limited } from "./clients";

type Item = NonNullable<import("@aws-sdk/client-dynamodb").PutItemCommandInput["Item"]>;

/**
 * A record kept whole in the attribute `record` of one DynamoDB item; the condition on `version` is
 * what makes two runs harmless.
 *
 * @param itemOf the whole item, with the key `id`, `version` and `record`
 */
export function versionedItem<Kept extends { readonly version: number }>(
  clients: Pick<Clients, "dynamoDb">,
  { tableName, id }: { readonly tableName: string; readonly id: string },
  itemOf: (record: Kept) => Item,
): {
  load(): Promise<Kept | undefined>;
  /** @returns false when somebody else wrote since `expectedVersion` (undefined: since nothing). */
  save(record: Kept, expectedVersion: number | undefined): Promise<boolean>;
} {
  const sdk = () =>
    require("@aws-sdk/client-dynamodb") as typeof import("@aws-sdk/client-dynamodb");
  const load = async (): Promise<Kept | undefined> => {
    const { GetItemCommand } = sdk();
    const { Item } = await clients.dynamoDb().send(
      new GetItemCommand({
        TableName: tableName,
        Key: { id: { S: id } },
        // An older copy would let a second run decide on what is no longer so.
        ConsistentRead: true,
      }),
      limited(),
    );
    const text = Item?.record?.S;
    return text === undefined ? undefined : (JSON.parse(text) as Kept);
  };
  return {
    load,
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
        return JSON.stringify(await load()) === JSON.stringify(record);
      }
    },
  };
}
