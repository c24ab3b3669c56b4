import { limited } from "../../aws/clients";
import type { SeenDatabase, Snapshot } from "../model";
import { rehearsalName, rehearsalTag, type RehearsalPlan } from "../rehearsalPlan";
import type { RehearsalClients } from "./clients";
import { tagsOf } from "./machines";

/** All database instances with a rehearsal's name and this deployment's tags. */
export async function listCopies(
  clients: RehearsalClients,
  { prefix }: RehearsalPlan,
): Promise<SeenDatabase[]> {
  const { DescribeDBInstancesCommand } = rdsSdk();
  const found: SeenDatabase[] = [];
  let marker: string | undefined;
  do {
    const page = await clients
      .rds()
      .send(
        new DescribeDBInstancesCommand(marker === undefined ? {} : { Marker: marker }),
        limited(),
      );
    for (const { DBInstanceIdentifier = "", DBInstanceStatus, TagList } of page.DBInstances ?? []) {
      const tag = (key: string) => (TagList ?? []).find(({ Key }) => Key === key)?.Value;
      const rehearsal = tag(rehearsalTag);
      if (rehearsal === undefined || tag("deployment") !== prefix) continue;
      if (!DBInstanceIdentifier.startsWith(`${rehearsalName(prefix)}-`)) continue;
      const status = DBInstanceStatus ?? "unknown";
      found.push({ identifier: DBInstanceIdentifier, rehearsal, status });
    }
    marker = page.Marker;
  } while (marker !== undefined && marker !== "");
  return found;
}

/** The newest snapshot in this region that can be restored, automated or made by hand or by us. */
export async function newestSnapshot(
  clients: RehearsalClients,
  { database }: RehearsalPlan,
): Promise<Snapshot | null> {
  const lists = await Promise.all(
    (database?.snapshotsOf ?? []).map((identifier) => listSnapshots(clients, identifier)),
  );
  const snapshots = lists
    .flat()
    .filter(({ Status }) => Status === "available")
    .map((snapshot) => ({
      identifier: snapshot.DBSnapshotIdentifier ?? "",
      // A copy is younger than what it holds.
      takenAt: (snapshot.OriginalSnapshotCreateTime ?? snapshot.SnapshotCreateTime)?.getTime() ?? 0,
    }))
    .sort((one, other) => other.takenAt - one.takenAt);
  return snapshots[0] ?? null;
}

/** All of one instance's; RDS gives a hundred at a time, in no order that it promises. */
async function listSnapshots(
  clients: RehearsalClients,
  identifier: string,
): Promise<import("@aws-sdk/client-rds").DBSnapshot[]> {
  const { DescribeDBSnapshotsCommand } = rdsSdk();
  const found = [];
  let marker: string | undefined;
  do {
    const from = marker === undefined ? {} : { Marker: marker };
    const request = new DescribeDBSnapshotsCommand({ DBInstanceIdentifier: identifier, ...from });
    const page = await clients.rds().send(request, limited());
    found.push(...(page.DBSnapshots ?? []));
    marker = page.Marker;
  } while (marker !== undefined && marker !== "");
  return found;
}

/** Restores a snapshot as an instance that nothing can reach and nothing keeps. */
export async function restoreCopy(
  clients: RehearsalClients,
  plan: RehearsalPlan,
  request: { readonly rehearsal: string; readonly identifier: string; readonly snapshot: string },
): Promise<void> {
  const { database } = plan;
  if (database === undefined) throw new Error("This deployment has no database to rehearse.");
  const { RestoreDBInstanceFromDBSnapshotCommand } = rdsSdk();
  await clients.rds().send(
    new RestoreDBInstanceFromDBSnapshotCommand({
      DBInstanceIdentifier: request.identifier,
      DBSnapshotIdentifier: request.snapshot,
      DBInstanceClass: database.instanceClass,
      DBSubnetGroupName: database.subnetGroup,
      VpcSecurityGroupIds: [database.securityGroupId],
      MultiAZ: false,
      PubliclyAccessible: false,
      DeletionProtection: false,
      AutoMinorVersionUpgrade: false,
      CopyTagsToSnapshot: false,
      Tags: tagsOf(plan, request.rehearsal, request.identifier),
    }),
    limited(),
  );
}

export async function deleteCopy(clients: RehearsalClients, identifier: string): Promise<void> {
  const { DeleteDBInstanceCommand } = rdsSdk();
  await clients.rds().send(
    new DeleteDBInstanceCommand({
      DBInstanceIdentifier: identifier,
      SkipFinalSnapshot: true,
      DeleteAutomatedBackups: true,
    }),
    limited(),
  );
}

/** Seconds since the homes' newest complete copy; null where they do not replicate. */
export async function homeLag(
  clients: RehearsalClients,
  { homeFileSystemId }: RehearsalPlan,
  now: number,
): Promise<number | null> {
  const { DescribeReplicationConfigurationsCommand } =
    require("@aws-sdk/client-efs") as typeof import("@aws-sdk/client-efs");
  const { Replications } = await clients
    .efs()
    .send(
      new DescribeReplicationConfigurationsCommand({ FileSystemId: homeFileSystemId }),
      limited(),
    );
  const synced = Replications?.[0]?.Destinations?.[0]?.LastReplicatedTimestamp?.getTime();
  return synced === undefined ? null : Math.max(0, Math.round((now - synced) / 1000));
}

function rdsSdk(): typeof import("@aws-sdk/client-rds") {
  return require("@aws-sdk/client-rds") as typeof import("@aws-sdk/client-rds");
}
