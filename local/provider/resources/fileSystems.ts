import type * as aws from "@pulumi/aws";
import { present, type Operation } from "../operation";
import { defaulted, replace, resourceType, update, type AnyResourceType } from "../resourceType";
import { retagWith } from "./tagging";

/** Changes the tags of a file system or an access point. */
const retagEfs = retagWith("efs", { resource: ({ id }) => ({ ResourceId: id }) });

type FileSystemOperation = Operation<aws.efs.FileSystem, aws.efs.FileSystemArgs>;

const fileSystem = resourceType<aws.efs.FileSystem, aws.efs.FileSystemArgs>({
  token: "aws:efs/fileSystem:FileSystem",
  inputs: {
    creationToken: replace,
    encrypted: replace,
    kmsKeyId: replace,
    performanceMode: replace,
    availabilityZoneName: replace,
    throughputMode: defaulted(update, "bursting"),
    provisionedThroughputInMibps: update,
    lifecyclePolicies: { onChange: "update", unread: true },
    protection: { onChange: "update", unread: true },
  },
  name: { property: "creationToken", maxLength: 64 },
  async create(operation) {
    const answer = await operation.call("efs", "createFileSystem", {
      ...operation.arguments({ lifecyclePolicies: undefined, protection: undefined }),
      tags: operation.tags,
    });
    const id = present(answer.FileSystemId, "the file system's id");
    await untilAvailable(operation.withId(id));
    await writeSettings(operation.withId(id));
    return id;
  },
  ready: untilAvailable,
  async update(operation) {
    if (operation.changed("throughputMode", "provisionedThroughputInMibps")) {
      const { throughputMode, provisionedThroughputInMibps } = operation.inputs;
      await operation.call("efs", "updateFileSystem", {
        fileSystemId: operation.id,
        throughputMode,
        provisionedThroughputInMibps,
      });
    }
    await writeSettings(operation);
  },
  async read(operation) {
    const found = await describeFileSystem(operation);
    if (found === undefined) return undefined;
    return {
      arn: found.FileSystemArn,
      creationToken: found.CreationToken,
      dnsName: `${operation.id}.efs.${operation.region}.amazonaws.com`,
      encrypted: found.Encrypted,
      kmsKeyId: found.KmsKeyId,
      name: found.Name,
      numberOfMountTargets: found.NumberOfMountTargets,
      ownerId: found.OwnerId ?? operation.account,
      performanceMode: found.PerformanceMode,
      throughputMode: found.ThroughputMode,
      protection: {
        replicationOverwrite:
          found.FileSystemProtection?.ReplicationOverwriteProtection ?? "ENABLED",
      },
      sizeInBytes: [
        {
          value: found.SizeInBytes?.Value ?? 0,
          valueInIa: found.SizeInBytes?.ValueInIA ?? 0,
          valueInStandard: found.SizeInBytes?.ValueInStandard ?? 0,
        },
      ],
    };
  },
  retag: retagEfs,
  async delete(operation) {
    await operation.call("efs", "deleteFileSystem", { FileSystemId: operation.id });
    await operation.untilTrue("deleted", async () => {
      return (await describeFileSystem(operation)) === undefined;
    });
  },
});

async function describeFileSystem(operation: FileSystemOperation) {
  const { FileSystems } = await operation.call("efs", "describeFileSystems", {}).then((all) => ({
    FileSystems: all.FileSystems?.filter(({ FileSystemId }) => FileSystemId === operation.id),
  }));
  return FileSystems?.[0];
}

async function untilAvailable(operation: FileSystemOperation): Promise<void> {
  await operation.untilTrue("available", async () => {
    return (await describeFileSystem(operation))?.LifeCycleState === "available";
  });
}

