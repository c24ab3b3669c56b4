import type * as aws from "@pulumi/aws";
import { present, type Operation } from "../operation";
import {
  defaulted,
  replace,
  resourceType,
  unread,
  update,
  type AnyResourceType,
} from "../resourceType";
import { unlessMissing } from "./tagging";
import { retagRds } from "./databaseGroups";

type DatabaseOperation = Operation<aws.rds.Instance, aws.rds.InstanceArgs>;

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

/** What Pulumi calls otherwise than RDS. */
function renamed(operation: DatabaseOperation) {
  const { inputs } = operation;
  return {
    identifier: undefined,
    DBInstanceIdentifier: inputs.identifier,
    instanceClass: undefined,
    DBInstanceClass: inputs.instanceClass,
    password: undefined,
    MasterUserPassword: inputs.password,
    parameterGroupName: undefined,
    DBParameterGroupName: inputs.parameterGroupName,
    backupWindow: undefined,
    PreferredBackupWindow: inputs.backupWindow,
    maintenanceWindow: undefined,
    PreferredMaintenanceWindow: inputs.maintenanceWindow,
    iamDatabaseAuthenticationEnabled: undefined,
    EnableIAMDatabaseAuthentication: inputs.iamDatabaseAuthenticationEnabled,
    performanceInsightsEnabled: undefined,
    EnablePerformanceInsights: inputs.performanceInsightsEnabled,
    performanceInsightsKmsKeyId: undefined,
    PerformanceInsightsKMSKeyId: inputs.performanceInsightsKmsKeyId,
    caCertIdentifier: undefined,
    CACertificateIdentifier: inputs.caCertIdentifier,
    // A matter of deletion or of the update itself.
    skipFinalSnapshot: undefined,
    finalSnapshotIdentifier: undefined,
    deleteAutomatedBackups: undefined,
    applyImmediately: undefined,
    allowMajorVersionUpgrade: undefined,
    replicateSourceDb: undefined,
    snapshotIdentifier: undefined,
  };
}

async function createWriter(operation: DatabaseOperation): Promise<void> {
  const { inputs, tags } = operation;
  if (inputs.snapshotIdentifier !== undefined) {
    throw new Error("restoring from snapshotIdentifier is not modelled");
  }
  await operation.call("rds", "createDBInstance", {
    ...operation.arguments(renamed(operation)),
    username: undefined,
    MasterUsername: inputs.username,
    enabledCloudwatchLogsExports: undefined,
    EnableCloudwatchLogsExports: inputs.enabledCloudwatchLogsExports,
    tags,
  });
}

async function createReplica(operation: DatabaseOperation, source: string): Promise<void> {
  const { inputs, tags } = operation;
  await operation.call("rds", "createDBInstanceReadReplica", {
    ...operation.arguments(renamed(operation)),
    SourceDBInstanceIdentifier: source,
    enabledCloudwatchLogsExports: undefined,
    EnableCloudwatchLogsExports: inputs.enabledCloudwatchLogsExports,
    // A replica takes these from its source.
    engine: undefined,
    engineVersion: undefined,
    storageEncrypted: undefined,
    backupRetentionPeriod: undefined,
    PreferredBackupWindow: undefined,
    PreferredMaintenanceWindow: undefined,
    tags,
  });
  const { backupRetentionPeriod } = inputs;
  if (backupRetentionPeriod !== undefined) {
    const name = present(inputs.identifier, "an identifier");
    await untilAvailable(operation, name);
    await operation.call("rds", "modifyDBInstance", {
      DBInstanceIdentifier: name,
      BackupRetentionPeriod: backupRetentionPeriod,
      ApplyImmediately: true,
    });
  }
}

async function modify(operation: DatabaseOperation): Promise<void> {
  const { inputs, oldInputs } = operation;
  if (operation.changed("replicateSourceDb")) await promote(operation);
  const onlyLocal = [
    "replicateSourceDb",
    "skipFinalSnapshot",
    "finalSnapshotIdentifier",
    "deleteAutomatedBackups",
    "tags",
    "tagsAll",
  ];
  if (operation.changes.every((name) => onlyLocal.includes(name))) return;
  const exports = inputs.enabledCloudwatchLogsExports ?? [];
  const oldExports = oldInputs.enabledCloudwatchLogsExports ?? [];
  await operation.call("rds", "modifyDBInstance", {
    ...onlyChanged(operation.arguments(renamed(operation)), operation),
    DBInstanceIdentifier: oldInputs.identifier ?? inputs.identifier,
    NewDBInstanceIdentifier: operation.changed("identifier") ? inputs.identifier : undefined,
    ApplyImmediately: inputs.applyImmediately,
    AllowMajorVersionUpgrade: inputs.allowMajorVersionUpgrade,
    enabledCloudwatchLogsExports: undefined,
    CloudwatchLogsExportConfiguration: operation.changed("enabledCloudwatchLogsExports")
      ? {
          EnableLogTypes: exports.filter((type) => !oldExports.includes(type)),
          DisableLogTypes: oldExports.filter((type) => !exports.includes(type)),
        }
      : undefined,
    port: undefined,
    DBPortNumber: operation.changed("port") ? inputs.port : undefined,
  });
}

/** Leaves out what has its creation name and cannot, or need not, be sent again. */
function onlyChanged(request: object, operation: DatabaseOperation): object {
  const fixed = [
    "engine",
    "storageEncrypted",
    "kmsKeyId",
    "dbName",
    "username",
    "availabilityZone",
  ];
  return Object.fromEntries(
    Object.entries(request).filter(
      ([name]) =>
        !fixed.includes(name) && (!(name in operation.inputs) || operation.changes.includes(name)),
    ),
  );
}

/** Taking the source away promotes; giving a source to a writer is refused, as by the real one. */
async function promote(operation: DatabaseOperation): Promise<void> {
  if (operation.inputs.replicateSourceDb !== undefined) {
    throw new Error("replicateSourceDb cannot be set on an existing instance: make a new replica");
  }
  await operation.call("rds", "promoteReadReplica", {
    DBInstanceIdentifier: identifierOf(operation),
    BackupRetentionPeriod: operation.inputs.backupRetentionPeriod,
  });
  await untilAvailable(operation, identifierOf(operation));
}

function identifierOf({ inputs, state, id }: DatabaseOperation): string {
  return inputs.identifier ?? state.identifier ?? id;
}

async function describe(operation: DatabaseOperation, name: string) {
  const answer = await operation.call("rds", "describeDBInstances", { DBInstanceIdentifier: name });
  return answer.DBInstances?.[0];
}

function untilAvailable(operation: DatabaseOperation, name: string) {
  return operation.until("available", async () => {
    const found = await describe(operation, name);
    return found?.DBInstanceStatus === "available" ? found : undefined;
  });
}

/** Database instances, writers and replicas. */
export const types: readonly AnyResourceType[] = [instance];
