import { BackupPlan } from "../components/operations/backupPlan";
import { PilotLightRegion } from "../components/recovery/pilotLightRegion";
import { dailySnapshots, failoverPolicy } from "./arguments";
import { createRehearsal } from "./rehearsal";
import { inDays, type Settings } from "./config";
import type { Region, RegionContext } from "./region";
import { inRegion } from "./sharedResources";
import type { OutputsOf, RegionOutputs } from "./stackOutputs";

/**
 * Adds what a region has because of its role: backups of what it writes while it is active; what
 * watches the other region and can take its place while it waits.
 *
 * @returns Stack outputs of that role.
 */
export function playRole(
  settings: Settings,
  context: RegionContext,
  region: Region,
): Readonly<Record<string, unknown>> {
  if (context.peer === undefined) {
    backUp(settings, context, region);
    return {};
  }
  return waitFor(settings, context, region, context.peer);
}

function backUp(settings: Settings, context: RegionContext, region: Region): void {
  const { deployment, opts, shared } = context;
  const { home, database, kmsKeyArn } = region.parts;
  const vault = inRegion(shared.backupVaults, deployment.region);
  new BackupPlan(
    "backup",
    {
      deployment,
      vault: { name: vault.apply(({ name }) => name), arn: vault.apply(({ arn }) => arn) },
      copyVaultArn: inRegion(shared.backupVaults, deployment.peerRegion).apply(({ arn }) => arn),
      fileSystemArn: home.fileSystemArn,
      databaseArn: database.arn,
      kmsKeyArn,
      copyKmsKeyArn: inRegion(shared.keyArns, deployment.peerRegion),
      retentionDays: inDays(settings.backup.retention),
      copyRetentionDays: inDays(settings.backup.copyRetention),
      schedule: settings.backup.schedule,
      announcementsTopicArn: region.topics.announcementsTopicArn,
    },
    opts,
  );
}

function waitFor(
  settings: Settings,
  { deployment, opts, shared }: RegionContext,
  region: Region,
  active: OutputsOf<RegionOutputs>,
): Readonly<Record<string, unknown>> {
  const { stackName } = settings;
  const { parts, cluster, traffic, topics, recordTable } = region;
  const pilotLight = new PilotLightRegion(
    "pilot-light",
    {
      deployment,
      workload: cluster,
      active: {
        loadBalancerDnsNames: active.read("loadBalancerDnsNames"),
        targetGroupArns: active.read("targetGroupArns"),
        endpointGroupArns: active.read("endpointGroupArns"),
        homeFileSystemId: active.read("homeFileSystemId"),
        databaseIdentifier: active.read("databaseIdentifier"),
        kmsKeyArn: inRegion(shared.keyArns, deployment.peerRegion),
      },
      home: parts.home,
      database: parts.database,
      traffic,
      edge: settings.edge,
      domain: settings.domain,
      hostedZoneId: settings.hostedZoneId,
      policy: failoverPolicy(settings),
      topics,
      recordTable,
      kmsKeyArn: parts.kmsKeyArn,
      dailySnapshots: dailySnapshots(settings),
      trigger: settings.failover,
      logRetentionDays: inDays(settings.observability.logRetention),
    },
    opts,
  );
  const rehearsal = createRehearsal(settings, opts, region, active.read("databaseIdentifier"));
  return {
    ...rehearsal,
    regionAlarm: pilotLight.alarmName,
    recordTable: recordTable.name,
    failoverFunction: pilotLight.functionName,
    failoverByConfiguration: `pulumi config set failover true --stack ${stackName} && pulumi up --stack ${stackName}`,
    failoverDirectly: `npm run failover -- --stack ${stackName}`,
  };
}
