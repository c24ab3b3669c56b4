/**
 * From the settings to the components' arguments: units and names change here, and nowhere else, so
 * that the two programs stay tables of contents.
 */
import type * as pulumi from "@pulumi/pulumi";
import type { EncryptionKeys } from "../components/data/encryptionKeys";
import type { ReplicatedDatabaseArgs } from "../components/data/replicatedDatabase";
import type { ReplicatedSettingsArgs } from "../components/data/replicatedSettings";
import type { Deployment } from "../components/deployment";
import type { SharedHomeArgs } from "../components/home/sharedHome";
import type { GoldenImageArgs } from "../components/image/goldenImage";
import type { Network, NetworkArgs } from "../components/network/network";
import type { VaultLock } from "../components/operations/backupVaults";
import type { Subscribers } from "../components/recovery/alarmTopics";
import type { PilotLightPolicy } from "../components/recovery/pilotLightRegion";
import { inDays, inMinutes, inSeconds, type Settings, type StackSettings } from "./config";

const milliseconds = (duration: Parameters<typeof inSeconds>[0]): number =>
  inSeconds(duration) * 1_000;

export function networkArgs({ network, program }: Settings, deployment: Deployment): NetworkArgs {
  return {
    deployment,
    cidr: network.cidr[program],
    availabilityZones: network.availabilityZones === 2 ? 2 : 3,
    nat: network.nat,
    interfaceEndpoints: network.interfaceEndpoints,
    flowLogRetentionDays: inDays(network.flowLogRetention),
    ...(network.bastion === undefined ? {} : { bastion: network.bastion }),
  };
}

export function imageArgs(
  { image, regions, network: { nat } }: Settings,
  deployment: Deployment,
  network: Network,
  keys: EncryptionKeys,
): GoldenImageArgs {
  const { source, architecture, ids } = image;
  if (source === "given") {
    const given = ids && { [regions.primary]: ids.primary, [regions.dr]: ids.dr };
    return { deployment, source, architecture, ...(given ? { given } : {}) };
  }
  // Packages come from the internet; without NAT the build has only the public subnets to reach it.
  const subnets = nat === "none" ? network.publicSubnetIds : network.privateSubnetIds;
  return {
    deployment,
    source,
    architecture,
    kmsKeyArns: keys.arns,
    subnetId: subnets.apply((ids) => ids[0] ?? ""),
    securityGroupId: network.securityGroups.agents,
  };
}

type HomeOfRegion = Omit<SharedHomeArgs, "role" | "directories" | "replicateTo" | "fileSystemId">;

export function homeArgs(
  { home, network: { availabilityZones }, protectState }: Settings,
  deployment: Deployment,
  network: Network,
  kmsKeyArn: pulumi.Input<string>,
): HomeOfRegion {
  const { throughput, lifecycle, provisionedMibps } = home;
  return {
    deployment,
    subnetIds: network.isolatedSubnetIds,
    availabilityZones,
    securityGroupId: network.securityGroups.home,
    kmsKeyArn,
    throughput,
    lifecycle,
    ...(provisionedMibps === undefined ? {} : { provisionedMibps }),
    protectState,
  };
}

type DatabaseOfRegion = Omit<ReplicatedDatabaseArgs, "role" | "sourceArn" | "masterPassword">;

export function databaseArgs(
  { database, protectState }: Settings,
  deployment: Deployment,
  network: Network,
  kmsKeyArn: pulumi.Input<string>,
): DatabaseOfRegion {
  return {
    deployment,
    engine: database.engine,
    engineVersion: database.version,
    instanceClass: database.instanceClass,
    allocatedStorageGb: database.storageGb,
    multiAz: database.multiAz,
    backupRetentionDays: inDays(database.backupRetention),
    subnetIds: network.isolatedSubnetIds,
    securityGroupId: network.securityGroups.database,
    kmsKeyArn,
    protectState,
  };
}

/** Jenkins's credentials provider finds secrets by this tag, as plain secret texts. */
const credentialTags = { "jenkins:credentials:type": "string" };

export function settingsArgs(
  { parameters, secretNames, protectState }: Settings,
  secrets: StackSettings["secrets"],
  deployment: Deployment,
  keys: EncryptionKeys,
): ReplicatedSettingsArgs {
  return {
    deployment,
    kmsKeyArns: keys.arns,
    parameters,
    secrets,
    secretTags: Object.fromEntries(secretNames.map((name) => [name, credentialTags])),
    protectState,
  };
}

export function subscribers({ alerts }: Settings): Subscribers {
  return { emails: alerts.emails, phones: alerts.sms };
}

/** AWS's own minimum before a compliance lock can never be lifted again. */
const changeableForDays = 3;

export function vaultLock({ backup }: Settings): VaultLock {
  const days = [inDays(backup.retention), inDays(backup.copyRetention)];
  return {
    mode: backup.lock,
    changeableForDays,
    minRetentionDays: Math.min(...days),
    maxRetentionDays: Math.max(...days),
  };
}

export function failoverPolicy({ recovery }: Settings): PilotLightPolicy {
  return {
    mode: recovery.mode,
    threshold: recovery.threshold,
    quorum: recovery.quorum,
    periods: recovery.detection.unhealthyPeriods,
    outOf: recovery.detection.outOf,
    confirmFor: milliseconds(recovery.confirmFor),
    confirmLimit: milliseconds(recovery.confirmLimit),
    fenceTimeout: milliseconds(recovery.fenceTimeout),
    stepLimit: milliseconds(recovery.stepLimit),
    maxReplicaLag: inSeconds(recovery.maxReplicaLag),
    maxHomeLag: inSeconds(recovery.maxHomeLag),
    requiredHealthyShare: recovery.requiredHealthyShare,
  };
}

export function dailySnapshots({ recovery }: Settings): { retentionDays: number; hourUtc: number } {
  const { retention, hourUtc } = recovery.snapshot;
  return { retentionDays: inDays(retention), hourUtc };
}

export { inMinutes };
