import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { DescribeFileSystemsCommand, EFSClient } from "@aws-sdk/client-efs";
import { DescribeDBInstancesCommand, RDSClient } from "@aws-sdk/client-rds";
import type { FailoverRecord } from "../../../failover/model";
import { recordId, recordTableName } from "../../../failover/recordAddress";
import { fakeCredentials } from "../../emulator/isolatedEnvironment";
import type { OperationResult } from "../../engine/engine";
import type { LocalAws } from "../../localAws";
import { textOutput } from "../deployment";

function settingsOf(local: LocalAws, region: string) {
  const { endpoint } = local.gateway;
  return { endpoint, region, credentials: fakeCredentials, userAgentAppId: "drill" };
}

/** A region's failover record, as a person with the AWS CLI reads it; undefined where none is. */
export async function readRecord(
  local: LocalAws,
  region: string,
  prefix: string,
): Promise<FailoverRecord | undefined> {
  const table = new DynamoDBClient(settingsOf(local, region));
  try {
    const { Item } = await table.send(
      new GetItemCommand({ TableName: recordTableName(prefix), Key: { id: { S: recordId } } }),
    );
    const text = Item?.record?.S;
    return text === undefined ? undefined : (JSON.parse(text) as FailoverRecord);
  } finally {
    table.destroy();
  }
}

/** The database and the homes that a stack wrote before it followed; asked whether AWS has them still. */
export async function formerState(
  local: LocalAws,
  former: OperationResult,
): Promise<{ readonly what: string; readonly exists: boolean }[]> {
  const region = textOutput(former, "region");
  const database = textOutput(former, "databaseIdentifier");
  const fileSystem = textOutput(former, "homeFileSystemId");
  const rds = new RDSClient(settingsOf(local, region));
  const efs = new EFSClient(settingsOf(local, region));
  try {
    const [hasDatabase, hasHomes] = await Promise.all([
      exists(rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: database }))),
      exists(efs.send(new DescribeFileSystemsCommand({ FileSystemId: fileSystem }))),
    ]);
    return [
      { what: `database ${database} in ${region}`, exists: hasDatabase },
      { what: `homes ${fileSystem} in ${region}`, exists: hasHomes },
    ];
  } finally {
    rds.destroy();
    efs.destroy();
  }
}

async function exists(answer: Promise<unknown>): Promise<boolean> {
  try {
    await answer;
    return true;
  } catch (error) {
    const { name } = error as Error;
    if (name.includes("NotFound")) return false;
    throw error;
  }
}
