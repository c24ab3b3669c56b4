import { literal } from "../machine/shellQuotingRenderer";

/** Where the machine keeps what it needs to join. */
export const joinPaths = {
  script: "/usr/local/sbin/pair-join",
  /** The daemons' files as they were rendered, before this machine's facts are put into them. */
  files: "/usr/share/jenkins-pilot-light/pair",
  /** Instance id of the other machine. */
  peer: "/run/pair-peer",
} as const;

/**
 * What stands in rendered files for facts that only the running machines know. Valid where it stands,
 * so that the daemons' own checkers take the files as they are.
 */
export const placeholders = {
  /** Of the first and of the second machine. */
  instances: ["i-00000001", "i-00000002"],
  networkInterface: "pair0",
} as const;

/** A secret that a daemon reads from a file. */
export interface JoinSecret {
  readonly secretId: string;
  readonly file: string;
  /** Octal. */
  readonly permissions: "0400" | "0640";
}

/** What makes a machine a member of its pair. */
export interface JoinSettings {
  readonly region: string;
  /** Network interfaces of both machines. */
  readonly interfaceIds: readonly [string, string];
  /** Which of the two this machine is. */
  readonly self: 0 | 1;
  /** Programs without which the daemons would run and could not do their work. */
  readonly programs: readonly string[];
  readonly secrets: readonly JoinSecret[];
  /** Started in this order, and by nobody else. */
  readonly daemons: readonly string[];
  /** A program that makes of the secrets what the daemons read. */
  readonly prepare?: string;
  /** Succeeds once the daemons are configured; tried for five minutes. */
  readonly configure?: string;
}

/**
 * The script that runs at each boot. A machine on which anything is missing says so on its console and
 * stays outside with its daemons stopped: half a member would be worse than none. What can come by
 * itself (the other machine, an answer of AWS) is waited for.
 *
 * @throws Error if a value could be read as more than a value.
 */
export function renderJoinScript(given: JoinSettings): string {
  const { region, interfaceIds, self, programs, secrets, daemons, prepare, configure } = given;
  const [first, second] = interfaceIds.map((id) => literal("network interface", id));
  return `#!/bin/bash
# Makes this machine a member of its pair, or says what is missing and leaves it outside.
set -uo pipefail
export AWS_DEFAULT_REGION=${literal("region", region)} AWS_PAGER=""

say() { echo "pair-join: $*" >&2; }
stay_out() {
  say "$* This machine takes no part in its pair."
  systemctl stop ${[...daemons].reverse().join(" ")}
  exit 1
}

missing=()
for program in ${programs.join(" ")}; do
  command -v "$program" >/dev/null || missing+=("$program")
done
if [[ \${#missing[@]} -gt 0 ]]; then
  stay_out "The image lacks \${missing[*]}: give pair.image one that has them (docs/decisions/pair-image.md)."
fi

instance_at() {
  timeout 15 aws ec2 describe-network-interfaces --network-interface-ids "$1" \\
    --query 'NetworkInterfaces[0].Attachment.InstanceId' --output text
}
until first=$(instance_at "${first}") && [[ $first == i-* ]] &&
  second=$(instance_at "${second}") && [[ $second == i-* ]]; do
  say "the other machine is not there yet, or EC2 does not answer; waiting"
  sleep 5
done
echo "$${self === 0 ? "second" : "first"}" >${joinPaths.peer}

interface=$(ip -o -4 route show to default |
  awk '{ for (i = 1; i < NF; i++) if ($i == "dev") { print $(i + 1); exit } }')
[[ -n $interface ]] || stay_out "There is no default route."

fetch() {
  local value
  until value=$(timeout 15 aws secretsmanager get-secret-value --secret-id "$1" \\
    --query SecretString --output text) && [[ -n $value ]]; do
    say "the secret $1 cannot be read; waiting"
    sleep 5
  done
  install -D -m "$3" /dev/null "$2" && printf '%s' "$value" >"$2"
}
${secrets.map(({ secretId, file, permissions }) => `fetch "${literal("secret", secretId)}" ${file} ${permissions} || stay_out "${file} cannot be written."`).join("\n")}

place() {
  install -D -m "$(stat -c %a "$1")" /dev/null "$2" &&
    sed -e "s/${placeholders.instances[0]}/$first/g" -e "s/${placeholders.instances[1]}/$second/g" \\
      -e "s/\\\\b${placeholders.networkInterface}\\\\b/$interface/g" "$1" >"$2"
}
cd ${joinPaths.files} || stay_out "There are no files to place."
while read -r file; do
  place "$file" "/$file" || stay_out "/$file cannot be written."
done < <(find . -type f -printf '%P\\n')

systemctl daemon-reload
systemd-sysusers
systemd-tmpfiles --create >/dev/null 2>&1
${prepare === undefined ? "" : `${prepare} || stay_out "${prepare} fails."\n`}for daemon in ${daemons.join(" ")}; do
  systemctl start "$daemon" || stay_out "$daemon does not start: see journalctl -u $daemon."
done
${configure === undefined ? "" : renderConfiguring(configure)}say "this machine is a member of its pair"
`;
}

function renderConfiguring(command: string): string {
  return `for ((try = 1; ; try++)); do
  if ${command}; then break; fi
  ((try < 60)) || stay_out "${command} fails."
  sleep 5
done
`;
}

/** Joins at each boot, after the first one has installed what is needed. */
export function renderJoinUnit(): string {
  return `[Unit]
Description=Makes this machine a member of its pair
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${joinPaths.script}
TimeoutStartSec=infinity
StandardOutput=journal+console
StandardError=journal+console

[Install]
WantedBy=multi-user.target
`;
}
