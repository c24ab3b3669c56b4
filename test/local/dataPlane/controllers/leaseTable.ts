/** DynamoDB as far as leases need it: both regions' failover records and lease tables. */
import { AwsError } from "../../../../local/gateway/wire/awsError";
import { type ConditionalUpdate, type Item, updated } from "../../../support/conditionalTable";

export class LeaseTables {
  readonly leases = new Map<string, Item>();
  readonly records = new Map<string, { generation: number; activeRegion: string }>();
  writes = 0;

  /** For the stub of the emulator. */
  get answers() {
    return {
      "dynamodb GetItem": ({ Key }: { readonly Key: Item }, region: string) => {
        if (Key.home?.S !== undefined) return { Item: this.leases.get(`${region} ${Key.home.S}`) };
        const record = this.records.get(region);
        if (record === undefined) throw new AwsError("ResourceNotFoundException", "no such table");
        const { generation, activeRegion } = record;
        return {
          Item: { generation: { N: String(generation) }, activeRegion: { S: activeRegion } },
        };
      },
      "dynamodb UpdateItem": (update: ConditionalUpdate, region: string) => {
        const key = `${region} ${update.Key.home?.S ?? ""}`;
        const next = updated(this.leases.get(key), update);
        if (next === undefined) {
          const what = "The conditional request failed";
          throw new AwsError("ConditionalCheckFailedException", what);
        }
        this.writes += 1;
        this.leases.set(key, next);
        return {};
      },
    };
  }
}
