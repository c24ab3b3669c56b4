import { literal } from "../machine/shellQuotingRenderer";
import { javaVersion } from "./pluginListRenderer";

/** What makes a machine of the golden image a build agent. */
export interface AgentUserData {
  readonly region: string;
  /** SSM parameter with the public half of the key that controllers log on with. */
  readonly publicKeyParameter: string;
}

/**
 * The `#cloud-config` of a Spot agent: a user that may build, Java, and the controllers' public key.
 * The agent's own role can read nothing but that key.
 */
export function renderAgentUserData(given: AgentUserData): string {
  const region = literal("region", given.region);
  const parameter = literal("public key parameter", given.publicKeyParameter);
  const script = `#!/bin/bash
set -euo pipefail
id jenkins-agent >/dev/null 2>&1 || useradd --create-home --home-dir /var/lib/jenkins-agent jenkins-agent
command -v java >/dev/null || dnf -y install java-${javaVersion}-amazon-corretto-headless git
install -d -m 0700 -o jenkins-agent -g jenkins-agent /var/lib/jenkins-agent/.ssh
aws ssm get-parameter --region "${region}" --name "${parameter}" --query Parameter.Value \\
  --output text >/var/lib/jenkins-agent/.ssh/authorized_keys
chown jenkins-agent:jenkins-agent /var/lib/jenkins-agent/.ssh/authorized_keys
chmod 0600 /var/lib/jenkins-agent/.ssh/authorized_keys
`;
  const document = {
    write_files: [
      {
        path: "/usr/local/sbin/jenkins-agent-setup",
        permissions: "0755",
        owner: "root:root",
        content: script,
      },
    ],
    runcmd: [["/usr/local/sbin/jenkins-agent-setup"]],
  };
  return `#cloud-config\n${JSON.stringify(document)}\n`;
}
