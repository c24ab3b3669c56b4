import type { TypeTable } from "../typeRow";

/** EFS. */
export const fileSystemTypes: TypeTable = {
  "aws:efs/fileSystem:FileSystem": {
    inputs:
      "creationToken encrypted kmsKeyId performanceMode throughputMode provisionedThroughputInMibps lifecyclePolicies protection availabilityZoneName tags",
    outputs: (_, { name, region, arn }) => ({
      arn: arn("elasticfilesystem", `file-system/${name}-id`),
      dnsName: `${name}-id.efs.${region}.amazonaws.com`,
    }),
    refuse: ({ creationToken }) =>
      String(creationToken ?? "").length > 64
        ? "a creation token has at most 64 characters"
        : undefined,
  },
  "aws:efs/mountTarget:MountTarget": { inputs: "fileSystemId subnetId securityGroups" },
  "aws:efs/accessPoint:AccessPoint": {
    inputs: "fileSystemId posixUser rootDirectory tags",
    outputs: (_, { name, arn }) => ({ arn: arn("elasticfilesystem", `access-point/${name}-id`) }),
    refuse: ({ rootDirectory }) => {
      const path = (rootDirectory as { path?: string } | undefined)?.path ?? "/";
      // CreateAccessPoint: a path has up to four subdirectories and 100 characters.
      if (path.length > 100) return `path ${path} is longer than 100 characters`;
      return path.split("/").length > 5 ? `path ${path} has more than four directories` : undefined;
    },
  },
  "aws:efs/fileSystemPolicy:FileSystemPolicy": { inputs: "fileSystemId policy" },
  "aws:efs/backupPolicy:BackupPolicy": { inputs: "fileSystemId backupPolicy" },
  "aws:efs/replicationConfiguration:ReplicationConfiguration": {
    inputs: "sourceFileSystemId destination",
    outputs: ({ destination, sourceFileSystemId }, { name }) => ({
      destination: {
        ...(destination as object),
        fileSystemId: `${name}-replica-id`,
        status: "ENABLED",
      },
      originalSourceFileSystemArn: sourceFileSystemId as unknown,
    }),
  },
};
