import {
  type ControllerUserData,
  leasedJenkinsFiles,
  monitoringFileOf,
} from "../jenkins/userDataRenderer";
import {
  type BootFile,
  type Compress,
  preparingCommands,
  softwareFile,
  unitFile,
  userDataLimit,
} from "../machine/cloudConfigRenderer";
import type { LeaseSettings } from "../jenkins/leaseSettingsRenderer";
import type { CloudWatchAgentSettings } from "../machine/cloudWatchAgentRenderer";
import type { ControllerCluster } from "./cluster";
import { clusterFiles } from "./clusterFiles";
import { renderDebianSoftware } from "./debianSoftwareRenderer";
import {
  joinPaths,
  type JoinSettings,
  renderJoinScript,
  renderJoinUnit,
} from "./joinScriptRenderer";
import {
  inheritanceScript,
  leaseWatchUnit,
  renderInheritanceDropIn,
  renderInheritanceScript,
  renderLeaseWatchUnit,
} from "./leaseInheritanceScriptRenderer";
import { edgePreparation } from "./edgePreparationRenderer";
import { edgePairFiles, type EdgePairSettings, type MachineFile } from "./pairFiles";
import type { PairProfile } from "./proxyTiming";

/** What a controller's machine of a pair is told at its start, besides what every controller is. */
export interface ClusterMachine {
  readonly cluster: ControllerCluster;
  readonly profile: PairProfile;
  readonly join: JoinSettings;
}

/**
 * The `#cloud-config` of a machine of an active/passive pair, as base64 of gzip, which cloud-init
 * unpacks: it has twice the files of other machines.
 * @throws Error if a value cannot stand in a boot file or the whole is larger than EC2 takes.
 */
export function renderClusterUserData(
  controller: ControllerUserData,
  { cluster, profile, join }: ClusterMachine,
  compress: Compress,
): string {
  const lease: LeaseSettings = { ...controller.lease, startedBy: "cluster" };
  return renderPairUserData(
    controller.configuration.team,
    [
      ...leasedJenkinsFiles({ ...controller, lease }),
      { path: inheritanceScript, content: renderInheritanceScript(), permissions: "0755" },
      unitFile("jenkins-lease.service.d/pair.conf", renderInheritanceDropIn()),
      unitFile(leaseWatchUnit, renderLeaseWatchUnit()),
      softwareFile(renderDebianSoftware("cluster", controller.jenkinsVersion)),
      monitoringFileOf(controller.monitoring),
      ...staged(clusterFiles(cluster, profile)),
    ],
    join,
    compress,
  );
}

/** The same of a machine of an edge pair. */
export function renderEdgeUserData(
  settings: EdgePairSettings,
  monitoring: CloudWatchAgentSettings,
  join: JoinSettings,
  compress: Compress,
): string {
  const machine = settings.pair.machines[join.self];
  return renderPairUserData(
    monitoring.team,
    [
      softwareFile(renderDebianSoftware("edge")),
      monitoringFileOf(monitoring),
      ...staged([...edgePairFiles(settings, machine), edgePreparation]),
    ],
    join,
    compress,
  );
}

function renderPairUserData(
  name: string,
  files: readonly BootFile[],
  join: JoinSettings,
  compress: Compress,
): string {
  const all: readonly BootFile[] = [
    ...files,
    { path: joinPaths.script, content: renderJoinScript(join), permissions: "0755" },
    unitFile("pair-join.service", renderJoinUnit()),
  ];
  const document = {
    // A waiting region's machine may be stopped in the midst of its first boot: the next one goes on.
    cloud_final_modules: [["scripts-user", "always"]],
    write_files: all.map((file) => ({ ...file, owner: "root:root" })),
    runcmd: [
      ...preparingCommands,
      ["systemctl", "enable", "--now", "--no-block", "pair-join.service"],
    ],
  };
  const packed = compress(`#cloud-config\n${JSON.stringify(document)}\n`);
  const bytes = Buffer.from(packed, "base64").length;
  if (bytes > userDataLimit) {
    throw new Error(
      `the user data of ${name} has ${bytes} bytes; EC2 takes ${userDataLimit}: ` +
        "let fewer teams share an edge pair, or give shorter names",
    );
  }
  return packed;
}

/** The join script puts them where they belong; packages would stumble over files that are there first. */
function staged(files: readonly MachineFile[]): BootFile[] {
  return files.map((file) => ({ ...file, path: `${joinPaths.files}${file.path}` }));
}
