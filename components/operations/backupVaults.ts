import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../deployment";

/**
 * How hard it is to delete a recovery point early.
 * - `governance`: only who holds `backup:DeleteBackupVaultLockConfiguration` can lift the lock.
 * - `compliance`: after {@link VaultLock.changeableForDays} nobody can, not even AWS: neither lock
 *   nor vault goes away before the last recovery point has expired, and it is paid for until then.
 * - `none`: whoever may delete recovery points deletes them.
 */
export interface VaultLock {
  readonly mode: "governance" | "compliance" | "none";
  /** Days in which a compliance lock can still be lifted; at least 3, AWS's own minimum. */
  readonly changeableForDays: number;
  /** Shortest and longest time that a recovery point may live, in days. */
  readonly minRetentionDays: number;
  readonly maxRetentionDays: number;
}

export interface BackupVaultsArgs {
  readonly deployment: Deployment;
  /** Customer key by region; both regions of the pair are needed. */
  readonly kmsKeyArns: Readonly<Record<string, pulumi.Input<string>>>;
  readonly lock: VaultLock;
  /** Refuses to delete vaults by Pulumi. Default true. */
  readonly protectState?: boolean;
}

/** A vault as a backup plan needs it. */
export interface BackupVault {
  readonly name: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
}

/**
 * A backup vault in each region of the pair, encrypted with that region's key and locked. The
 * primary stack makes both, whichever region is active, so that a role change moves no vault.
 *
 * @throws pulumi.InputPropertiesError naming every bad argument together.
 */
export class BackupVaults extends pulumi.ComponentResource {
  /** By region. */
  readonly vaults: Readonly<Record<string, BackupVault>>;

  constructor(name: string, args: BackupVaultsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("jenkins-pilot-light:operations:BackupVaults", name, {}, opts);
    validate(args);
    const { region, peerRegion } = args.deployment;
    this.vaults = {
      [region]: this.createVault(name, args, region),
      [peerRegion]: this.createVault(name, args, peerRegion),
    };
    this.registerOutputs({ vaults: this.vaults });
  }

  private createVault(name: string, args: BackupVaultsArgs, region: string): BackupVault {
    const vault = new aws.backup.Vault(
      `${name}-${region}`,
      {
        region,
        name: backupVaultName(args.deployment.prefix),
        kmsKeyArn: args.kmsKeyArns[region] ?? "",
        forceDestroy: false,
      },
      { parent: this, protect: args.protectState ?? true },
    );
    if (args.lock.mode !== "none") {
      new aws.backup.VaultLockConfiguration(
        `${name}-${region}-lock`,
        {
          region,
          backupVaultName: vault.name,
          minRetentionDays: args.lock.minRetentionDays,
          maxRetentionDays: args.lock.maxRetentionDays,
          // Its presence is what makes a lock a compliance lock.
          ...(args.lock.mode === "compliance"
            ? { changeableForDays: args.lock.changeableForDays }
            : {}),
        },
        { parent: this },
      );
    }
    return { name: vault.name, arn: vault.arn };
  }
}

/** The same in both regions, so that either stack can name both without asking. */
export function backupVaultName(prefix: string): string {
  return `${prefix}-backup`;
}

function validate(args: BackupVaultsArgs): void {
  const errors: pulumi.InputPropertyErrorDetails[] = [];
  const refuse = (propertyPath: string, reason: string): void => {
    errors.push({ propertyPath, reason });
  };
  for (const region of [args.deployment.region, args.deployment.peerRegion]) {
    if (args.kmsKeyArns[region] === undefined) {
      refuse(
        `kmsKeyArns.${region}`,
        `no key for ${region}; given are keys for ${Object.keys(args.kmsKeyArns).join(", ") || "no region"}`,
      );
    }
  }
  const { lock } = args;
  if (lock.mode === "compliance" && lock.changeableForDays < 3) {
    refuse(
      "lock.changeableForDays",
      `${lock.changeableForDays} is below 3, the days of grace that AWS wants before a lock is forever`,
    );
  }
  if (lock.mode !== "none" && lock.minRetentionDays > lock.maxRetentionDays) {
    refuse(
      "lock.minRetentionDays",
      `${lock.minRetentionDays} is above lock.maxRetentionDays (${lock.maxRetentionDays}): no backup could be stored`,
    );
  }
  if (errors.length > 0) {
    throw new pulumi.InputPropertiesError({
      message: `BackupVaults: ${errors.map((error) => `${error.propertyPath}: ${error.reason}`).join("; ")}`,
      errors,
    });
  }
}
