import { awsAgentFiles, clusterFolder } from "./awsAddressAgent";
import { type ClusterTiming, clusterTimings, type ControllerCluster } from "./cluster";
import { renderCorosync } from "./corosyncRenderer";
import { clusterSections, renderClusterScript, renderPacemaker } from "./pacemakerRenderer";
import type { MachineFile } from "./pairFiles";
import type { PairProfile } from "./proxyTiming";

/** Every file of a machine of an active/passive cluster; both machines have the same. */
export function clusterFiles(cluster: ControllerCluster, profile: PairProfile): MachineFile[] {
  const timing: ClusterTiming = clusterTimings[profile];
  const sections = renderPacemaker(cluster, timing);
  return [
    {
      path: "/etc/corosync/corosync.conf",
      content: renderCorosync(cluster, timing),
      permissions: "0644",
    },
    ...clusterSections.map((name): MachineFile => ({
      path: `${clusterFolder}/${name}.xml`,
      content: `${sections[name]}\n`,
      permissions: "0644",
    })),
    { path: `${clusterFolder}/apply`, content: renderClusterScript(), permissions: "0755" },
    ...(cluster.vip === undefined || cluster.vip.kind === "arp" ? [] : awsAgentFiles(cluster.vip)),
    {
      // The cluster starts Jenkins; booting must not.
      path: "/etc/systemd/system-preset/10-pair.preset",
      content: `disable jenkins.service\n${"leaseUnit" in cluster.home ? `disable ${cluster.home.leaseUnit}.service\n` : ""}`,
      permissions: "0644",
    },
  ];
}
