import { statsPasswordVariable } from "./haproxyRenderer";
import type { JoinSecret } from "./joinScriptRenderer";
import { type MachineFile, statsPasswordFile } from "./pairFiles";

const password = "/etc/haproxy/statistics.password";

/** Where the edge machines' secrets lie. HAProxy reads the certificate as root, before it drops that. */
export function edgeSecretFiles(passwordSecret: string, certificateSecret: string): JoinSecret[] {
  return [
    { secretId: passwordSecret, file: password, permissions: "0400" },
    {
      secretId: certificateSecret,
      file: "/etc/haproxy/certificates/site.pem",
      permissions: "0400",
    },
  ];
}

/** Makes of the statistics page's password what HAProxy compares with. */
export const edgePreparation: MachineFile = {
  path: "/usr/local/libexec/pair/edge-prepare",
  permissions: "0755",
  content: `#!/bin/bash
set -euo pipefail
umask 077
hash=$(openssl passwd -6 -stdin <${password})
printf '${statsPasswordVariable}=%s\\n' "$hash" >${statsPasswordFile}
openssl x509 -in /etc/haproxy/certificates/site.pem -noout -checkend 0 >/dev/null ||
  { echo "edge-prepare: the certificate has expired or is none" >&2; exit 1; }
${statsPasswordVariable}="$hash" haproxy -c -q -f /etc/haproxy/haproxy.cfg
`,
};
