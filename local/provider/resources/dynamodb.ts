import type * as aws from "@pulumi/aws";
import { type Operation } from "../operation";
import {
  defaulted,
  replace,
  resourceType,
  unread,
  update,
  type AnyResourceType,
} from "../resourceType";
import type { Properties } from "../wire";
import { retagWith } from "./tagging";

type TableOperation = Operation<aws.dynamodb.Table, aws.dynamodb.TableArgs>;

const table = resourceType<aws.dynamodb.Table, aws.dynamodb.TableArgs>({
  token: "aws:dynamodb/table:Table",
  inputs: {
    name: replace,
    attributes: unread(update),
    hashKey: replace,
    rangeKey: replace,
    billingMode: defaulted(update, "PROVISIONED"),
    readCapacity: update,
    writeCapacity: update,
    tableClass: update,
    deletionProtectionEnabled: defaulted(update, false),
    pointInTimeRecovery: unread(update),
    serverSideEncryption: unread(update),
    ttl: unread(update),
    streamEnabled: update,
    streamViewType: update,
    globalSecondaryIndexes: unread(replace),
  },
  name: { property: "name", maxLength: 255 },
  async create(operation) {
    const { inputs } = operation;
    // The SDK calls both deprecated in favour of `keySchemas`; AWS's provider takes either.
    const keys = operation.arguments() as { hashKey?: string; rangeKey?: string };
    await operation.call("dynamodb", "createTable", {
      TableName: inputs.name,
      AttributeDefinitions: (inputs.attributes ?? []).map(({ name, type }) => ({
        AttributeName: name,
        AttributeType: type,
      })),
      KeySchema: keySchema(keys.hashKey, keys.rangeKey),
      BillingMode: inputs.billingMode,
      ProvisionedThroughput: throughput(operation),
      TableClass: inputs.tableClass,
      DeletionProtectionEnabled: inputs.deletionProtectionEnabled,
      SSESpecification: encryption(operation),
      StreamSpecification:
        inputs.streamEnabled === true
          ? { StreamEnabled: true, StreamViewType: inputs.streamViewType }
          : undefined,
      GlobalSecondaryIndexes: inputs.globalSecondaryIndexes?.map((index) => {
        const { hashKey, rangeKey } = index as { hashKey?: string; rangeKey?: string };
        return {
          IndexName: index.name,
          KeySchema: keySchema(hashKey, rangeKey),
          Projection: {
            ProjectionType: index.projectionType,
            NonKeyAttributes: index.nonKeyAttributes,
          },
        };
      }),
      Tags: operation.tags,
    });
    const name = inputs.name ?? "";
    await untilActive(operation.withId(name));
    await writeSettings(operation.withId(name));
    return name;
  },
  ready: untilActive,
  async update(operation) {
    const { inputs, id: TableName } = operation;
    if (
      operation.changed(
        "billingMode",
        "readCapacity",
        "writeCapacity",
        "deletionProtectionEnabled",
        "serverSideEncryption",
        "tableClass",
      )
    ) {
      await operation.call("dynamodb", "updateTable", {
        TableName,
        BillingMode: operation.changed("billingMode") ? inputs.billingMode : undefined,
        ProvisionedThroughput: throughput(operation),
        DeletionProtectionEnabled: inputs.deletionProtectionEnabled,
        TableClass: operation.changed("tableClass") ? inputs.tableClass : undefined,
        SSESpecification: operation.changed("serverSideEncryption")
          ? encryption(operation)
          : undefined,
      });
      await untilActive(operation);
    }
    if (operation.changed("streamEnabled", "streamViewType")) {
      throw new Error("changing the stream of a table is not modelled");
    }
    await writeSettings(operation);
  },
  async read(operation) {
    const found = await describe(operation);
    if (found === undefined) return undefined;
    return {
      arn: found.TableArn,
      name: found.TableName,
      billingMode: found.BillingModeSummary?.BillingMode ?? "PROVISIONED",
      deletionProtectionEnabled: found.DeletionProtectionEnabled,
      hashKey: found.KeySchema?.find(({ KeyType }) => KeyType === "HASH")?.AttributeName,
      streamArn: found.LatestStreamArn,
      streamLabel: found.LatestStreamLabel,
    };
  },
  retag: retagWith("dynamodb"),
  async delete(operation) {
    await operation.call("dynamodb", "deleteTable", { TableName: operation.id });
  },
});

function keySchema(hashKey: string | undefined, rangeKey: string | undefined): Properties[] {
  const keys: Properties[] = [{ AttributeName: hashKey, KeyType: "HASH" }];
  if (rangeKey !== undefined) keys.push({ AttributeName: rangeKey, KeyType: "RANGE" });
  return keys;
}

function throughput({ inputs }: TableOperation): Properties | undefined {
  if (inputs.billingMode === "PAY_PER_REQUEST") return undefined;
  return {
    ReadCapacityUnits: inputs.readCapacity ?? 1,
    WriteCapacityUnits: inputs.writeCapacity ?? 1,
  };
}

function encryption({ inputs }: TableOperation): Properties | undefined {
  const { serverSideEncryption } = inputs;
  if (serverSideEncryption === undefined) return undefined;
  const { enabled, kmsKeyArn } = serverSideEncryption;
  return { Enabled: enabled, SSEType: enabled ? "KMS" : undefined, KMSMasterKeyId: kmsKeyArn };
}

async function writeSettings(operation: TableOperation): Promise<void> {
  const { inputs, id: TableName } = operation;
  if (operation.changed("pointInTimeRecovery")) {
    await operation.call("dynamodb", "updateContinuousBackups", {
      TableName,
      PointInTimeRecoverySpecification: {
        PointInTimeRecoveryEnabled: inputs.pointInTimeRecovery?.enabled ?? false,
        RecoveryPeriodInDays: inputs.pointInTimeRecovery?.recoveryPeriodInDays,
      },
    });
  }
  if (operation.changed("ttl") && inputs.ttl !== undefined) {
    await operation.call("dynamodb", "updateTimeToLive", {
      TableName,
      TimeToLiveSpecification: {
        AttributeName: inputs.ttl.attributeName,
        Enabled: inputs.ttl.enabled ?? false,
      },
    });
  }
}

async function describe(operation: TableOperation) {
  const answer = await operation.call("dynamodb", "describeTable", { TableName: operation.id });
  return answer.Table;
}

async function untilActive(operation: TableOperation): Promise<void> {
  await operation.untilTrue("active", async () => {
    return (await describe(operation))?.TableStatus === "ACTIVE";
  });
}

/** Tables. */
export const types: readonly AnyResourceType[] = [table];
