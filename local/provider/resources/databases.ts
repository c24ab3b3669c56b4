import type * as aws from "@pulumi/aws";
import { present } from "../operation";
import {
  defaulted,
  replace,
  resourceType,
  unread,
  update,
  type AnyResourceType,
} from "../resourceType";
import {
  createReplica,
  createWriter,
  describe,
  identifierOf,
  modify,
  untilAvailable,
} from "./databaseRequests";
import { unlessMissing } from "./tagging";
import { retagRds } from "./databaseGroups";

const instance = resourceType<aws.rds.Instance, aws.rds.InstanceArgs>({
  token: "aws:rds/instance:Instance",
  inputs: {
    identifier: update,
    engine: replace,
    engineVersion: update,
    instanceClass: update,
    allocatedStorage: update,
    maxAllocatedStorage: update,
    storageType: update,
    storageEncrypted: replace,
    iops: update,
    storageThroughput: update,
    kmsKeyId: replace,
    dbName: replace,
    username: replace,
    password: unread(update),
    manageMasterUserPassword: unread(update),
    masterUserSecretKmsKeyId: unread(update),
    port: update,
    multiAz: update,
    publiclyAccessible: defaulted(update, false),
    dbSubnetGroupName: replace,
    vpcSecurityGroupIds: update,
    parameterGroupName: update,
    backupRetentionPeriod: update,
    backupWindow: update,
    maintenanceWindow: update,
    copyTagsToSnapshot: defaulted(update, false),
    deletionProtection: defaulted(update, false),
    deleteAutomatedBackups: defaulted(unread(update), true),
    skipFinalSnapshot: defaulted(unread(update), false),
    finalSnapshotIdentifier: unread(update),
    applyImmediately: defaulted(unread(update), false),
    autoMinorVersionUpgrade: defaulted(update, true),
    allowMajorVersionUpgrade: unread(update),
    iamDatabaseAuthenticationEnabled: update,
    enabledCloudwatchLogsExports: update,
    performanceInsightsEnabled: defaulted(update, false),
    performanceInsightsKmsKeyId: update,
    performanceInsightsRetentionPeriod: update,
    monitoringInterval: defaulted(update, 0),
    monitoringRoleArn: update,
    caCertIdentifier: update,
    availabilityZone: replace,
    replicateSourceDb: unread(update),
    snapshotIdentifier: unread(replace),
  },
  name: { property: "identifier", maxLength: 63 },
  async create(operation) {
    const { replicateSourceDb, identifier } = operation.inputs;
    if (replicateSourceDb === undefined) await createWriter(operation);
    else await createReplica(operation, replicateSourceDb);
    const name = present(identifier, "an identifier");
    const found = await untilAvailable(operation, name);
    return present(found.DbiResourceId, "the instance's resource id");
  },
  async ready(operation) {
    await untilAvailable(operation, identifierOf(operation));
  },
  async read(operation) {
    const found = await describe(operation, identifierOf(operation));
    if (found === undefined) return undefined;
    const endpoint = found.Endpoint;
    const secret = found.MasterUserSecret;
    return {
      arn: found.DBInstanceArn,
      address: endpoint?.Address,
      allocatedStorage: found.AllocatedStorage,
      availabilityZone: found.AvailabilityZone,
      backupRetentionPeriod: found.BackupRetentionPeriod,
      backupWindow: found.PreferredBackupWindow,
      caCertIdentifier: found.CACertificateIdentifier ?? "rds-ca-rsa2048-g1",
      dbName: found.DBName,
      dbSubnetGroupName: found.DBSubnetGroup?.DBSubnetGroupName,
      deletionProtection: found.DeletionProtection,
      endpoint: endpoint === undefined ? "" : `${endpoint.Address ?? ""}:${endpoint.Port ?? 0}`,
      engine: found.Engine,
      engineVersionActual: found.EngineVersion,
      hostedZoneId: endpoint?.HostedZoneId,
      identifier: found.DBInstanceIdentifier,
      instanceClass: found.DBInstanceClass,
      kmsKeyId: found.KmsKeyId,
      maintenanceWindow: found.PreferredMaintenanceWindow,
      masterUserSecrets:
        secret === undefined
          ? []
          : [
              {
                kmsKeyId: secret.KmsKeyId ?? "",
                secretArn: secret.SecretArn ?? "",
                secretStatus: secret.SecretStatus ?? "",
              },
            ],
      multiAz: found.MultiAZ,
      parameterGroupName: found.DBParameterGroups?.[0]?.DBParameterGroupName,
      port: endpoint?.Port,
      replicas: found.ReadReplicaDBInstanceIdentifiers,
      resourceId: found.DbiResourceId,
      status: found.DBInstanceStatus,
      storageEncrypted: found.StorageEncrypted,
      storageType: found.StorageType,
      username: found.MasterUsername,
      vpcSecurityGroupIds: found.VpcSecurityGroups?.map((group) => group.VpcSecurityGroupId ?? ""),
    };
  },
  update: modify,
  retag: retagRds,
  async delete(operation) {
    const { skipFinalSnapshot, finalSnapshotIdentifier, deleteAutomatedBackups } = operation.inputs;
    const name = identifierOf(operation);
    const isReplica = (operation.state.replicateSourceDb ?? "") !== "";
    const skip = skipFinalSnapshot === true || isReplica;
    if (!skip && finalSnapshotIdentifier === undefined) {
      throw new Error("finalSnapshotIdentifier is required when skipFinalSnapshot is false");
    }
    await operation.call("rds", "deleteDBInstance", {
      DBInstanceIdentifier: name,
      SkipFinalSnapshot: skip,
      FinalDBSnapshotIdentifier: skip ? undefined : finalSnapshotIdentifier,
      DeleteAutomatedBackups: deleteAutomatedBackups,
    });
    await operation.untilTrue("deleted", async () => {
      return (await unlessMissing(describe(operation, name))) === undefined;
    });
  },
});

/** Database instances, writers and replicas. */
export const types: readonly AnyResourceType[] = [instance];
