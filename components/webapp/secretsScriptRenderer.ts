import { literal } from "../machine/shellQuotingRenderer";
import { webPaths } from "./content";

/**
 * The script that fetches the database's user and password before the web server starts, into memory
 * that the application's group alone may read. It tries until it has them: a page that says that it
 * has no database helps nobody, and the load balancer asks the other machines meanwhile.
 *
 * @param secretId Name or ARN in Secrets Manager: JSON with `username` and `password`.
 */
export function renderWebSecretsScript(region: string, secretId: string, owner: string): string {
  // RDS's own secrets have a "!" in their names, harmless between quotes in a script.
  literal("secret", secretId.replace(/!/g, ""));
  const group = literal("owner", owner).split(":")[1] ?? "";
  return `#!/bin/bash
# Puts the database's user and password into memory, for the application alone.
set -uo pipefail
umask 077
directory=\${WEBAPP_SECRETS:-${webPaths.secrets}}
install -d -m 0750 -g "${group}" "$directory"

fetch() {
  timeout 15 aws secretsmanager get-secret-value --region "${literal("region", region)}" \\
    --secret-id "${secretId}" --query SecretString --output text >"$directory/database.json.part"
}

until fetch; do
  echo "webapp-secrets: ${secretId} cannot be read from Secrets Manager" >&2
  sleep 5
done
chgrp "${group}" "$directory/database.json.part"
chmod 0640 "$directory/database.json.part"
mv "$directory/database.json.part" "$directory/database.json"
`;
}