async function writeSettings(operation: FileSystemOperation): Promise<void> {
  const { lifecyclePolicies, protection } = operation.inputs;
  if (operation.changed("lifecyclePolicies")) {
    await operation.call("efs", "putLifecycleConfiguration", {
      fileSystemId: operation.id,
      lifecyclePolicies: lifecyclePolicies ?? [],
    });
  }
  if (operation.changed("protection") && protection !== undefined) {
    await operation.call("efs", "updateFileSystemProtection", {
      fileSystemId: operation.id,
      replicationOverwriteProtection: protection.replicationOverwrite,
    });
  }
}

const mountTarget = resourceType<aws.efs.MountTarget, aws.efs.MountTargetArgs>({
  token: "aws:efs/mountTarget:MountTarget",
  inputs: { fileSystemId: replace, subnetId: replace, ipAddress: replace, securityGroups: update },
  async create(operation) {
    const answer = await operation.call("efs", "createMountTarget", operation.arguments());
    return present(answer.MountTargetId, "the mount target's id");
  },
  async ready(operation) {
    await operation.untilTrue("available", async () => {
      const answer = await operation.call("efs", "describeMountTargets", {
        MountTargetId: operation.id,
      });
      return answer.MountTargets?.[0]?.LifeCycleState === "available";
    });
  },
  async update(operation) {
    await operation.call("efs", "modifyMountTargetSecurityGroups", {
      mountTargetId: operation.id,
      securityGroups: operation.inputs.securityGroups ?? [],
    });
  },
  async read(operation) {
    const answer = await operation.call("efs", "describeMountTargets", {
      MountTargetId: operation.id,
    });
    const found = answer.MountTargets?.[0];
    if (found === undefined) return undefined;
    const fileSystemId = present(found.FileSystemId, "the mount target's file system");
    const { region, account } = operation;
    const dnsName = `${fileSystemId}.efs.${region}.amazonaws.com`;
    return {
      availabilityZoneId: found.AvailabilityZoneId,
      availabilityZoneName: found.AvailabilityZoneName,
      dnsName,
      mountTargetDnsName: `${found.AvailabilityZoneName ?? ""}.${dnsName}`,
      fileSystemArn: `arn:aws:elasticfilesystem:${region}:${account}:file-system/${fileSystemId}`,
      fileSystemId,
      ipAddress: found.IpAddress,
      networkInterfaceId: found.NetworkInterfaceId,
      ownerId: found.OwnerId ?? account,
      subnetId: found.SubnetId,
    };
  },
  async delete(operation) {
    await operation.call("efs", "deleteMountTarget", { MountTargetId: operation.id });
  },
});

const accessPoint = resourceType<aws.efs.AccessPoint, aws.efs.AccessPointArgs>({
  token: "aws:efs/accessPoint:AccessPoint",
  inputs: { fileSystemId: replace, posixUser: replace, rootDirectory: replace },
  async create(operation) {
    const answer = await operation.call("efs", "createAccessPoint", {
      ...operation.arguments(),
      clientToken: operation.idempotencyToken,
      tags: operation.tags,
    });
    return present(answer.AccessPointId, "the access point's id");
  },
  async ready(operation) {
    await operation.untilTrue("available", async () => {
      const answer = await operation.call("efs", "describeAccessPoints", {
        AccessPointId: operation.id,
      });
      return answer.AccessPoints?.[0]?.LifeCycleState === "available";
    });
  },
  async read(operation) {
    const answer = await operation.call("efs", "describeAccessPoints", {
      AccessPointId: operation.id,
    });
    const found = answer.AccessPoints?.[0];
    if (found === undefined) return undefined;
    const { region, account } = operation;
    return {
      arn: found.AccessPointArn,
      fileSystemArn: `arn:aws:elasticfilesystem:${region}:${account}:file-system/${found.FileSystemId ?? ""}`,
      fileSystemId: found.FileSystemId,
      ownerId: found.OwnerId ?? account,
    };
  },
  retag: retagEfs,
  async delete(operation) {
    await operation.call("efs", "deleteAccessPoint", { AccessPointId: operation.id });
  },
});

/** File systems and the ways to reach them. */
export const types: readonly AnyResourceType[] = [fileSystem, mountTarget, accessPoint];
