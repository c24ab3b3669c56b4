import { readFileSync } from "node:fs";
import { join } from "node:path";
import { clusterTimings, type ControllerCluster } from "../../components/pair/cluster";
import { clusterFiles } from "../../components/pair/clusterFiles";
import type { MachineFile } from "../../components/pair/pairFiles";
import type { PairProfile } from "../../components/pair/proxyTiming";
import { quoted } from "../controllers/standIn";
import { team } from "./clusterSettings";

/**
 * A machine's files as the lab installs them: what was rendered for it, with one change, and what it
 * needs besides. The change: the machines have no systemd, so that Pacemaker runs Jenkins by an init
 * script instead of by its unit. Both profiles keep the tie-breaker, without which the reference would
 * be won by whoever shoots first.
 *
 * @param command the bash words that start the controller
 * @throws Error if the rendered files have no unit of Jenkins to replace
 */
export function installedFiles(
  cluster: ControllerCluster,
  profile: PairProfile,
  command: string,
): MachineFile[] {
  return [
    ...clusterFiles(cluster, profile).map((file) =>
      file.path.endsWith("/resources.xml")
        ? { ...file, content: byInitScript(file.content) }
        : file,
    ),
    {
      path: "/etc/init.d/jenkins",
      content: readFileSync(join(__dirname, "jenkins.bash"), "utf8"),
      permissions: "0755",
    },
    { path: "/etc/jenkins-lab.env", content: controllerSettings(command), permissions: "0644" },
    { path: emptyCluster, content: firstCib(profile), permissions: "0644" },
  ];
}

/** What the cluster begins with, until the rendered script has brought it to its configuration. */
export const emptyCluster = "/etc/pacemaker/first-cib.xml";

/** Exported for its test. */
export function byInitScript(resources: string): string {
  const unit = /class="systemd" type="jenkins"/;
  if (!resources.includes('class="systemd" type="jenkins"')) {
    throw new Error(`There is no systemd:jenkins in the rendered resources: ${resources}`);
  }
  return resources.replace(unit, 'class="lsb" type="jenkins"');
}

function controllerSettings(command: string): string {
  return [`JENKINS_COMMAND=${quoted(command)}`, `JENKINS_PORT=${team.webPort}`, ""].join("\n");
}

/** Pacemaker waits 20 s for other machines before it has a configuration that says otherwise. */
function firstCib(profile: PairProfile): string {
  const wait = Math.min(clusterTimings[profile].deadTime, clusterTimings.fast.deadTime);
  return `<cib validate-with="pacemaker-3.7" admin_epoch="0" epoch="0" num_updates="0"><configuration><crm_config><cluster_property_set id="cib-bootstrap-options"><nvpair id="first-dc-deadtime" name="dc-deadtime" value="${wait}s"/></cluster_property_set></crm_config><nodes/><resources/><constraints/></configuration><status/></cib>\n`;
}
