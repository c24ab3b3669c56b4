import {
  type CloudWatchAgentSettings,
  renderCloudWatchAgentConfiguration,
} from "./cloudWatchAgentRenderer";
import {
  type JenkinsConfiguration,
  renderJenkinsConfiguration,
} from "./jenkinsConfigurationRenderer";
import {
  type BootCompression,
  type BootFile,
  type MachineName,
  renderCloudConfig,
  unitFile,
} from "../machine/cloudConfigRenderer";
import { drainScript, renderDrainScript, renderDrainUnit } from "./drainScriptRenderer";
import { defaultDrainTiming } from "./drainTiming";
import { renderLeaseScript } from "./leaseScriptRenderer";
import { leasePaths, type LeaseSettings, renderLeaseSettings } from "./leaseSettingsRenderer";
import { defaultLeaseTiming } from "./leaseTiming";
import { type ControllerSecret, renderSecretsScript } from "./secretsScriptRenderer";
import { renderSoftwareInstallation } from "./softwareRenderer";
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

const softwareScript = "/usr/local/sbin/jenkins-software";
const monitoringFile = "/opt/aws/amazon-cloudwatch-agent/etc/amazon-cloudwatch-agent.json";

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
  return renderCloudConfig(teamMachine(team), controllerFiles(given), commands, compress);
}

/** Installs what the image lacks and starts the shipping of logs. */
export const preparingCommands: readonly (readonly string[])[] = [
  [softwareScript],
  ["systemctl", "daemon-reload"],
  [
    "/opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl",
    "-a",
    "fetch-config",
    "-m",
    "ec2",
    "-s",
    "-c",
    `file:${monitoringFile}`,
  ],
];

/** How user data that is too large is told about, and what makes it smaller. */
export function teamMachine(team: string): MachineName {
  return {
    name: `team ${team}`,
    remedy: "give the team fewer homes (capacity.max) or shorter names",
  };
}

/** The files that every machine of the golden image has: its software, and what ships its logs. */
export function commonFiles(
  jenkinsVersion: string,
  monitoring: CloudWatchAgentSettings,
): readonly BootFile[] {
  return [softwareFile(renderSoftwareInstallation(jenkinsVersion)), monitoringFileOf(monitoring)];
}

/** The script that {@link preparingCommands} run first. */
export function softwareFile(content: string): BootFile {
  return { path: softwareScript, content, permissions: "0755" };
}

/** What the CloudWatch agent ships. */
export function monitoringFileOf(monitoring: CloudWatchAgentSettings): BootFile {
  return {
    path: monitoringFile,
    content: renderCloudWatchAgentConfiguration(monitoring),
    permissions: "0644",
  };
}

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
