import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import {
  DeregisterTargetsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import {
  DeleteDBInstanceCommand,
  DescribeDBInstancesCommand,
  PromoteReadReplicaCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import { itemOf } from "../../failover/aws/recordTable";
import type { FailoverRecord } from "../../failover/model";
import { namesOf, regions } from "./matrixPlan";
import type { ClientOf, Site, SiteRegion } from "./site";

/** A site and the way to its emulator, past every gateway. */
export interface EmulatorSide {
  readonly site: Site;
  readonly emulator: ClientOf;
}

/** Takes away what the case before left with the emulator; the rest went with its gateway. */
export async function clearTraces({ site, emulator }: EmulatorSide): Promise<void> {
  await Promise.all([
    deregisterAll(site.active, emulator),
    deregisterAll(site.waiting, emulator),
    deleteReplica(site, emulator),
  ]);
}

async function deregisterAll(part: SiteRegion, emulator: ClientOf): Promise<void> {
  const elb = emulator(ElasticLoadBalancingV2Client, part.region);
  for (const TargetGroupArn of part.targetGroupArns) {
    const { TargetHealthDescriptions } = await elb.send(
      new DescribeTargetHealthCommand({ TargetGroupArn }),
    );
    const Targets = (TargetHealthDescriptions ?? []).map(({ Target }) => ({ Id: Target?.Id }));
    if (Targets.length > 0) {
      await elb.send(new DeregisterTargetsCommand({ TargetGroupArn, Targets }));
    }
  }
}

async function deleteReplica({ prefix }: Site, emulator: ClientOf): Promise<void> {
  const DBInstanceIdentifier = namesOf(prefix).replica;
  const rds = emulator(RDSClient, regions.waiting);
  const { DBInstances } = await rds.send(new DescribeDBInstancesCommand({}));
  if (!DBInstances?.some((each) => each.DBInstanceIdentifier === DBInstanceIdentifier)) return;
  // The emulator cannot delete what it takes for a replica of another region.
  await rds.send(new PromoteReadReplicaCommand({ DBInstanceIdentifier }));
  await rds.send(new DeleteDBInstanceCommand({ DBInstanceIdentifier, SkipFinalSnapshot: true }));
}

/** Writes the record as the function's first run leaves it. */
export async function seedRecord(
  { site, emulator }: EmulatorSide,
  record: FailoverRecord,
): Promise<void> {
  await emulator(DynamoDBClient, regions.waiting).send(
    new PutItemCommand({
      TableName: namesOf(site.prefix).tableName,
      Item: itemOf(record),
    }),
  );
}
