import * as pulumi from "@pulumi/pulumi";
import { ReplicatedDatabase } from "../components/data/replicatedDatabase";
import { roleOf } from "../components/deployment";
import { homeDirectories } from "../components/jenkins/teamHomes";
import { SharedHome } from "../components/home/sharedHome";
import { JenkinsCluster } from "../components/jenkins/jenkinsCluster";
import { Observability } from "../components/operations/observability";
import { AlarmTopics } from "../components/recovery/alarmTopics";
import { RecordTable } from "../components/recovery/recordTable";
import { Traffic } from "../components/recovery/traffic";
import {
  clusterArgs,
  databaseArgs,
  homeArgs,
  type JenkinsNetwork,
  observabilityArgs,
  type RegionParts,
  subscribers,
  trafficArgs,
} from "./arguments";
import type { Settings } from "./config";
import type { StackContext } from "./deployment";
import { firewallPart } from "./firewall";
import { createEdgePair, pairImagePart } from "./pairs";
import { inRegion, type SharedResources } from "./sharedResources";
import { type OutputsOf, publish, type RegionOutputs } from "./stackOutputs";

/** What a region is composed from, besides its settings. */
export interface RegionContext extends StackContext {
  readonly network: JenkinsNetwork;
  readonly shared: SharedResources;
  /** The other stack's outputs as it last published them. */
  readonly former?: OutputsOf<RegionOutputs>;
  /** The other stack's outputs; present where this region waits, and follows the other. */
  readonly peer?: OutputsOf<RegionOutputs>;
}

/** A region with its cluster: what the parts that its role adds are made from. */
export interface Region {
  readonly parts: RegionParts;
  readonly cluster: JenkinsCluster;
  readonly traffic: Traffic;
  readonly topics: AlarmTopics;
  readonly recordTable: RecordTable;
  readonly outputs: { [Key in keyof RegionOutputs]: pulumi.Input<RegionOutputs[Key]> };
  /** For people: where Jenkins answers, and where to look. */
  readonly addresses: Readonly<Record<string, unknown>>;
}

/**
 * Everything that a region has in either role, with the same names in both, so that a role change
 * updates it in place: the active region writes its home and database and replicates them, the
 * waiting one has the replicas and no machine.
 */
export function createRegion(settings: Settings, context: RegionContext): Region {
  const { deployment, provider, opts, network, shared } = context;
  const { region, prefix, generation } = deployment;
  const kmsKeyArn = inRegion(shared.keyArns, region);
  const recordTable = new RecordTable(
    "failover-record",
    { deployment, protectState: settings.protectState },
    opts,
  );
  const topicArgs = { deployment, subscribers: subscribers(settings), kmsKeyArn };
  const topics = new AlarmTopics("topics", topicArgs, opts);
  const home = createHome(settings, context, kmsKeyArn);
  const database = createDatabase(settings, context, kmsKeyArn);
  const parts: RegionParts = {
    deployment,
    role: roleOf(deployment),
    network,
    home,
    database,
    databaseSecretName: shared.databaseSecretName,
    artifactBucketArn: inRegion(shared.artifactBucketArns, region),
    imageId: inRegion(shared.imageIds, region),
    kmsKeyArn,
    ...firewallPart(settings, deployment, opts),
    ...pairImagePart(settings, { provider }),
  };
  const clusterOpts = { ...opts, dependsOn: [...shared.bootNeeds] };
  const cluster = new JenkinsCluster("jenkins", clusterArgs(settings, parts), clusterOpts);
  const edgePair = createEdgePair(settings, parts, cluster, opts);
  const edge = shared.listenerArns === undefined ? {} : { listenerArns: shared.listenerArns };
  const traffic = new Traffic(
    "traffic",
    { ...trafficArgs(settings, parts, cluster), ...edge },
    opts,
  );
  const { dashboardUrl } = new Observability(
    "observability",
    observabilityArgs(settings, parts, cluster, topics.announcementsTopicArn, shared.bucket),
    opts,
  );
  const targetGroups = Object.entries(cluster.teams).map(
    ([team, { targetGroupArn }]) => [team, targetGroupArn] as const,
  );
  return {
    parts,
    cluster,
    traffic,
    topics,
    recordTable,
    outputs: publish<RegionOutputs>({
      prefix,
      region,
      generation,
      databaseIdentifier: database.identifier,
      databaseArn: database.arn,
      homeFileSystemId: home.fileSystemId,
      homeReplicaFileSystemId: home.replicaFileSystemId ?? "",
      loadBalancerDnsNames: pulumi.all(cluster.loadBalancers.map(({ dnsName }) => dnsName)),
      endpointGroupArns: traffic.endpointGroupArns,
      targetGroupArns: pulumi.all(Object.fromEntries(targetGroups)),
    }),
    addresses: { urls: cluster.urls, addresses: traffic.addresses, dashboardUrl, ...edgePair },
  };
}

/**
 * The first region makes the home. After a role change the active home is the replica of before,
 * freed by the failover and taken over as it is; its identifier is configuration, because no stack
 * may depend on outputs that the other one no longer has.
 */
function createHome(
  settings: Settings,
  { deployment, opts, network, shared, peer, formerLost }: RegionContext,
  kmsKeyArn: pulumi.Input<string>,
): SharedHome {
  const { peerRegion, generation } = deployment;
  const { homeFileSystemId } = settings;
  const args = {
    ...homeArgs(settings, deployment, network, kmsKeyArn),
    role: roleOf(deployment),
    directories: homeDirectories(settings.teams),
  };
  if (peer !== undefined) {
    const fileSystemId = peer.read("homeReplicaFileSystemId");
    return new SharedHome("home", { ...args, fileSystemId }, opts);
  }
  const replicateTo = {
    region: peerRegion,
    kmsKeyArn: inRegion(shared.keyArns, peerRegion),
  };
  const takenOver =
    generation === 1 || homeFileSystemId === undefined ? {} : { fileSystemId: homeFileSystemId };
  const replication = formerLost ? {} : { replicateTo };
  return new SharedHome("home", { ...args, ...takenOver, ...replication }, opts);
}

function createDatabase(
  settings: Settings,
  { deployment, opts, network, shared, peer }: RegionContext,
  kmsKeyArn: pulumi.Input<string>,
): ReplicatedDatabase {
  const { masterPassword } = shared;
  const args = {
    ...databaseArgs(settings, deployment, network, kmsKeyArn),
    masterSecretArn: inRegion(shared.databaseSecretArns, deployment.region),
  };
  if (peer !== undefined) {
    const sourceArn = peer.read("databaseArn");
    return new ReplicatedDatabase("database", { ...args, role: "replica", sourceArn }, opts);
  }
  const first = deployment.generation === 1 && masterPassword !== undefined;
  return new ReplicatedDatabase(
    "database",
    { ...args, role: "writer", ...(first ? { masterPassword } : {}) },
    opts,
  );
}
