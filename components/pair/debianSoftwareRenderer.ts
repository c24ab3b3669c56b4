import { javaVersion } from "../jenkins/pluginListRenderer";
import {
  renderPluginInstallation,
  requireVersion,
  softwarePaths,
  softwareRelease,
} from "../jenkins/softwareRenderer";

/** What the machines of either kind of pair need beyond Debian's image. */
const everywhere = ["ca-certificates", "curl", "gnupg", "awscli"];

/** Packages of the daemons, as Debian 12 names them. */
const daemonPackages = {
  cluster: [
    "corosync",
    "pacemaker",
    "pacemaker-cli-utils",
    "fence-agents",
    "python3-boto3",
    "python3-requests",
    "nfs-common",
    "fontconfig",
    "git",
  ],
  edge: ["haproxy", "keepalived", "nftables"],
} as const;

/** Units that Debian would start at each boot, and the join script alone may. */
const daemonUnits = {
  cluster: "corosync.service pacemaker.service jenkins.service",
  edge: "haproxy.service keepalived.service",
} as const;

/**
 * Installs a pair's machine on Debian 12, whose versions the lab proves. An image that has everything
 * already is left alone: its release file says so. On a plain Debian it takes five to ten minutes.
 *
 * Nothing that it installs starts by itself: Debian's packages would start a cluster of one.
 */
export function renderDebianSoftware(kind: "cluster", jenkinsVersion: string): string;
export function renderDebianSoftware(kind: "edge"): string;
export function renderDebianSoftware(kind: "cluster" | "edge", jenkinsVersion = ""): string {
  if (kind === "cluster") requireVersion(jenkinsVersion);
  const release = `pair=${kind}${kind === "cluster" ? ` ${softwareRelease(jenkinsVersion)}` : ""}`;
  return `#!/bin/bash
# The programs of a pair's machine (${kind}) on Debian 12.
set -euo pipefail
release="${release}"
if [ "$(cat ${softwarePaths.release} 2>/dev/null)" = "$release" ]; then exit 0; fi
export DEBIAN_FRONTEND=noninteractive
install="apt-get -o DPkg::Lock::Timeout=600 install -y --no-install-recommends"

printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d
chmod 755 /usr/sbin/policy-rc.d
trap 'rm -f /usr/sbin/policy-rc.d' EXIT
apt-get -o DPkg::Lock::Timeout=600 update
$install ${[...everywhere, ...daemonPackages[kind]].join(" ")}
${kind === "cluster" ? renderJenkins(jenkinsVersion) : ""}
architecture=$(dpkg --print-architecture)
packages=$(mktemp -d)
curl -fsSL --retry 5 -o "$packages/cloudwatch.deb" "https://amazoncloudwatch-agent.s3.amazonaws.com/debian/$architecture/latest/amazon-cloudwatch-agent.deb"
curl -fsSL --retry 5 -o "$packages/ssm.deb" "https://s3.amazonaws.com/ec2-downloads-linux/SSMAgent/latest/debian_$architecture/amazon-ssm-agent.deb"
dpkg -i "$packages/cloudwatch.deb" "$packages/ssm.deb"
rm -r "$packages"
rm -f /usr/sbin/policy-rc.d
trap - EXIT
systemctl disable ${daemonUnits[kind]}
systemctl enable amazon-ssm-agent.service
systemctl start amazon-ssm-agent.service
${kind === "cluster" ? renderPluginInstallation() : ""}install -d ${softwarePaths.release.replace(/\/[^/]*$/, "")}
printf '%s\\n' "$release" >${softwarePaths.release}
`;
}

/** Java and Jenkins of their own repositories; the mount helper by AWS's installer. */
function renderJenkins(jenkinsVersion: string): string {
  const corretto = `/usr/lib/jvm/java-${javaVersion}-amazon-corretto`;
  return `
curl -fsSL --retry 5 https://apt.corretto.aws/corretto.key | gpg --dearmor --yes -o /usr/share/keyrings/corretto.gpg
echo "deb [signed-by=/usr/share/keyrings/corretto.gpg] https://apt.corretto.aws stable main" \\
  >/etc/apt/sources.list.d/corretto.list
curl -fsSL --retry 5 -o /usr/share/keyrings/jenkins.asc https://pkg.jenkins.io/debian-stable/jenkins.io-2026.key
echo "deb [signed-by=/usr/share/keyrings/jenkins.asc] https://pkg.jenkins.io/debian-stable binary/" \\
  >/etc/apt/sources.list.d/jenkins.list
apt-get -o DPkg::Lock::Timeout=600 update
$install java-${javaVersion}-amazon-corretto-jdk "jenkins=${jenkinsVersion}"
# Where Amazon Linux has it, so that one service file fits both.
ln -sfn ${corretto} ${softwarePaths.javaHome}
# EFS asks for TLS and IAM, which the mount helper alone signs for; Debian has no package of it.
curl -fsSL --retry 5 https://amazon-efs-utils.aws.com/efs-utils-installer.sh | sh -s -- --install
`;
}
