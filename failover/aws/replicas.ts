import type { HomeState, ReplicaState } from "../model";
import { type Clients, limited, notFound } from "./clients";
import type { LossReadings } from "./metrics";

/** The database replica, with the lag that it had when the active region was last alive. */
export async function readReplica(
  clients: Clients,
  identifier: string,
  loss: Promise<LossReadings>,
): Promise<ReplicaState> {
  const { DescribeDBInstancesCommand } =
    require("@aws-sdk/client-rds") as typeof import("@aws-sdk/client-rds");
  const describe = new DescribeDBInstancesCommand({ DBInstanceIdentifier: identifier });
  const [{ DBInstances }, { replicaLag, replicaSyncedUntil }] = await Promise.all([
    clients.rds().send(describe, limited()),
    loss,
  ]);
  const instance = DBInstances?.[0];
  if (instance === undefined) throw notFound(`Database ${identifier}`);
  return {
    status: instance.DBInstanceStatus ?? "unknown",
    replicates: instance.ReadReplicaSourceDBInstanceIdentifier !== undefined,
    ...(replicaLag === undefined ? {} : { lagSeconds: replicaLag }),
    ...(replicaSyncedUntil === undefined ? {} : { syncedUntil: replicaSyncedUntil }),
  };
}

export async function promoteReplica(clients: Clients, identifier: string): Promise<void> {
  const { PromoteReadReplicaCommand } =
    require("@aws-sdk/client-rds") as typeof import("@aws-sdk/client-rds");
  const promote = new PromoteReadReplicaCommand({ DBInstanceIdentifier: identifier });
  await clients.rds().send(promote, limited());
}

/**
 * The home's file system. Its lag is the age of the last complete sync, which EFS knows at the
 * destination as well, counted to the moment at which the active region was last alive.
 */
export async function readHome(
  clients: Clients,
  FileSystemId: string,
  loss: Promise<LossReadings>,
): Promise<HomeState> {
  const sdk = require("@aws-sdk/client-efs") as typeof import("@aws-sdk/client-efs");
  const describe = new sdk.DescribeFileSystemsCommand({ FileSystemId });
  const [{ FileSystems }, replication, { lastAlive }] = await Promise.all([
    clients.efs().send(describe, limited()),
    describeReplication(clients, FileSystemId),
    loss,
  ]);
  const fileSystem = FileSystems?.[0];
  if (fileSystem === undefined) throw notFound(`File system ${FileSystemId}`);
  const destination = replication?.Destinations?.find((each) => each.FileSystemId === FileSystemId);
  const syncedAt = destination?.LastReplicatedTimestamp?.getTime();
  const lag = {
    ...(syncedAt === undefined ? {} : { syncedUntil: syncedAt }),
    ...(syncedAt === undefined || lastAlive === undefined
      ? {}
      : { lagSeconds: Math.max(0, (lastAlive - syncedAt) / 1000) }),
  };
  if (destination !== undefined) {
    return { state: destination.Status === "DELETING" ? "freeing" : "replicating", ...lag };
  }
  // `REPLICATING` is what EFS calls a file system that it keeps read-only as a destination.
  const protection = fileSystem.FileSystemProtection?.ReplicationOverwriteProtection;
  const writable = fileSystem.LifeCycleState === "available" && protection !== "REPLICATING";
  return { state: writable ? "writable" : "freeing", ...lag };
}

type Replication = import("@aws-sdk/client-efs").ReplicationConfigurationDescription;

async function describeReplication(
  clients: Clients,
  FileSystemId: string,
): Promise<Replication | undefined> {
  const sdk = require("@aws-sdk/client-efs") as typeof import("@aws-sdk/client-efs");
  try {
    const { Replications } = await clients
      .efs()
      .send(new sdk.DescribeReplicationConfigurationsCommand({ FileSystemId }), limited());
    return Replications?.[0];
  } catch (error) {
    // The answer for a file system that does not replicate (any more).
    if ((error as { name?: string }).name === "ReplicationNotFound") return undefined;
    throw error;
  }
}

/** Ends the replication, which makes the destination writable; called where the destination is. */
export async function freeHome(
  clients: Clients,
  FileSystemId: string,
  localOnly: boolean,
): Promise<void> {
  const sdk = require("@aws-sdk/client-efs") as typeof import("@aws-sdk/client-efs");
  const replication = await describeReplication(clients, FileSystemId);
  const source = replication?.SourceFileSystemId;
  // Somebody was faster: the round that follows sees the file system as it is.
  if (source === undefined) return;
  await clients.efs().send(
    new sdk.DeleteReplicationConfigurationCommand({
      SourceFileSystemId: source,
      // Without it EFS wants to tidy up in the source's region too, which does not answer.
      ...(localOnly ? { DeletionMode: "LOCAL_CONFIGURATION_ONLY" as const } : {}),
    }),
    limited(),
  );
}
