import type * as aws from "@pulumi/aws";
import { type Operation } from "../operation";
import {
  json,
  putInPlace,
  replace,
  resourceType,
  unread,
  update,
  type AnyResourceType,
} from "../resourceType";
import { unlessMissing } from "./tagging";

const fileSystemPolicy = resourceType<aws.efs.FileSystemPolicy, aws.efs.FileSystemPolicyArgs>({
  token: "aws:efs/fileSystemPolicy:FileSystemPolicy",
  inputs: {
    fileSystemId: replace,
    policy: json(update),
    bypassPolicyLockoutSafetyCheck: unread(update),
  },
  ...putInPlace(putPolicy, ({ inputs }) => inputs.fileSystemId),
  async read(operation) {
    const found = await operation.call("efs", "describeFileSystemPolicy", {
      FileSystemId: operation.id,
    });
    return { fileSystemId: operation.id, policy: found.Policy };
  },
  async delete(operation) {
    await operation.call("efs", "deleteFileSystemPolicy", { FileSystemId: operation.id });
  },
});

async function putPolicy(
  operation: Operation<aws.efs.FileSystemPolicy, aws.efs.FileSystemPolicyArgs>,
): Promise<void> {
  await operation.call("efs", "putFileSystemPolicy", operation.arguments());
}

const backupPolicy = resourceType<aws.efs.BackupPolicy, aws.efs.BackupPolicyArgs>({
  token: "aws:efs/backupPolicy:BackupPolicy",
  inputs: { fileSystemId: replace, backupPolicy: update },
  async create(operation) {
    await operation.call("efs", "putBackupPolicy", operation.arguments());
    return operation.inputs.fileSystemId;
  },
  async update(operation) {
    await operation.call("efs", "putBackupPolicy", operation.arguments());
  },
  async read(operation) {
    const found = await operation.call("efs", "describeBackupPolicy", {
      FileSystemId: operation.id,
    });
    const status = found.BackupPolicy?.Status;
    if (status === undefined) return undefined;
    // ENABLING and DISABLING are on their way to what was asked for.
    const settled = status.startsWith("ENABL") ? "ENABLED" : "DISABLED";
    return { fileSystemId: operation.id, backupPolicy: { status: settled } };
  },
  async delete(operation) {
    await operation.call("efs", "putBackupPolicy", {
      FileSystemId: operation.id,
      BackupPolicy: { Status: "DISABLED" },
    });
  },
});

type ReplicationOperation = Operation<
  aws.efs.ReplicationConfiguration,
  aws.efs.ReplicationConfigurationArgs
>;

const replicationConfiguration = resourceType<
  aws.efs.ReplicationConfiguration,
  aws.efs.ReplicationConfigurationArgs
>({
  token: "aws:efs/replicationConfiguration:ReplicationConfiguration",
  inputs: { sourceFileSystemId: replace, destination: replace },
  async create(operation) {
    await operation.call("efs", "createReplicationConfiguration", {
      sourceFileSystemId: operation.inputs.sourceFileSystemId,
      destinations: [operation.inputs.destination],
    });
    return operation.inputs.sourceFileSystemId;
  },
  async ready(operation) {
    await operation.untilTrue("enabled", async () => {
      const found = await replicationOf(operation);
      return found?.Destinations?.[0]?.Status === "ENABLED";
    });
  },
  async read(operation) {
    const found = await replicationOf(operation);
    if (found === undefined) return undefined;
    const destination = found.Destinations?.[0];
    const asked = operation.inputs.destination;
    return {
      creationTime: found.CreationTime?.toISOString(),
      originalSourceFileSystemArn: found.OriginalSourceFileSystemArn,
      sourceFileSystemArn: found.SourceFileSystemArn,
      sourceFileSystemId: found.SourceFileSystemId,
      sourceFileSystemRegion: found.SourceFileSystemRegion,
      destination: {
        ...asked,
        fileSystemId: destination?.FileSystemId ?? "",
        region: destination?.Region ?? "",
        status: destination?.Status ?? "",
      } as aws.types.output.efs.ReplicationConfigurationDestination,
    };
  },
  async delete(operation) {
    // As the real provider: at the destination first, then at the source, where a failover that could
    // not reach it has left its half behind.
    const SourceFileSystemId = operation.id;
    for (const region of [operation.state.destination?.region, operation.region]) {
      if (region === undefined) continue;
      await unlessMissing(
        operation.callIn(region, "efs", "deleteReplicationConfiguration", { SourceFileSystemId }),
      );
    }
    await operation.untilTrue("deleted", async () => {
      return (await unlessMissing(replicationOf(operation))) === undefined;
    });
  },
});

async function replicationOf(operation: ReplicationOperation) {
  const { Replications } = await operation.call("efs", "describeReplicationConfigurations", {
    FileSystemId: operation.id,
  });
  return Replications?.[0];
}

/** What a file system is bound to: its policy, its backups, its replica. */
export const types: readonly AnyResourceType[] = [
  fileSystemPolicy,
  backupPolicy,
  replicationConfiguration,
];
