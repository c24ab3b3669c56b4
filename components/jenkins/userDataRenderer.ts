import type { CloudWatchAgentSettings, Watched } from "../machine/cloudWatchAgentRenderer";
import {
  type BootCompression,
  type BootFile,
  monitoringFile,
  preparingCommands,
  renderCloudConfig,
  softwareFile,
  unitFile,
} from "../machine/cloudConfigRenderer";
import {
  type JenkinsConfiguration,
  renderJenkinsConfiguration,
} from "./jenkinsConfigurationRenderer";
import { drainScript, renderDrainScript, renderDrainUnit } from "./drainScriptRenderer";
import { defaultDrainTiming } from "./drainTiming";
import { renderLeaseScript } from "./leaseScriptRenderer";
import { leasePaths, type LeaseSettings, renderLeaseSettings } from "./leaseSettingsRenderer";
import { defaultLeaseTiming } from "./leaseTiming";
import { type ControllerSecret, renderSecretsScript } from "./secretsScriptRenderer";
import { renderSoftwareInstallation, softwarePaths } from "./softwareRenderer";
import {
  controllerPaths,
  renderHomeMountUnit,
  renderJenkinsDropIn,
  renderClusterLeaseUnit,
  renderLeaseUnit,
  renderTerminationUnit,
} from "./systemdUnitRenderer";

/** Everything that makes a machine of the golden image this team's controller. No secret values. */
export interface ControllerUserData {
  readonly lease: LeaseSettings;
  readonly fileSystemId: string;
  readonly heapMb: number;
  /** The same that the image was built with: another one is installed at boot. */
  readonly jenkinsVersion: string;
  readonly configuration: JenkinsConfiguration;
  readonly secrets: readonly ControllerSecret[];
  readonly monitoring: CloudWatchAgentSettings;
}

/**
 * The `#cloud-config` of a controller, as base64 of gzip, which cloud-init unpacks.
 * @throws Error if a value cannot stand in a boot file or the whole is larger than EC2 takes.
 */
export function renderUserData(given: ControllerUserData, compress: BootCompression): string {
  const { team } = given.configuration;
  const commands = [
    ...preparingCommands,
    // Not waited for: in a waiting region the lease can take as long as it likes.
    [
      "systemctl",
      "enable",
      "--now",
      "--no-block",
      "jenkins-terminate.service",
      "jenkins-lease.service",
    ],
  ];
  const remedy = "give the team fewer homes (capacity.max) or shorter names";
  return renderCloudConfig(`team ${team}`, controllerFiles(given), commands, compress, remedy);
}

/** The files that every machine of the golden image has: its software, and what ships its logs. */
export function commonFiles(
  jenkinsVersion: string,
  monitoring: CloudWatchAgentSettings,
): readonly BootFile[] {
  return [softwareFile(renderSoftwareInstallation(jenkinsVersion)), monitoringFileOf(monitoring)];
}

/** What the CloudWatch agent ships. */
export function monitoringFileOf(monitoring: CloudWatchAgentSettings): BootFile {
  return monitoringFile(monitoring, jenkinsWatched);
}

const jenkinsWatched: Watched = {
  logs: { jenkins: `${softwarePaths.logs}/jenkins.log` },
  disks: ["/", leasePaths.home],
};

/** What the boot of a machine in an Auto Scaling group writes, in readable form. */
export function controllerFiles(given: ControllerUserData): readonly BootFile[] {
  return [
    ...leasedJenkinsFiles(given),
    ...commonFiles(given.jenkinsVersion, given.monitoring),
    unitFile("jenkins-terminate.service", renderTerminationUnit()),
  ];
}

/** Lease, mount and Jenkins itself: the same on every machine that may write a home. */
export function leasedJenkinsFiles(given: ControllerUserData): readonly BootFile[] {
  const timing = given.lease.timing ?? defaultLeaseTiming;
  const [preferred] = given.lease.homes;
  if (preferred === undefined) throw new Error("a controller needs at least one home to lease");
  return [
    { path: leasePaths.settings, content: renderLeaseSettings(given.lease), permissions: "0644" },
    { path: leasePaths.script, content: renderLeaseScript(), permissions: "0755" },
    {
      path: controllerPaths.secretsScript,
      content: renderSecretsScript(given.lease.region, given.secrets),
      permissions: "0755",
    },
    {
      path: controllerPaths.configuration,
      content: renderJenkinsConfiguration(given.configuration),
      permissions: "0644",
    },
    unitFile(
      "jenkins-lease.service",
      given.lease.startedBy === "cluster"
        ? renderClusterLeaseUnit(timing)
        : renderLeaseUnit(timing),
    ),
    unitFile(
      leasePaths.mountUnit,
      renderHomeMountUnit(given.fileSystemId, preferred.accessPointId),
    ),
    { path: drainScript, content: renderDrainScript(defaultDrainTiming), permissions: "0755" },
    unitFile("jenkins-drain.service", renderDrainUnit(defaultDrainTiming)),
    unitFile("jenkins.service.d/pilot-light.conf", renderJenkinsDropIn(given.heapMb)),
  ];
}
