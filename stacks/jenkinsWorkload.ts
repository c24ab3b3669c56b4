import type * as pulumi from "@pulumi/pulumi";
import { roleOf } from "../components/deployment";
import { SharedHome } from "../components/home/sharedHome";
import { JenkinsCluster } from "../components/jenkins/jenkinsCluster";
import { homeDirectories } from "../components/jenkins/teamHomes";
import { clusterArgs, homeArgs, type JenkinsParts, type RegionParts } from "./arguments";
import type { Settings } from "./config";
import { firewallPart } from "./firewall";
import { createEdgePair, pairImagePart } from "./pairs";
import type { RegionContext } from "./region";
import { inRegion } from "./sharedResources";

/** A region that carries Jenkins. */
export interface JenkinsRegion {
  readonly jenkins: JenkinsCluster;
  readonly parts: JenkinsParts;
  /** For people. */
  readonly addresses: Readonly<Record<string, unknown>>;
}

/** Jenkins of all teams, with the homes that it writes, and the edge pair where one is asked for. */
export function carryJenkins(
  settings: Settings,
  context: RegionContext,
  region: RegionParts,
): JenkinsRegion {
  const { deployment, provider, opts, shared } = context;
  const parts: JenkinsParts = {
    ...region,
    home: createHome(settings, context, region.kmsKeyArn),
    ...firewallPart(settings, deployment, opts),
    ...pairImagePart(settings, { provider }),
  };
  const jenkins = new JenkinsCluster("jenkins", clusterArgs(settings, parts), {
    ...opts,
    dependsOn: [...shared.bootNeeds],
  });
  return { jenkins, parts, addresses: createEdgePair(settings, parts, jenkins, opts) };
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
