import * as pulumi from "@pulumi/pulumi";
import { DatabaseCredentials } from "../components/data/databaseCredentials";
import { EncryptionKeys } from "../components/data/encryptionKeys";
import { ReplicatedBucket } from "../components/data/replicatedBucket";
import { ReplicatedDatabase } from "../components/data/replicatedDatabase";
import { ReplicatedSettings } from "../components/data/replicatedSettings";
import { roleOf } from "../components/deployment";
import { homeDirectories } from "../components/home/homePlan";
import { SharedHome } from "../components/home/sharedHome";
import { GoldenImage } from "../components/image/goldenImage";
import { ClusterCredentials } from "../components/jenkins/clusterCredentials";
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
  subscribers,
  trafficArgs,
  vaultLock,
} from "./arguments";
import { inDays, type StackSettings } from "./config";
import { stackContext } from "./deployment";
import { firewallPart } from "./firewall";
import { publish } from "./primaryOutputs";
import { replicationRuleId } from "../components/data/bucketReplication";

/**
 * The stack of `regions.primary`: highly available Jenkins over two or three zones, and what the pair
 * of regions shares. Whoever reads one file to see what is deployed reads this one.
 */
export async function primary({
  settings,
  secrets,
}: StackSettings): Promise<Record<string, unknown>> {
  const { deployment, provider, opts } = await stackContext(settings);
  const { region, peerRegion } = deployment;
  const { protectState } = settings;
  const role = roleOf(deployment);

  const network = new Network("network", networkArgs(settings, deployment, { provider }), opts);
  const keys = new EncryptionKeys("keys", { deployment, protectState }, opts);
  const kmsKeyArn = of(keys.arns, region);
  const peerKmsKeyArn = of(keys.arns, peerRegion);
  const pair = { deployment, kmsKeyArns: keys.arns, protectState };
  const artifacts = new ReplicatedBucket("artifacts", pair, opts);
  new ReplicatedSettings("settings", settingsArgs(settings, secrets, deployment, keys), opts);
  const credentials = new DatabaseCredentials("database-credentials", pair, opts);
  const clusterCredentials = new ClusterCredentials("cluster-credentials", pair, opts);
  const image = new GoldenImage("image", imageArgs(settings, deployment, network, keys), opts);

  const home = new SharedHome(
    "home",
    {
      ...homeArgs(settings, deployment, network, kmsKeyArn),
      role,
      directories: homeDirectories(settings.teams),
      replicateTo: { region: peerRegion, kmsKeyArn: peerKmsKeyArn },
    },
    opts,
  );
  const database = new ReplicatedDatabase(
    "database",
    {
      ...databaseArgs(settings, deployment, network, kmsKeyArn),
      role: "writer",
      masterPassword: credentials.masterPassword,
      masterSecretArn: of(credentials.secretArns, region),
    },
    opts,
  );

  const parts = {
    deployment,
    role,
    network,
    home,
    database,
    databaseSecretName: credentials.secretName,
    artifactBucketArn: of(artifacts.buckets, region).arn,
    imageId: of(image.imageIds, region),
    kmsKeyArn,
    ...firewallPart(settings, deployment, opts),
  };
  // The first controller to boot reads its password.
  const afterCredentials = { ...opts, dependsOn: [clusterCredentials] };
  const cluster = new JenkinsCluster("jenkins", clusterArgs(settings, parts), afterCredentials);
  const traffic = new Traffic("traffic", trafficArgs(settings, parts, cluster), opts);

  const topicArgs = { deployment, subscribers: subscribers(settings), kmsKeyArn };
  const topics = new AlarmTopics("topics", topicArgs, opts);
  const vaults = new BackupVaults("vaults", { ...pair, lock: vaultLock(settings) }, opts);
  new BackupPlan(
    "backup",
    {
      deployment,
      vault: of(vaults.vaults, region),
      copyVaultArn: of(vaults.vaults, peerRegion).arn,
      fileSystemArn: home.fileSystemArn,
      databaseArn: database.arn,
      kmsKeyArn,
      copyKmsKeyArn: peerKmsKeyArn,
      retentionDays: inDays(settings.backup.retention),
      copyRetentionDays: inDays(settings.backup.copyRetention),
      schedule: settings.backup.schedule,
      announcementsTopicArn: topics.announcementsTopicArn,
    },
    opts,
  );
  const observability = new Observability(
    "observability",
    observabilityArgs(settings, parts, cluster, topics.announcementsTopicArn, {
      source: of(artifacts.buckets, region).name,
      destination: of(artifacts.buckets, peerRegion).name,
      ruleId: replicationRuleId,
    }),
    opts,
  );

  return {
    ...publish({
      prefix: deployment.prefix,
      region,
      generation: deployment.generation,
      keyArns: pulumi.all(keys.arns),
      imageIds: pulumi.all(image.imageIds),
      artifactBucketArns: pulumi.all(mapValues(artifacts.buckets, (bucket) => bucket.arn)),
      databaseSecretName: credentials.secretName,
      databaseSecretArns: pulumi.all(credentials.secretArns),
      databaseIdentifier: database.identifier,
      databaseArn: database.arn,
      homeFileSystemId: home.fileSystemId,
      homeReplicaFileSystemId: replicaOf(home),
      loadBalancerDnsNames: pulumi.all(cluster.loadBalancers.map(({ dnsName }) => dnsName)),
      listenerArns: traffic.listenerArns,
      endpointGroupArns: traffic.endpointGroupArns,
      targetGroupArns: pulumi.all(mapValues(cluster.teams, (team) => team.targetGroupArn)),
    }),
    urls: cluster.urls,
    addresses: traffic.addresses,
    dashboardUrl: observability.dashboardUrl,
  };
}

function of<Value>(byRegion: Readonly<Record<string, Value>>, region: string): Value {
  const value = byRegion[region];
  if (value === undefined) throw new Error(`Nothing was made for ${region}.`);
  return value;
}

function replicaOf({ replicaFileSystemId }: SharedHome): pulumi.Output<string> {
  if (replicaFileSystemId === undefined) throw new Error("The primary home replicates nowhere.");
  return replicaFileSystemId;
}

function mapValues<Value, Result>(
  values: Readonly<Record<string, Value>>,
  change: (value: Value) => Result,
): Record<string, Result> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value)]));
}
