import type * as pulumi from "@pulumi/pulumi";
import { RehearsalMachines } from "../components/jenkins/rehearsalMachines";
import { Rehearsal } from "../components/recovery/rehearsal";
import { metricNamespace } from "../failover/probe/probePlan";
import { inDays, inSeconds, type Settings } from "./config";
import type { Region } from "./region";

/**
 * What rehearses the failover to a waiting region, where `recovery.rehearsal` is configured.
 *
 * @param writer identifier of the database in the active region
 * @returns stack outputs
 */
export function createRehearsal(
  settings: Settings,
  opts: pulumi.ComponentResourceOptions,
  { parts, jenkins, topics, recordTable }: Region,
  writer: pulumi.Input<string>,
): Readonly<Record<string, unknown>> {
  const { rehearsal } = settings.recovery;
  const [balancer] = jenkins?.loadBalancers ?? [];
  const { home } = parts;
  if (rehearsal === undefined || jenkins === undefined || balancer === undefined) return {};
  if (home === undefined) throw new Error("Jenkins has a home.");
  const { deployment, network, database, imageId, kmsKeyArn } = parts;
  const teams = settings.teams.filter(({ strategy }) => strategy !== "local-only");
  const machines = new RehearsalMachines(
    "rehearsal-machines",
    {
      deployment,
      network,
      vpcCidr: settings.network.cidr[settings.program],
      home,
      imageId,
      jenkinsVersion: settings.image.jenkinsVersion,
      teams,
      listenerArn: balancer.listenerArn,
      logGroupName: jenkins.logGroupName,
      metricsNamespace: metricNamespace,
      volumeGb: rehearsal.volumeGb,
    },
    opts,
  );
  const { functionName } = new Rehearsal(
    "rehearsal",
    {
      deployment,
      teams: teams.map(({ name }) => name),
      subnetIds: network.privateSubnetIds,
      machines,
      homeFileSystemId: home.fileSystemId,
      database: {
        snapshotsOf: [database.identifier, writer],
        instanceClass: settings.database.instanceClass,
        subnetGroup: database.subnetGroupName,
      },
      recordTable,
      announcementsTopicArn: topics.announcementsTopicArn,
      kmsKeyArn,
      ...(rehearsal.schedule === undefined ? {} : { schedule: rehearsal.schedule }),
      maxAgeHours: inSeconds(rehearsal.maxAge) / 3_600,
      timeout: inSeconds(rehearsal.timeout) * 1_000,
      logRetentionDays: inDays(settings.observability.logRetention),
    },
    opts,
  );
  return { rehearsalFunction: functionName };
}
