import { literal } from "../machine/shellQuotingRenderer";
import type { Application, ContainerService } from "./application";
import {
  containerPaths,
  databasePassword,
  environmentFile,
  secretFile,
  secretNames,
} from "./composeRenderer";
import { parseImage } from "./imageReference";

/** Where the values are that no machine is told in its user data. */
export interface SettingsSource {
  readonly region: string;
  /** Before a key under `parameters`, e.g. `/app/shared/`. */
  readonly parameterPrefix: string;
  /** Before a key under `secrets`, e.g. `app/shared/`. */
  readonly secretPrefix: string;
  /** Secret with `username` and `password` of the database as JSON; needed where a service has it. */
  readonly databaseSecret?: string;
}

/**
 * The script that runs as root before the containers start: it puts settings, secrets and log-ons into
 * memory, and does so again until it has all of them. An application that started without a setting
 * would answer health checks and do wrong.
 */
export function renderSettingsScript(
  application: Application,
  images: readonly string[],
  source: SettingsSource,
): string {
  const work = [
    ...registryLines(application, images, source),
    ...application.services.flatMap((service) => serviceLines(service, source)),
  ];
  return `#!/bin/bash
# Settings, secrets and log-ons of ${literal("name", application.name)}, from Systems Manager and Secrets Manager.
set -uo pipefail
umask 077
region="${literal("region", source.region)}"
export DOCKER_CONFIG=${containerPaths.dockerConfig}

say() { echo "application-settings: $*" >&2; }

# parameter NAME: its value.
parameter() {
  timeout 15 aws ssm get-parameter --region "$region" --name "$1" \\
    --query Parameter.Value --output text && return
  say "$1 cannot be read from Systems Manager"
  return 1
}

# secret NAME: its value.
secret() {
  timeout 15 aws secretsmanager get-secret-value --region "$region" --secret-id "$1" \\
    --query SecretString --output text && return
  say "$1 cannot be read from Secrets Manager"
  return 1
}

# member JSON-SECRET KEY: one value of it.
member() {
  local whole
  whole=$(secret "$1") || return
  jq -er --arg key "$2" '.[$key]' <<<"$whole" && return
  say "$1 has no $2"
  return 1
}

# setting FILE VARIABLE VALUE: a line of a container's environment.
setting() {
  if [[ $3 == *$'\\n'* ]]; then
    say "$2 has several lines, which an environment file cannot hold: make it a secret"
    return 1
  fi
  printf '%s=%s\\n' "$2" "$3" >>"$1"
}

# keep FILE VALUE: only root comes into the folder, and any user of a container reads what is mounted.
keep() {
  install -d "\${1%/*}" && printf '%s' "$2" >"$1" && chmod 0444 "$1"
}

prepare() {
  local value user
${work.map((line) => `  ${line}`).join("\n")}
}

until prepare; do sleep 5; done
`;
}

/** ECR's credentials come from the machine's role by its helper, others' from a secret. */
function registryLines(
  { registries }: Application,
  images: readonly string[],
  source: SettingsSource,
): string[] {
  const hosts = images.flatMap((image) => {
    const reference = parseImage(image);
    return reference?.ecr === undefined ? [] : [reference.registry];
  });
  const helpers = Object.fromEntries([...new Set(hosts)].map((host) => [host, "ecr-login"]));
  const config = JSON.stringify({ credHelpers: helpers });
  return [
    'install -d "$DOCKER_CONFIG" || return',
    `printf '%s' '${config}' >"$DOCKER_CONFIG/config.json" || return`,
    ...Object.entries(registries).flatMap(([host, { credentials }]) => {
      if (credentials === undefined) return [];
      const secret = secretName(`${source.secretPrefix}${credentials}`);
      return [
        `user=$(member ${secret} username) && value=$(member ${secret} password) || return`,
        `docker login --username "$user" --password-stdin ${literal("registry", host)} <<<"$value" >/dev/null || return`,
      ];
    }),
  ];
}

function serviceLines(service: ContainerService, source: SettingsSource): string[] {
  const file = literal("service", environmentFile(service.name));
  const settings = Object.entries(service.settings).flatMap(([name, key]) => [
    `value=$(parameter "${literal("setting", `${source.parameterPrefix}${key}`)}") || return`,
    `setting ${file} ${variable(name)} "$value" || return`,
  ]);
  const user = service.database
    ? [
        `value=$(member ${databaseSecret(source)} username) || return`,
        `setting ${file} DATABASE_USERNAME "$value" || return`,
      ]
    : [];
  const secrets = secretNames(service).flatMap((name) => [
    `value=$(${secretValue(service, name, source)}) || return`,
    `keep ${secretFile(service.name, variable(name))} "$value" || return`,
  ]);
  return [`: >${file} || return`, ...settings, ...user, ...secrets];
}

function secretValue(service: ContainerService, name: string, source: SettingsSource): string {
  const key = service.secrets[name];
  if (key !== undefined) return `secret ${secretName(`${source.secretPrefix}${key}`)}`;
  if (name === databasePassword) return `member ${databaseSecret(source)} password`;
  throw new Error(`service ${service.name} has no secret ${name}`);
}

function databaseSecret({ databaseSecret: name }: SettingsSource): string {
  if (name === undefined) throw new Error("a service has the database, but there is none");
  return secretName(name);
}

function secretName(name: string): string {
  return `"${literal("secret", name)}"`;
}

function variable(name: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw new Error(`${JSON.stringify(name)} is not the name of an environment variable`);
  }
  return name;
}
