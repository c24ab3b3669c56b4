import {
  controllerPlugins,
  javaVersion,
  pluginManagerVersion,
  renderPluginList,
} from "./pluginListRenderer";

/** Where the software keeps its things: all on the machine's own disk, none on the shared home. */
export const softwarePaths = {
  /** Plugins are part of the software, not of the home: a home moves without dragging them along. */
  plugins: "/opt/jenkins/plugins",
  war: "/usr/share/java/jenkins.war",
  webroot: "/var/cache/jenkins/war",
  gitCaches: "/var/cache/jenkins/git",
  workspaces: "/var/cache/jenkins/workspaces",
  logs: "/var/log/jenkins",
  javaHome: "/usr/lib/jvm/jre-21",
  /** Written last: which versions the machine has. */
  release: "/opt/jenkins/release",
} as const;

/** What is installed, in one line: the release file of a complete machine holds exactly this. */
export function softwareRelease(jenkinsVersion: string): string {
  const plugins = renderPluginList(controllerPlugins);
  return `jenkins=${jenkinsVersion} java=${javaVersion} plugins=${fingerprint(plugins)}`;
}

/**
 * Installs Jenkins, Java, the plugins and the agents on Amazon Linux 2023. The golden image runs it
 * while it is built; a controller runs it at boot, where it ends at once if the image has
 * everything, and makes a plain Amazon Linux image work (three to five minutes slower) otherwise.
 *
 * @param jenkinsVersion An LTS version in full, such as 2.555.3: the setting `image.jenkinsVersion`.
 * @throws Error if the version could be read as anything else by the package manager or the shell.
 */
export function renderSoftwareInstallation(jenkinsVersion: string): string {
  requireVersion(jenkinsVersion);
  return `#!/bin/bash
# Jenkins ${jenkinsVersion}, Java ${javaVersion} and pinned plugins on Amazon Linux 2023.
set -euo pipefail
release="${softwareRelease(jenkinsVersion)}"
if [ "$(cat ${softwarePaths.release} 2>/dev/null)" = "$release" ]; then exit 0; fi

cat >/etc/yum.repos.d/jenkins.repo <<'REPOSITORY'
[jenkins]
name=Jenkins LTS
baseurl=https://pkg.jenkins.io/rpm-stable/
gpgcheck=1
repo_gpgcheck=1
gpgkey=https://pkg.jenkins.io/rpm-stable/jenkins.io-2026.key
REPOSITORY
# The package has no dependency on a Java; fontconfig is what a headless Java needs to draw charts.
dnf -y install java-${javaVersion}-amazon-corretto-headless fontconfig git \\
  amazon-efs-utils amazon-cloudwatch-agent "jenkins-${jenkinsVersion}"
# The start lease starts Jenkins, never the boot.
systemctl disable jenkins.service

${renderPluginInstallation()}printf '%s\\n' "$release" >${softwarePaths.release}
`;
}

/** @throws Error if it could be read as anything else by the package manager or the shell. */
export function requireVersion(jenkinsVersion: string): void {
  if (!/^2\.\d{3,4}\.\d+$/.test(jenkinsVersion)) {
    throw new Error(
      `Jenkins version ${JSON.stringify(jenkinsVersion)}: expected an LTS version such as 2.555.3`,
    );
  }
}

/** The lines that fetch the pinned plugins; they need Jenkins and Java, whatever the distribution. */
export function renderPluginInstallation(): string {
  return `install -d -o jenkins -g jenkins ${softwarePaths.plugins} ${softwarePaths.webroot} \\
  ${softwarePaths.gitCaches} ${softwarePaths.workspaces} ${softwarePaths.logs}
manager=$(mktemp --suffix=.jar)
plugins=$(mktemp)
trap 'rm -f "$manager" "$plugins"' EXIT
curl -fsSL --retry 5 -o "$manager" "https://github.com/jenkinsci/plugin-installation-manager-tool/releases/download/${pluginManagerVersion}/jenkins-plugin-manager-${pluginManagerVersion}.jar"
cat >"$plugins" <<'PLUGINS'
${renderPluginList(controllerPlugins)}PLUGINS
java -jar "$manager" --war ${softwarePaths.war} --plugin-file "$plugins" \\
  --plugin-download-directory ${softwarePaths.plugins} --latest false
chown -R jenkins:jenkins ${softwarePaths.plugins}
`;
}

/** FNV-1a in hexadecimal: tells two plugin lists apart; nothing rests on it being hard to forge. */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash.toString(16).padStart(8, "0");
}
