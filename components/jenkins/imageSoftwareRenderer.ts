import type { MachineSoftware } from "../image/machineSoftware";
import { renderSoftwareInstallation, softwarePaths, softwareRelease } from "./softwareRenderer";

/**
 * The software of controllers and agents.
 * @param jenkinsVersion An LTS version in full, such as 2.555.3: the setting `image.jenkinsVersion`.
 */
export function jenkinsSoftware(jenkinsVersion: string): MachineSoftware {
  return {
    machine: "controller",
    document: "jenkins",
    description: "Jenkins controllers and agents",
    contents: "Jenkins, Java and plugins",
    installation: renderSoftwareInstallation(jenkinsVersion),
    checks: `grep -qxF ${shellQuoted(softwareRelease(jenkinsVersion))} ${softwarePaths.release} || fail "the software is not complete"
${softwarePaths.javaHome}/bin/java -version 2>&1 | grep -q '"21[.]' || fail "Java 21 is missing"
test -s ${softwarePaths.war} || fail "jenkins.war is missing"
ls ${softwarePaths.plugins}/*.[hj]pi >/dev/null || fail "there are no plugins"
command -v mount.efs >/dev/null || fail "amazon-efs-utils is missing"
systemctl is-enabled --quiet amazon-ssm-agent.service || fail "the SSM agent does not start at boot"
if systemctl is-enabled --quiet jenkins.service; then fail "Jenkins would start without its lease"; fi
`,
  };
}

function shellQuoted(text: string): string {
  return `'${text.replace(/'/g, "'\\''")}'`;
}
