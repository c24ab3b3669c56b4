import type * as aws from "@pulumi/aws";
import { present, type Operation } from "../operation";

/** An operation on a database instance. */
export type DatabaseOperation = Operation<aws.rds.Instance, aws.rds.InstanceArgs>;

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

/** Makes an instance with a database of its own. */
export async function createWriter(operation: DatabaseOperation): Promise<void> {
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

/** Makes a read replica of an instance of this or another region. */
export async function createReplica(operation: DatabaseOperation, source: string): Promise<void> {
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

/** Changes an instance in place, or promotes it. */
export async function modify(operation: DatabaseOperation): Promise<void> {
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

/** The name by which RDS knows the instance; its id is the resource id, which never changes. */
export function identifierOf({ inputs, state, id }: DatabaseOperation): string {
  return inputs.identifier ?? state.identifier ?? id;
}

/** What RDS says of the instance. */
export async function describe(operation: DatabaseOperation, name: string) {
  const answer = await operation.call("rds", "describeDBInstances", { DBInstanceIdentifier: name });
  return answer.DBInstances?.[0];
}

/** Waits until the instance can be used. */
export function untilAvailable(operation: DatabaseOperation, name: string) {
  return operation.until("available", async () => {
    const found = await describe(operation, name);
    return found?.DBInstanceStatus === "available" ? found : undefined;
  });
}
