/**
 * From the settings to the components' arguments: units and names change here, and nowhere else, so
 * that the two programs stay tables of contents.
 */
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { metricNamespace } from "../failover/probe/probePlan";
import type { EncryptionKeys } from "../components/data/encryptionKeys";
import {
  databaseName,
  type ReplicatedDatabase,
  type ReplicatedDatabaseArgs,
} from "../components/data/replicatedDatabase";
import type { ReplicatedSettingsArgs } from "../components/data/replicatedSettings";
import type { Deployment, RegionRole } from "../components/deployment";
import type { SharedHomeArgs } from "../components/home/homeArguments";
import type { SharedHome } from "../components/home/sharedHome";
import type { GoldenImageArgs } from "../components/image/goldenImage";
import { jenkinsSoftware } from "../components/jenkins/imageSoftwareRenderer";
import { credentialNames } from "../components/jenkins/clusterCredentials";
import type { JenkinsClusterArgs } from "../components/jenkins/clusterArguments";
import {
  jenkinsSecurityGroups,
  type JenkinsSecurityGroup,
} from "../components/jenkins/securityGroupPlan";
import { containerSoftware } from "../components/container/containerSoftwareRenderer";
import type { Workload, WorkloadLoadBalancer, WorkloadTeam } from "../components/workload";
import type { Network, NetworkArgs } from "../components/network/network";
import type { VaultLock } from "../components/operations/backupVaults";
import type { ObservabilityArgs } from "../components/operations/observability";
import type { Subscribers } from "../components/operations/alarmTopic";
import type { PilotLightPolicy } from "../components/recovery/pilotLightRegion";
import type { TrafficArgs, TrafficLoadBalancer } from "../components/recovery/traffic";
import { parseInstanceType } from "./config/instanceType";
import { inDays, inSeconds, type Settings, type StackSettings } from "./config";

const milliseconds = (duration: Parameters<typeof inSeconds>[0]): number =>
  inSeconds(duration) * 1_000;

/** A region's network as Jenkins needs it. */
export type JenkinsNetwork = Network<JenkinsSecurityGroup>;

export function networkArgs(
  { network, program }: Settings,
  deployment: Deployment,
  opts: pulumi.InvokeOptions,
): NetworkArgs<JenkinsSecurityGroup> {
  return {
    deployment,
    cidr: network.cidr[program],
    availabilityZones: network.availabilityZones === 2 ? 2 : 3,
    nat: network.nat,
    interfaceEndpoints: network.interfaceEndpoints,
    securityGroups: jenkinsSecurityGroups,
    flowLogRetentionDays: inDays(network.flowLogRetention),
    ...(network.bastion === undefined
      ? {}
      : {
          bastion: { ...network.bastion, imageId: amazonLinux(network.bastion.instanceType, opts) },
        }),
  };
}

/** The newest Amazon Linux for a machine type's processor, as AWS publishes it in each region. */
export function amazonLinux(
  instanceType: string,
  opts: pulumi.InvokeOptions,
): pulumi.Output<string> {
  const architecture = parseInstanceType(instanceType)?.architecture ?? "x86_64";
  const name = `/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-${architecture}`;
  return aws.ssm.getParameterOutput({ name }, opts).value;
}

export function imageArgs(
  { image, regions, network: { nat }, workload }: Settings,
  deployment: Deployment,
  network: JenkinsNetwork,
  keys: EncryptionKeys,
): GoldenImageArgs {
  const { source, ids } = image;
  const what = {
    architecture: image.architecture,
    software: workload === "jenkins" ? jenkinsSoftware(image.jenkinsVersion) : containerSoftware(),
  };
  if (source === "given") {
    const given = ids && { [regions.primary]: ids.primary, [regions.dr]: ids.dr };
    return { deployment, source, ...what, ...(given ? { given } : {}) };
  }
  // Packages come from the internet; without NAT the build has only the public subnets to reach it.
  const subnets = nat === "none" ? network.publicSubnetIds : network.privateSubnetIds;
  return {
    deployment,
    source,
    ...what,
    kmsKeyArns: keys.arns,
    subnetId: subnets.apply((ids) => ids[0] ?? ""),
    securityGroupId: network.securityGroups.agents,
  };
}

type HomeOfRegion = Omit<SharedHomeArgs, "role" | "directories" | "replicateTo" | "fileSystemId">;

