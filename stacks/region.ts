import * as pulumi from "@pulumi/pulumi";
import { ReplicatedDatabase } from "../components/data/replicatedDatabase";
import { roleOf } from "../components/deployment";
import type { JenkinsCluster } from "../components/jenkins/jenkinsCluster";
import { Observability } from "../components/operations/observability";
import { AlarmTopics } from "../components/recovery/alarmTopics";
import { RecordTable } from "../components/recovery/recordTable";
import { Traffic } from "../components/recovery/traffic";
import {
  databaseArgs,
  type JenkinsNetwork,
  observabilityArgs,
  type RegionParts,
  type RegionWorkload,
  subscribers,
  trafficArgs,
} from "./arguments";
import type { Settings } from "./config";
import type { StackContext } from "./deployment";
import { carryContainers } from "./containerWorkload";
import { carryJenkins } from "./jenkinsWorkload";
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

/** A region with what it carries: what the parts that its role adds are made from. */
export interface Region {
  readonly parts: RegionParts;
  readonly workload: RegionWorkload;
  /** The workload, where it is Jenkins. */
  readonly jenkins?: JenkinsCluster;
  readonly traffic: Traffic;
  readonly topics: AlarmTopics;
  readonly recordTable: RecordTable;
  readonly outputs: { [Key in keyof RegionOutputs]: pulumi.Input<RegionOutputs[Key]> };
  /** For people: where it answers, and where to look. */
  readonly addresses: Readonly<Record<string, unknown>>;
}

/**
 * Everything that a region has in either role, with the same names in both, so that a role change
 * updates it in place: the active region writes its database, and its home where it has one, and
 * replicates them; the waiting one has the replicas and no machine.
 */
export function createRegion(settings: Settings, context: RegionContext): Region {
  const { deployment, opts, network, shared } = context;
  const { region, prefix, generation } = deployment;
  const kmsKeyArn = inRegion(shared.keyArns, region);
  const recordTable = new RecordTable(
    "failover-record",
    { deployment, protectState: settings.protectState },
    opts,
  );
  const topicArgs = { deployment, subscribers: subscribers(settings), kmsKeyArn };
  const topics = new AlarmTopics("topics", topicArgs, opts);
  const database = createDatabase(settings, context, kmsKeyArn);
  const bare: RegionParts = {
    deployment,
    role: roleOf(deployment),
    network,
    database,
    databaseSecretName: shared.databaseSecretName,
    artifactBucketArn: inRegion(shared.artifactBucketArns, region),
    imageId: inRegion(shared.imageIds, region),
    kmsKeyArn,
  };
  const { workload, parts, jenkins, addresses } = carry(settings, context, bare);
  const edge = shared.listenerArns === undefined ? {} : { listenerArns: shared.listenerArns };
  const traffic = new Traffic(
    "traffic",
    { ...trafficArgs(settings, parts, workload), ...edge },
    opts,
  );
  const { dashboardUrl } = new Observability(
    "observability",
    observabilityArgs(settings, parts, workload, topics.announcementsTopicArn, shared.bucket),
    opts,
  );
  const targetGroups = Object.entries(workload.teams).map(
    ([team, { targetGroupArn }]) => [team, targetGroupArn] as const,
  );
  return {
    parts,
    workload,
    ...(jenkins === undefined ? {} : { jenkins }),
    traffic,
    topics,
    recordTable,
    outputs: publish<RegionOutputs>({
      prefix,
      region,
      generation,
      databaseIdentifier: database.identifier,
      databaseArn: database.arn,
      homeFileSystemId: parts.home?.fileSystemId ?? "",
      homeReplicaFileSystemId: parts.home?.replicaFileSystemId ?? "",
      loadBalancerDnsNames: pulumi.all(workload.loadBalancers.map(({ dnsName }) => dnsName)),
      endpointGroupArns: traffic.endpointGroupArns,
      targetGroupArns: pulumi.all(Object.fromEntries(targetGroups)),
    }),
    addresses: { urls: workload.urls, addresses: traffic.addresses, dashboardUrl, ...addresses },
  };
}

/** What the region is for; nothing else of a region differs by it. */
function carry(
  settings: Settings,
  context: RegionContext,
  parts: RegionParts,
): Pick<Region, "parts" | "workload" | "jenkins" | "addresses"> {
  const { application } = settings;
  if (application !== undefined) {
    const workload = carryContainers(settings, application, context, parts);
    return { parts, workload, addresses: {} };
  }
  const carried = carryJenkins(settings, context, parts);
  return { ...carried, workload: carried.jenkins };
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
