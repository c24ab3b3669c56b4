import type * as aws from "@pulumi/aws";
import { present, type Operation } from "../operation";
import {
  defaulted,
  json,
  putInPlace,
  replace,
  resourceType,
  unread,
  update,
  type AnyResourceType,
} from "../resourceType";
import type { Properties } from "../wire";
import { retagWith } from "./tagging";

const retagBackup = retagWith("backup", { keys: (TagKeyList) => ({ TagKeyList }) });

const vault = resourceType<aws.backup.Vault, aws.backup.VaultArgs>({
  token: "aws:backup/vault:Vault",
  inputs: { name: replace, kmsKeyArn: replace, forceDestroy: defaulted(unread(update), false) },
  name: { property: "name", maxLength: 50 },
  async create(operation) {
    const { name, kmsKeyArn } = operation.inputs;
    await operation.call("backup", "createBackupVault", {
      BackupVaultName: name,
      EncryptionKeyArn: kmsKeyArn,
      BackupVaultTags: operation.tags,
    });
    return name ?? "";
  },
  // Only forceDestroy can change, which is a matter of deletion.
  update: () => Promise.resolve(),
  async read(operation) {
    const found = await operation.call("backup", "describeBackupVault", {
      BackupVaultName: operation.id,
    });
    return {
      arn: found.BackupVaultArn,
      kmsKeyArn: found.EncryptionKeyArn,
      name: found.BackupVaultName,
      recoveryPoints: found.NumberOfRecoveryPoints,
    };
  },
  retag: retagBackup,
  async delete(operation) {
    await operation.call("backup", "deleteBackupVault", { BackupVaultName: operation.id });
  },
});

type LockOperation = Operation<
  aws.backup.VaultLockConfiguration,
  aws.backup.VaultLockConfigurationArgs
>;

const vaultLock = resourceType<
  aws.backup.VaultLockConfiguration,
  aws.backup.VaultLockConfigurationArgs
>({
  token: "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
  inputs: {
    backupVaultName: replace,
    changeableForDays: replace,
    maxRetentionDays: replace,
    minRetentionDays: replace,
  },
  async create(operation: LockOperation) {
    await operation.call("backup", "putBackupVaultLockConfiguration", operation.arguments());
    return operation.inputs.backupVaultName;
  },
  async read(operation) {
    const found = await operation.call("backup", "describeBackupVault", {
      BackupVaultName: operation.id,
    });
    if (found.Locked !== true) return undefined;
    return { backupVaultArn: found.BackupVaultArn, backupVaultName: found.BackupVaultName };
  },
  async delete(operation) {
    await operation.call("backup", "deleteBackupVaultLockConfiguration", {
      BackupVaultName: operation.id,
    });
  },
});

type VaultPolicyOperation = Operation<aws.backup.VaultPolicy, aws.backup.VaultPolicyArgs>;

const vaultPolicy = resourceType<aws.backup.VaultPolicy, aws.backup.VaultPolicyArgs>({
  token: "aws:backup/vaultPolicy:VaultPolicy",
  inputs: { backupVaultName: replace, policy: json(update) },
  ...putInPlace(putVaultPolicy, ({ inputs }) => inputs.backupVaultName),
  async read(operation) {
    const found = await operation.call("backup", "getBackupVaultAccessPolicy", {
      BackupVaultName: operation.id,
    });
    return { backupVaultArn: found.BackupVaultArn, policy: found.Policy };
  },
  async delete(operation) {
    await operation.call("backup", "deleteBackupVaultAccessPolicy", {
      BackupVaultName: operation.id,
    });
  },
});

async function putVaultPolicy(operation: VaultPolicyOperation): Promise<void> {
  await operation.call("backup", "putBackupVaultAccessPolicy", operation.arguments());
}

type PlanOperation = Operation<aws.backup.Plan, aws.backup.PlanArgs>;