export function homeArgs(
  { home, network: { availabilityZones }, protectState }: Settings,
  deployment: Deployment,
  network: JenkinsNetwork,
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
  network: JenkinsNetwork,
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
  { parameters, secretNames, protectState, workload }: Settings,
  secrets: StackSettings["secrets"],
  deployment: Deployment,
  keys: EncryptionKeys,
): ReplicatedSettingsArgs {
  return {
    deployment,
    kmsKeyArns: keys.arns,
    parameters,
    secrets,
    ...(workload === "jenkins"
      ? { secretTags: Object.fromEntries(secretNames.map((name) => [name, credentialTags])) }
      : {}),
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

/** What a workload is made from in one region; both stacks have all of it. */
export interface RegionParts {
  readonly deployment: Deployment;
  readonly role: RegionRole;
  readonly network: JenkinsNetwork;
  /** Absent where machines keep nothing. */
  readonly home?: SharedHome;
  readonly database: ReplicatedDatabase;
  /** Name of the database's secret, the same in both regions. */
  readonly databaseSecretName: pulumi.Input<string>;
  readonly artifactBucketArn: pulumi.Input<string>;
  readonly imageId: pulumi.Input<string>;
  readonly kmsKeyArn: pulumi.Input<string>;
}

/** What Jenkins is made from. */
export interface JenkinsParts extends RegionParts {
  readonly home: SharedHome;
  /** Where a team has a warm standby, or the region an edge pair. */
  readonly pairImageId?: pulumi.Input<string>;
  /** Where `loadBalancer.webApplicationFirewall` is set. */
  readonly webAclArn?: pulumi.Input<string>;
}

/** A workload as the stack's other parts need it. */
export interface RegionWorkload extends Workload {
  readonly loadBalancers: readonly (WorkloadLoadBalancer & {
    /** What the edge leads users to. */
    readonly endpointArn: pulumi.Output<string>;
  })[];
  readonly teams: Readonly<
    Record<string, WorkloadTeam & { readonly autoScalingGroupName?: pulumi.Output<string> }>
  >;
  readonly urls: Readonly<Record<string, string>>;
  readonly certificateArn: pulumi.Output<string>;
}

export function clusterArgs(settings: Settings, parts: JenkinsParts): JenkinsClusterArgs {
  const { certificates, program, database, observability, edge } = settings;
  const names = credentialNames(settings.prefix);
  const certificateArn = certificates[program];
  return {
    deployment: parts.deployment,
    role: parts.role,
    network: parts.network,
    home: parts.home,
    database: {
      engine: database.engine,
      address: parts.database.address,
      port: parts.database.port,
      database: databaseName,
      secretName: parts.databaseSecretName,
    },
    bucketArn: parts.artifactBucketArn,
    kmsKeyArn: parts.kmsKeyArn,
    imageId: parts.imageId,
    jenkinsVersion: settings.image.jenkinsVersion,
    teams: settings.teams,
    domain: settings.domain,
    hostedZoneId: settings.hostedZoneId,
    ...(certificateArn === undefined ? {} : { certificateArn }),
    administratorSecretName: names.administratorSecret,
    agentKey: {
      credentialsId: names.agentKeySecret,
      publicKeyParameter: names.agentKeyParameter,
    },
    metricsNamespace: metricNamespace,
    accelerated: edge === "globalAccelerator",
    logRetentionDays: inDays(observability.logRetention),
    accessLogRetentionDays: inDays(observability.accessLogRetention),
    ...(parts.webAclArn === undefined ? {} : { webAclArn: parts.webAclArn }),
    ...(parts.pairImageId === undefined
      ? {}
      : { pair: { imageId: parts.pairImageId, profile: settings.pair.profile } }),
    protectState: settings.protectState,
  };
}

export function trafficArgs(
  { edge, domain, hostedZoneId }: Settings,
  { deployment, role }: Pick<RegionParts, "deployment" | "role">,
  workload: RegionWorkload,
): TrafficArgs {
  return {
    deployment,
    role,
    edge,
    domain,
    hostedZoneId,
    teams: Object.entries(workload.teams).map(([team, { hosts, loadBalancerIndex }]) => ({
      team,
      hosts,
      shard: loadBalancerIndex,
    })),
    loadBalancers: workload.loadBalancers.map(
      ({ endpointArn, dnsName, zoneId }): TrafficLoadBalancer => ({
        arn: endpointArn,
        dnsName,
        zoneId,
      }),
    ),
  };
}

export function observabilityArgs(
  { home, database, recovery, observability, teams, application }: Settings,
  parts: Pick<RegionParts, "deployment" | "role" | "home" | "database">,
  workload: RegionWorkload,
  announcementsTopicArn: pulumi.Input<string>,
  bucket?: ObservabilityArgs["bucket"],
): ObservabilityArgs {
  const replica = parts.home?.replicaFileSystemId;
  return {
    deployment: parts.deployment,
    role: parts.role,
    loadBalancers: workload.loadBalancers,
    teams: workload.teams,
    ...(parts.home === undefined
      ? {}
      : {
          home: {
            fileSystemId: parts.home.fileSystemId,
            throughput: home.throughput,
            ...(replica === undefined ? {} : { replicaFileSystemId: replica }),
          },
        }),
    database: {
      identifier: parts.database.identifier,
      allocatedStorageGb: database.storageGb,
    },
    ...(bucket === undefined ? {} : { bucket }),
    certificateArn: workload.certificateArn,
    limits: {
      maxHomeLag: inSeconds(recovery.maxHomeLag),
      maxReplicaLag: inSeconds(recovery.maxReplicaLag),
      certificateDays: inDays(observability.certificateWarning),
    },
    quotaWarning: observability.quotaWarning,
    servingGroups: [
      ...teams.filter(({ strategy }) => strategy !== "local-only"),
      ...(application === undefined ? [] : [application]),
    ].map(({ instanceType, capacity }) => ({ instanceType, instances: capacity.desired })),
    announcementsTopicArn,
  };
}
