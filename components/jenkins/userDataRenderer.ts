import {
  type CloudWatchAgentSettings,
  renderCloudWatchAgentConfiguration,
} from "../machine/cloudWatchAgentRenderer";
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

/** Compresses text to base64 of gzip. A parameter, because a renderer does no I/O. */
export type Compress = (text: string) => string;

/** For each file, and for all of them together. */
export interface BootCompression {
  readonly file: Compress;
  readonly whole: Compress;
}

/** EC2 refuses larger user data; counted before base64. */
export const userDataLimit = 16_384;

/** A file that cloud-init writes. */
export interface BootFile {
  readonly path: string;
  readonly content: string;
  /** Octal, as chmod takes it. */
  readonly permissions: "0644" | "0755";
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
  return renderCloudConfig(team, controllerFiles(given), commands, compress);
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

/**
 * A `#cloud-config` of files and commands, as base64 of gzip. The files are compressed in it once more,
 * one by one: most are the same for all teams, and what is compressed twice is hardly larger.
 * @param commands lists, not strings: cloud-init runs them without a shell
 * @throws Error if it is larger than EC2 takes.
 */
export function renderCloudConfig(
  team: string,
  files: readonly BootFile[],
  commands: readonly (readonly string[])[],
  compress: BootCompression,
): string {
  const document = {
    write_files: files.map((file) => ({
      path: file.path,
      permissions: file.permissions,
      owner: "root:root",
      encoding: "gz+b64",
      content: compress.file(file.content),
    })),
    runcmd: commands,
  };
  const packed = compress.whole(`#cloud-config\n${JSON.stringify(document)}\n`);
  const bytes = Buffer.from(packed, "base64").length;
  if (bytes > userDataLimit) {
    throw new Error(
      `the user data of team ${team} has ${bytes} bytes; EC2 takes ` +
        `${userDataLimit}: give the team fewer homes (capacity.max) or shorter names`,
    );
  }
  return packed;
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

/** A file below systemd's folder of units. */
export function unitFile(name: string, content: string): BootFile {
  return { path: `/etc/systemd/system/${name}`, content, permissions: "0644" };
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
