import { leasePaths } from "../jenkins/leaseSettingsRenderer";
import { joinPaths } from "./joinScriptRenderer";

/** Where the script is, which runs before the lease is asked for. */
export const inheritanceScript = "/usr/local/sbin/pair-inherit-lease";

/** Unit that watches the peer's lease meanwhile. */
export const leaseWatchUnit = "pair-watch-lease.service";

/**
 * Gives back the lease that the peer held when it was fenced; otherwise the survivor would wait the
 * lease's whole life (95 s) for a machine that was off. It believes EC2 and the lease table, and not the
 * cluster, so that the lease stays a second opinion, and it compares no clocks. The taking of the lease
 * that is in the table (`session`) is over if, asked after it was read,
 *
 * - EC2 says that the peer is stopped, or
 * - EC2 names another launch of the peer than it did while that same session was seen before: a fence
 *   by restart is over long before anybody could see it stopped. `watch` notes that pair.
 *
 * The write's condition is the session, so that a lease which was taken anew stays untouched. Whatever it
 * finds, it ends well: without it the lease is waited for, as everywhere.
 */
export function renderInheritanceScript(): string {
  return `#!/bin/bash
# Usage: pair-inherit-lease [watch]. Settings in capitals come from ${leasePaths.settings}.
# shellcheck disable=SC2153
set -uo pipefail
export AWS_MAX_ATTEMPTS=1 AWS_PAGER="" AWS_DEFAULT_REGION="$REGION"
say() { printf 'pair-inherit-lease: %s\\n' "$*" >&2; }
call() { timeout -k 1 "$CALL_SECONDS" aws "$@"; }

read -r peer <"\${PAIR_PEER:-${joinPaths.peer}}" || exit 0
home=\${HOMES%%=*}
seen=\${PAIR_LEASE_SEEN:-/run/pair-lease-seen}

# Sets session: the peer's taking of the lease. Fails where another machine has it, or nobody.
read_lease() {
  local answer owner
  answer=$(call dynamodb get-item --table-name "$LEASE_TABLE" --consistent-read \\
    --key "{\\"home\\":{\\"S\\":\\"$home\\"}}" --query 'Item.[owner.S, session.S]' --output text) || return
  read -r owner session <<<"$answer"
  [[ \${owner:-} == "$peer" && \${session:-None} != None ]]
}

# Sets state and launched: the peer as EC2 has it.
read_peer() {
  local answer
  answer=$(call ec2 describe-instances --instance-ids "$peer" \\
    --query 'Reservations[0].Instances[0].[State.Name, LaunchTime]' --output text) || return
  read -r state launched <<<"$answer"
  [[ \${launched:-None} != None ]]
}

# The first launch that was seen with a session counts: a later one may follow a fence.
note() {
  local known
  # In this order: a start between both questions is then taken for none.
  read_lease && read_peer && [[ $state == running ]] || return
  read -r known _ 2>/dev/null <"$seen"
  if [[ \${known:-} != "$session" ]]; then
    printf '%s %s\\n' "$session" "$launched" >"$seen.new" && mv "$seen.new" "$seen"
  fi
}

is_over() {
  local known launched_then
  case $state in stopped | terminated) return 0 ;; esac
  read -r known launched_then 2>/dev/null <"$seen" || return
  [[ $known == "$session" && $launched_then != "$launched" ]]
}

if [[ \${1:-} == watch ]]; then
  while :; do
    note
    sleep 30
  done
fi

read_lease || exit 0
read_peer || exit 0
if ! is_over; then
  say "$peer holds the lease of $home and is not known to have been off since: waiting for its end"
  exit 0
fi
if call dynamodb update-item --table-name "$LEASE_TABLE" --key "{\\"home\\":{\\"S\\":\\"$home\\"}}" \\
  --update-expression 'SET #expiresAt = :none' --condition-expression '#session = :session' \\
  --expression-attribute-names '{"#session":"session","#expiresAt":"expiresAt"}' \\
  --expression-attribute-values "{\\":none\\":{\\"N\\":\\"0\\"},\\":session\\":{\\"S\\":\\"$session\\"}}"; then
  say "gave back the lease of $home, which $peer held until it was off"
fi
exit 0
`;
}

/** Runs it before each attempt to get the lease. */
export function renderInheritanceDropIn(): string {
  return `[Service]
ExecStartPre=-${inheritanceScript}
`;
}

/** Watches the peer's lease for as long as this machine is a member of its pair. */
export function renderLeaseWatchUnit(): string {
  return `[Unit]
Description=Notes which launch of the peer holds the lease of the Jenkins home

[Service]
EnvironmentFile=${leasePaths.settings}
ExecStart=${inheritanceScript} watch
Restart=always
RestartSec=30
`;
}
