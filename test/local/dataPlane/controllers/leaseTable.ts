/** DynamoDB as far as leases need it: one item a home, and the script's two conditions. */
import { AwsError } from "../../../../local/gateway/wire/awsError";

type Item = Record<string, { readonly S?: string; readonly N?: string }>;

interface Write {
  readonly Item?: Item;
  readonly Key?: Item;
  readonly ConditionExpression: string;
  readonly ExpressionAttributeValues: Item;
}

/** Both regions' failover records and lease tables. */
export class LeaseTables {
  readonly leases = new Map<string, Item>();
  readonly records = new Map<string, { generation: number; activeRegion: string }>();
  writes = 0;

  /** For the stub of the emulator. */
  get answers() {
    return {
      "dynamodb GetItem": (_input: object, region: string) => {
        const record = this.records.get(region);
        if (record === undefined) throw new AwsError("ResourceNotFoundException", "no such table");
        const { generation, activeRegion } = record;
        return {
          Item: { generation: { N: String(generation) }, activeRegion: { S: activeRegion } },
        };
      },
      "dynamodb PutItem": (input: Write, region: string) => {
        const key = `${region} ${input.Item?.home?.S ?? ""}`;
        const held = this.leases.get(key);
        const { ":owner": owner, ":now": now } = input.ExpressionAttributeValues;
        const isFree =
          held === undefined ||
          held.owner?.S === owner?.S ||
          Number(held.expiresAt?.N) < Number(now?.N);
        this.write(isFree, key, input.Item ?? {});
        return {};
      },
      "dynamodb UpdateItem": (input: Write, region: string) => {
        const key = `${region} ${input.Key?.home?.S ?? ""}`;
        const held = this.leases.get(key) ?? {};
        const { ":owner": owner, ":expiresAt": expiresAt } = input.ExpressionAttributeValues;
        this.write(held.owner?.S === owner?.S, key, { ...held, expiresAt: expiresAt ?? {} });
        return {};
      },
    };
  }

  private write(allowed: boolean, key: string, item: Item): void {
    if (!allowed)
      throw new AwsError("ConditionalCheckFailedException", "The conditional request failed");
    this.writes += 1;
    this.leases.set(key, item);
  }
}
