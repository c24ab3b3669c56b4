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
  if (context.peer !== undefined) return waitFor(settings, context, region, context.peer);
  backUp(settings, context, region);
  if (context.former !== undefined) keepFencing(settings, context, region, context.former);
  return {};
}

/**
 * After a failover from a region that is given up: the pilot light as it was before, so that the same
 * function goes on to fence that region. It reads the record's later generation and starts nothing.
 */
function keepFencing(
  settings: Settings,
  context: RegionContext,
  region: Region,
  former: OutputsOf<RegionOutputs>,
): void {
  const { deployment } = context;
  const { peerRegion: activeRegion, generation } = deployment;
  const before = { ...deployment, activeRegion, generation: generation - 1 };
  waitFor({ ...settings, failover: false }, { ...context, deployment: before }, region, former);
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
      ...(home === undefined ? {} : { fileSystemArn: home.fileSystemArn }),
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
  { deployment, opts, shared, formerLost }: RegionContext,
  region: Region,
  active: OutputsOf<RegionOutputs>,
): Readonly<Record<string, unknown>> {
  const { stackName } = settings;
  const { parts, workload, traffic, topics, recordTable } = region;
  const pilotLight = new PilotLightRegion(
    "pilot-light",
    {
      deployment,
      workload,
      active: {
        loadBalancerDnsNames: active.read("loadBalancerDnsNames"),
        targetGroupArns: active.read("targetGroupArns"),
        endpointGroupArns: active.read("endpointGroupArns"),
        ...(workload.home === undefined
          ? {}
          : { homeFileSystemId: active.read("homeFileSystemId") }),
        databaseIdentifier: active.read("databaseIdentifier"),
        kmsKeyArn: inRegion(shared.keyArns, deployment.peerRegion),
      },
      database: parts.database,
      traffic,
      edge: settings.edge,
      domain: settings.domain,
      hostedZoneId: settings.hostedZoneId,
      policy: failoverPolicy(settings),
      topics,
      recordTable,
      kmsKeyArn: parts.kmsKeyArn,
      // Of a region that is lost there is nothing left to copy.
      ...(formerLost ? {} : { dailySnapshots: dailySnapshots(settings) }),
      trigger: settings.failover,
      logRetentionDays: inDays(settings.observability.logRetention),
    },
    opts,
  );
  return {
    // Nor is there a region that waits, whose failover could be rehearsed.
    ...(formerLost
      ? {}
      : createRehearsal(settings, opts, region, active.read("databaseIdentifier"))),
    regionAlarm: pilotLight.alarmName,
    recordTable: recordTable.name,
    failoverFunction: pilotLight.functionName,
    failoverByConfiguration: `pulumi config set failover true --stack ${stackName} && pulumi up --stack ${stackName}`,
    failoverDirectly: `npm run failover -- --stack ${stackName}`,
  };
}
