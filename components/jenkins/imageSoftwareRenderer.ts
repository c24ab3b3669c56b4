import type { ImageSoftware } from "../image/imageComponentRenderer";
import { renderSoftwareInstallation, softwarePaths, softwareRelease } from "./softwareRenderer";

/**
 * What the golden image of controllers and agents has: Java, Jenkins and its plugins.
 *
 * @param jenkinsVersion An LTS version in full, such as 2.555.3.
 */
export function jenkinsSoftware(jenkinsVersion: string): ImageSoftware {
  return {
    name: "controller",
    description: "Jenkins controllers and agents",
    install: renderSoftwareInstallation(jenkinsVersion),
    check: renderSoftwareCheck(jenkinsVersion),
  };
}

function renderSoftwareCheck(jenkinsVersion: string): string {
  return `#!/bin/bash
set -euo pipefail
fail() { echo "golden image: $1" >&2; exit 1; }
grep -qxF '${softwareRelease(jenkinsVersion)}' ${softwarePaths.release} || fail "the software is not complete"
${softwarePaths.javaHome}/bin/java -version 2>&1 | grep -q '"21[.]' || fail "Java 21 is missing"
test -s ${softwarePaths.war} || fail "jenkins.war is missing"
ls ${softwarePaths.plugins}/*.[hj]pi >/dev/null || fail "there are no plugins"
command -v mount.efs >/dev/null || fail "amazon-efs-utils is missing"
if systemctl is-enabled --quiet jenkins.service; then fail "Jenkins would start without its lease"; fi
`;
}
