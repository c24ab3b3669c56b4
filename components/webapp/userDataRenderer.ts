import {
  type BootCompression,
  type BootFile,
  monitoringFile,
  preparingCommands,
  renderCloudConfig,
  softwareFile,
  unitFile,
} from "../machine/cloudConfigRenderer";
import type { CloudWatchAgentSettings } from "../machine/cloudWatchAgentRenderer";
import { literal } from "../machine/shellQuotingRenderer";
import { webPaths } from "./content";
import {
  type ContentSettings,
  renderContentScript,
  renderContentSettings,
  renderStaticFiles,
} from "./contentScriptRenderer";
import { renderWebSecretsScript } from "./secretsScriptRenderer";
import { webSoftware } from "./webSoftwareRenderer";

/** A file system behind an access point. */
export interface MountedFiles {
  readonly fileSystemId: string;
  readonly accessPointId: string;
}

/** Where the application finds its database; who it is there, it reads from the secret. */
export interface DatabaseEndpoints {
  readonly database: string;
  readonly port: number;
  /** For everything that only reads. */
  readonly reader: string;
  /** For sessions, comments and updates; absent where the environment cannot write. */
  readonly writer?: string;
}

/** Everything that makes a machine of the image one of its environment. No secret values. */
export interface WebUserData {
  readonly region: string;
  readonly content: ContentSettings;
  readonly files: MountedFiles;
  /** Dev's, for a machine of prod. */
  readonly devFiles?: MountedFiles;
  readonly endpoints: DatabaseEndpoints;
  readonly secretId: string;
  readonly logGroup: string;
}

/**
 * The `#cloud-config` of a web machine, as base64 of gzip, which cloud-init unpacks.
 *
 * @throws Error if a value cannot stand in a boot file or the whole is larger than EC2 takes.
 */
export function renderWebUserData(given: WebUserData, compress: BootCompression): string {
  const { environment } = given.content;
  const commands = [
    ...preparingCommands,
    // Enabled, so that a reboot does the same. The web server follows the content.
    ["systemctl", "enable", "--now", "--no-block"].concat(
      "webapp-secrets.service",
      "webapp-content.service",
    ),
  ];
  const name = `environment ${environment}`;
  return renderCloudConfig(
    name,
    webFiles(given),
    commands,
    compress,
    "shorten web.files.staticFiles",
  );
}

/** What the boot writes, in readable form. */
export function webFiles(given: WebUserData): readonly BootFile[] {
  const { content, devFiles } = given;
  return [
    softwareFile(webSoftware.install),
    { path: webPaths.settings, content: renderContentSettings(content), permissions: "0644" },
    { path: webPaths.staticFiles, content: renderStaticFiles(content), permissions: "0644" },
    { path: webPaths.contentScript, content: renderContentScript(), permissions: "0755" },
    {
      path: webPaths.secretsScript,
      content: renderWebSecretsScript(given.region, given.secretId, content.owner),
      permissions: "0755",
    },
    {
      path: webPaths.database,
      content: `${JSON.stringify(given.endpoints)}\n`,
      permissions: "0644",
    },
    {
      path: "/etc/httpd/conf.d/webapp.conf",
      content: serverSettings(content),
      permissions: "0644",
    },
    unitFile("srv-web.mount", mountUnit(webPaths.files, given.files, "rw")),
    ...(devFiles === undefined
      ? []
      : [unitFile("srv-dev.mount", mountUnit(webPaths.devFiles, devFiles, "ro"))]),
    unitFile("webapp-secrets.service", secretsUnit),
    unitFile("webapp-content.service", contentUnit(devFiles !== undefined)),
    monitoringFile(monitoringOf(given), watched),
  ];
}

/** NFS 4.1, hard and noresvport are amazon-efs-utils's own; access is by the machine's role. */
function mountUnit(
  where: string,
  { fileSystemId, accessPointId }: MountedFiles,
  mode: "rw" | "ro",
): string {
  const accessPoint = literal("access point", accessPointId);
  return `[Unit]
Description=Shared files at ${where}
Wants=network-online.target
After=network-online.target

[Mount]
What=${literal("file system", fileSystemId)}:/
Where=${where}
Type=efs
Options=${mode},tls,iam,accesspoint=${accessPoint},_netdev,noatime
TimeoutSec=120
`;
}

const secretsUnit = `[Unit]
Description=Database credentials of the web application
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${webPaths.secretsScript}
TimeoutStartSec=infinity

[Install]
WantedBy=multi-user.target
`;

/**
 * Mounts, content, then the web server. Mounts are asked for again and again: the file system's name
 * may take a minute to be known. A first boot copies all of dev's files, which takes a while.
 */
function contentUnit(withDev: boolean): string {
  const mounts = withDev ? "srv-web.mount srv-dev.mount" : "srv-web.mount";
  return `[Unit]
Description=Code of the web application
Wants=webapp-secrets.service
After=webapp-secrets.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStartPre=/bin/sh -c 'until systemctl start ${mounts}; do sleep 5; done'
ExecStart=${webPaths.contentScript} boot
ExecStartPost=/usr/bin/systemctl start --no-block php-fpm.service httpd.service
TimeoutStartSec=3600
Restart=on-failure
RestartSec=15

[Install]
WantedBy=multi-user.target
`;
}

/** Uploads are content, never code: a script among them is not run. */
function serverSettings({ documentRoot, uploads }: ContentSettings): string {
  const root = literal("document root", documentRoot);
  return `DocumentRoot "${root}"
<Directory "${root}">
  Options FollowSymLinks
  AllowOverride All
  Require all granted
</Directory>
<Directory "${root}/${literal("uploads", uploads)}">
  AllowOverride None
  <FilesMatch "(?i)\\.(php|phar|phtml)$">
    Require all denied
  </FilesMatch>
</Directory>
# TLS ended at the load balancer.
SetEnvIf X-Forwarded-Proto "^https$" HTTPS=on
`;
}

/** The web server's own logs, beside that of the boot. */
const watched = {
  logs: { httpd: "/var/log/httpd/error_log", php: "/var/log/php-fpm/www-error.log" },
  disks: [],
};

/** Logs alone, which must outlive their machine: alarms rest on what AWS measures from outside. */
function monitoringOf({ region, logGroup, content }: WebUserData): CloudWatchAgentSettings {
  return { team: content.environment, region, logGroup, namespace: "WebApplication" };
}
