import type * as pulumi from "@pulumi/pulumi";
import { DatabaseCredentials } from "../components/data/databaseCredentials";
import { EncryptionKeys } from "../components/data/encryptionKeys";
import { ReplicatedBucket } from "../components/data/replicatedBucket";
import { ReplicatedDatabase } from "../components/data/replicatedDatabase";
import { ReplicatedSettings } from "../components/data/replicatedSettings";
import { roleOf } from "../components/deployment";
import { homeDirectories } from "../components/home/homePlan";
import { SharedHome } from "../components/home/sharedHome";
import { GoldenImage } from "../components/image/goldenImage";
import { JenkinsCluster } from "../components/jenkins/jenkinsCluster";
import { Network } from "../components/network/network";
import { BackupPlan } from "../components/operations/backupPlan";
import { BackupVaults } from "../components/operations/backupVaults";
import { Observability } from "../components/operations/observability";
import { AlarmTopics } from "../components/recovery/alarmTopics";
import { Traffic } from "../components/recovery/traffic";
import {
  clusterArgs,
  databaseArgs,
  homeArgs,
  imageArgs,
  networkArgs,
  observabilityArgs,
  settingsArgs,
  vaultLock,
} from "./arguments";
import type { StackSettings } from "./config";
import { stackContext } from "./deployment";
import { inDays } from "./config";
import { publish } from "./primaryOutputs";

/**
 * The stack of `regions.primary`: highly available Jenkins over two or three zones, and what the pair
 * of regions shares. Whoever reads one file to see what is deployed reads this one.
 */
export function primary({
  settings,
  secrets,
}: StackSettings): Record<string, pulumi.Input<unknown>> {
  const { deployment, opts } = stackContext(settings);
  const { region, peerRegion } = deployment;
  const role = roleOf(deployment);
  const protectState = settings.protectState;

  const network = new Network("network", networkArgs(settings, deployment), opts);
  const keys = new EncryptionKeys("keys", { deployment, protectState }, opts);
  const pair = { deployment, kmsKeyArns: keys.arns, protectState };
  const artifacts = new ReplicatedBucket("artifacts", pair, opts);
  const values = new ReplicatedSettings("settings", settingsArgs(settings, secrets, pair), opts);
  const credentials = new DatabaseCredentials("credentials", pair, opts);
  const image = new GoldenImage("image", imageArgs(settings, deployment, network), opts);

  const home = new SharedHome(
    "home",
    {
      ...homeArgs(settings, deployment, network, keys.arns[region]),
      role,
      directories: homeDirectories(settings.teams),
      replicateTo: { region: peerRegion, kmsKeyArn: keyIn(keys, peerRegion) },
    },
    opts,
  );
  const database = new ReplicatedDatabase(
    "database",
    {
      ...databaseArgs(settings, deployment, network, keys.arns[region]),
      role: "writer",
      masterPassword: credentials.masterPassword,
      masterSecretArn: valueIn(credentials.secretArns, region),
    },
    opts,
  );

  const topics = new AlarmTopics(
    "topics",
    {
      deployment,
      subscribers: { emails: settings.alerts.emails, phones: settings.alerts.sms },
      kmsKeyArn: keyIn(keys, region),
    },
    opts,
  );
  const cluster = new JenkinsCluster(
    "jenkins",
    clusterArgs(settings, {
      deployment,
      role,
      network,
      home,
      database,
      databaseSecretArn: valueIn(credentials.secretArns, region),
      artifactBucket: valueIn(artifacts.buckets, region),
      imageId: valueIn(image.imageIds, region),
      settings: values,
      kmsKeyArn: keyIn(keys, region),
    }),
    opts,
  );
  const traffic = new Traffic(
    "traffic",
    {
      deployment,
      role,
      edge: settings.edge,
      domain: settings.domain,
      hostedZoneId: settings.hostedZoneId,
      teams: cluster.trafficTeams,
      loadBalancers: cluster.loadBalancers,
    },
    opts,
  );

  const vaults = new BackupVaults("vaults", { ...pair, lock: vaultLock(settings) }, opts);
  new BackupPlan(
    "backup",
    {
      deployment,
      vault: valueIn(vaults.vaults, region),
      copyVaultArn: valueIn(vaults.vaults, peerRegion).arn,
      fileSystemArn: home.fileSystemArn,
      databaseArn: database.arn,
      kmsKeyArn: keyIn(keys, region),
      copyKmsKeyArn: keyIn(keys, peerRegion),
      retentionDays: inDays(settings.backup.retention),
      copyRetentionDays: inDays(settings.backup.copyRetention),
      schedule: settings.backup.schedule,
      announcementsTopicArn: topics.announcementsTopicArn,
    },
    opts,
  );
  const observability = new Observability(
    "observability",
    observabilityArgs(settings, { deployment, role, cluster, home, database, topics, artifacts }),
    opts,
  );

  return {
    ...publish({
      region,
      generation: deployment.generation,
      keyArns: keys.arns,
      imageIds: image.imageIds,
      artifactBuckets: mapValues(artifacts.buckets, (bucket) => bucket.name),
      databaseSecretArns: credentials.secretArns,
      backupVaultArns: mapValues(vaults.vaults, (vault) => vault.arn),
      secretNames: Object.values(values.secretNames),
      databaseIdentifier: database.identifier,
      databaseArn: database.arn,
      homeFileSystemId: home.fileSystemId,
      homeFileSystemArn: home.fileSystemArn,
      homeReplicaFileSystemId: required(home.replicaFileSystemId, "home.replicaFileSystemId"),
      loadBalancers: cluster.loadBalancers.map(({ dnsName }) => ({ dnsName })),
      listenerArns: traffic.listenerArns,
      endpointGroupArns: traffic.endpointGroupArns,
      targetGroupArns: mapValues(cluster.teams, (team) => team.targetGroupArn),
    }),
    urls: cluster.urls,
    addresses: traffic.addresses,
    dashboardUrl: observability.dashboardUrl,
  };
}
