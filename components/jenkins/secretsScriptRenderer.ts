import { literal } from "../machine/shellQuotingRenderer";
import { controllerPaths } from "./systemdUnitRenderer";

/** A secret that configuration as code refers to as `${file}`. */
export interface ControllerSecret {
  /** File name under the secrets directory, which is the name in the configuration. */
  readonly file: string;
  /** Name or ARN in Secrets Manager of the controller's own region. */
  readonly secretId: string;
  /**
   * Without a required secret Jenkins does not start (an empty administrator's password would be
   * worse). An optional one is replaced by {@link placeholder}: the database is never on Jenkins's
   * start path.
   */
  readonly placeholder?: string;
}

/** Names and values that the script must not be able to mistake. */
const fileName = /^[a-z][a-z0-9-]*$/;

/**
 * The script that runs as root before Jenkins starts and puts secrets into memory, readable by
 * Jenkins alone.
 */
export function renderSecretsScript(region: string, secrets: readonly ControllerSecret[]): string {
  const lines = secrets.map((secret) => {
    if (!fileName.test(secret.file)) {
      throw new Error(`${JSON.stringify(secret.file)} is not a name for a secret's file`);
    }
    const fetch = `fetch ${secret.file} "${secretName(secret.secretId)}"`;
    if (secret.placeholder === undefined) return `until ${fetch}; do sleep 5; done`;
    if (/[^\x20-\x26\x28-\x7e]/.test(secret.placeholder)) {
      throw new Error(`the placeholder of ${secret.file} must be printable and without a quote`);
    }
    return `${fetch} || put ${secret.file} '${secret.placeholder}'`;
  });
  return `#!/bin/bash
# Puts the controller's secrets into memory: ${secrets.map(({ file }) => file).join(", ")}.
set -uo pipefail
umask 077
directory=${controllerPaths.secrets}
install -d -m 0500 -o jenkins -g jenkins "$directory"

put() {
  printf '%s' "$2" >"$directory/$1" && chown jenkins:jenkins "$directory/$1"
}

fetch() {
  local value
  value=$(timeout 15 aws secretsmanager get-secret-value --region ${literal("region", region)} \\
    --secret-id "$2" --query SecretString --output text) && put "$1" "$value" && return
  echo "jenkins-secrets: $2 cannot be read from Secrets Manager" >&2
  return 1
}

${lines.join("\n")}
`;
}

/** Secret names may hold `!` (RDS's do), which is harmless between quotes in a script. */
function secretName(value: string): string {
  literal("secret", value.replace(/!/g, ""));
  return value;
}
