/**
 * What the first boot of any machine of ours is told: files to write and commands to run, as
 * cloud-init takes them.
 */
import {
  type CloudWatchAgentSettings,
  renderCloudWatchAgentConfiguration,
  type Watched,
} from "./cloudWatchAgentRenderer";

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

const softwareScript = "/usr/local/sbin/machine-software";
const monitoringPath = "/opt/aws/amazon-cloudwatch-agent/etc/amazon-cloudwatch-agent.json";

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
    `file:${monitoringPath}`,
  ],
];

/**
 * A `#cloud-config` of files and commands, as base64 of gzip. The files are compressed in it once more,
 * one by one: most are the same for all teams, and what is compressed twice is hardly larger.
 * @param commands lists, not strings: cloud-init runs them without a shell
 * @param remedy what makes it smaller, for the error
 * @throws Error if it is larger than EC2 takes.
 */
export function renderCloudConfig(
  name: string,
  files: readonly BootFile[],
  commands: readonly (readonly string[])[],
  compress: BootCompression,
  remedy: string,
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
      `the user data of ${name} has ${bytes} bytes; EC2 takes ${userDataLimit}: ${remedy}`,
    );
  }
  return packed;
}

/** The script that {@link preparingCommands} run first. */
export function softwareFile(content: string): BootFile {
  return { path: softwareScript, content, permissions: "0755" };
}

/** What the CloudWatch agent ships, of the machine and of what it watches there. */
export function monitoringFile(monitoring: CloudWatchAgentSettings, watched: Watched): BootFile {
  return {
    path: monitoringPath,
    content: renderCloudWatchAgentConfiguration(monitoring, watched),
    permissions: "0644",
  };
}

/** A file below systemd's folder of units. */
export function unitFile(name: string, content: string): BootFile {
  return { path: `/etc/systemd/system/${name}`, content, permissions: "0644" };
}
