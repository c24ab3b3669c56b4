import type { InvokeFunction } from "./index";

/** A key and an item are JSON of DynamoDB's types: `{"id":{"S":"failover"}}`. */
type Attributes = Record<string, { readonly S?: string; readonly N?: string }>;

/**
 * `aws.dynamodb.getTableItem`, a strongly consistent read. What is missing is an error, in the words
 * of the real provider, whose data source keeps AWS's own for other errors alone:
 * https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/dynamodb/table_item_data_source.go
 * In plan-only mode there is no item.
 */
const tableItem: InvokeFunction = async (args, { aws, live, region }) => {
  const { tableName, key, expressionAttributeNames, projectionExpression } = args as {
    readonly tableName: string;
    readonly key: string;
    readonly expressionAttributeNames?: Readonly<Record<string, string>>;
    readonly projectionExpression?: string;
  };
  const Key = JSON.parse(key) as Attributes;
  const id = [tableName, ...Object.values(Key).map(({ S, N }) => S ?? N)].join("|");
  const failed = (why: string, cause?: unknown): Error =>
    new Error(`reading DynamoDB Table Item (${id}): ${why}`, { cause });
  if (!live) throw failed("empty result");
  const request = {
    TableName: tableName,
    Key,
    ConsistentRead: true,
    ExpressionAttributeNames: expressionAttributeNames,
    ProjectionExpression: projectionExpression,
  };
  const { Item } = await aws
    .call("dynamodb", "getItem", region, request)
    .catch((error: unknown) => {
      const { name, message } = error as Error;
      const missing = name === "ResourceNotFoundException";
      throw failed(missing ? "couldn't find resource" : message, error);
    });
  if (Item === undefined) throw failed("empty result");
  return { id, item: JSON.stringify(Item) };
};

/** Questions about what a table holds. */
export const tableFunctions: Readonly<Record<string, InvokeFunction>> = {
  "aws:dynamodb/getTableItem:getTableItem": tableItem,
};
