import { readFileSync } from "node:fs";
import { join } from "node:path";
import { clusterTimings, type ControllerCluster } from "../../components/pair/cluster";
import { clusterFiles } from "../../components/pair/clusterFiles";
import type { MachineFile } from "../../components/pair/pairFiles";
import type { PairProfile } from "../../components/pair/proxyTiming";
import { homeDirectory, type MachineName, team } from "./clusterSettings";

/**
 * A machine's files as the lab installs them: what was rendered for it, with one change, and what it
 * needs besides. The change: the machines have no systemd, so that Pacemaker runs Jenkins by an init
 * script instead of by its unit. Both profiles keep the tie-breaker, without which the reference would
 * be won by whoever shoots first.
 *
 * @throws Error if the rendered files have no unit of Jenkins to replace
 */
export function installedFiles(
  cluster: ControllerCluster,
  profile: PairProfile,
  machine: MachineName,
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
    { path: "/etc/jenkins-lab.env", content: controllerSettings(machine), permissions: "0644" },
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

function controllerSettings(machine: MachineName): string {
  const settings = JSON.stringify({
    name: `${team.name}-${machine}`,
    home: homeDirectory,
    address: "0.0.0.0",
    webPort: team.webPort,
    agentPort: team.agentPort,
    load: 0,
  });
  const program = join(__dirname, "../controllers/controller.js");
  return [
    `JENKINS_COMMAND=${quoted(`${process.execPath} ${program} ${quoted(settings)}`)}`,
    `JENKINS_PORT=${team.webPort}`,
    "",
  ].join("\n");
}

function quoted(text: string): string {
  return `'${text.replace(/'/g, `'\\''`)}'`;
}

/** Pacemaker waits 20 s for other machines before it has a configuration that says otherwise. */
function firstCib(profile: PairProfile): string {
  const wait = Math.min(clusterTimings[profile].deadTime, clusterTimings.fast.deadTime);
  return `<cib validate-with="pacemaker-3.7" admin_epoch="0" epoch="0" num_updates="0"><configuration><crm_config><cluster_property_set id="cib-bootstrap-options"><nvpair id="first-dc-deadtime" name="dc-deadtime" value="${wait}s"/></cluster_property_set></crm_config><nodes/><resources/><constraints/></configuration><status/></cib>\n`;
}