const plan = resourceType<aws.backup.Plan, aws.backup.PlanArgs>({
  token: "aws:backup/plan:Plan",
  inputs: { name: replace, rules: unread(update), advancedBackupSettings: unread(update) },
  name: { property: "name", maxLength: 50 },
  volatile: ["version"],
  async create(operation) {
    const answer = await operation.call("backup", "createBackupPlan", {
      BackupPlan: planOf(operation),
      BackupPlanTags: operation.tags,
    });
    return present(answer.BackupPlanId, "the plan's id");
  },
  async update(operation) {
    await operation.call("backup", "updateBackupPlan", {
      BackupPlanId: operation.id,
      BackupPlan: planOf(operation),
    });
  },
  async read(operation) {
    const found = await operation.call("backup", "getBackupPlan", { BackupPlanId: operation.id });
    if (found.DeletionDate !== undefined) return undefined;
    return {
      arn: found.BackupPlanArn,
      name: found.BackupPlan?.BackupPlanName,
      version: found.VersionId,
    };
  },
  retag: retagBackup,
  async delete(operation) {
    await operation.call("backup", "deleteBackupPlan", { BackupPlanId: operation.id });
  },
});

/** AWS names some of a plan's parts otherwise. */
function planOf({ inputs }: PlanOperation): Properties {
  return {
    BackupPlanName: inputs.name,
    AdvancedBackupSettings: inputs.advancedBackupSettings,
    Rules: inputs.rules.map((rule) => {
      const { schedule, scheduleExpressionTimezone, startWindow, completionWindow, lifecycle } =
        rule;
      const { enableContinuousBackup, recoveryPointTags, copyActions, ...rest } = rule;
      const { ruleName, targetVaultName } = rest;
      return {
        RuleName: ruleName,
        TargetBackupVaultName: targetVaultName,
        ScheduleExpression: schedule,
        ScheduleExpressionTimezone: scheduleExpressionTimezone,
        StartWindowMinutes: startWindow,
        CompletionWindowMinutes: completionWindow,
        Lifecycle: retention(lifecycle),
        RecoveryPointTags: recoveryPointTags,
        EnableContinuousBackup: enableContinuousBackup,
        CopyActions: copyActions?.map((copy) => ({
          DestinationBackupVaultArn: copy.destinationVaultArn,
          Lifecycle: retention(copy.lifecycle),
        })),
      };
    }),
  };
}

function retention(lifecycle: object | undefined): Properties | undefined {
  if (lifecycle === undefined) return undefined;
  const { coldStorageAfter, deleteAfter, ...rest } = lifecycle as Properties;
  return {
    ...rest,
    MoveToColdStorageAfterDays: coldStorageAfter,
    DeleteAfterDays: deleteAfter,
  };
}

const selection = resourceType<aws.backup.Selection, aws.backup.SelectionArgs>({
  token: "aws:backup/selection:Selection",
  inputs: {
    name: replace,
    planId: replace,
    iamRoleArn: replace,
    resources: unread(replace),
    notResources: unread(replace),
    selectionTags: unread(replace),
  },
  name: { property: "name", maxLength: 50 },
  async create(operation) {
    const { name, planId, iamRoleArn, resources, notResources, selectionTags } = operation.inputs;
    const answer = await operation.call("backup", "createBackupSelection", {
      BackupPlanId: planId,
      BackupSelection: {
        SelectionName: name,
        IamRoleArn: iamRoleArn,
        Resources: resources,
        NotResources: notResources,
        ListOfTags: selectionTags?.map(({ type, key, value }) => ({
          ConditionType: type,
          ConditionKey: key,
          ConditionValue: value,
        })),
      },
    });
    return present(answer.SelectionId, "the selection's id");
  },
  async read(operation) {
    const found = await operation.call("backup", "getBackupSelection", {
      BackupPlanId: operation.inputs.planId,
      SelectionId: operation.id,
    });
    const chosen = found.BackupSelection;
    return { name: chosen?.SelectionName, iamRoleArn: chosen?.IamRoleArn };
  },
  async delete(operation) {
    await operation.call("backup", "deleteBackupSelection", {
      BackupPlanId: operation.inputs.planId,
      SelectionId: operation.id,
    });
  },
});

/** Backups of other services' resources. */
export const types: readonly AnyResourceType[] = [vault, vaultLock, vaultPolicy, plan, selection];
