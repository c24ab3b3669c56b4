import { leasePaths } from "../jenkins/leaseSettingsRenderer";
import { joinPaths } from "./joinScriptRenderer";

/** Where the script is, which runs before the lease is asked for. */
export const inheritanceScript = "/usr/local/sbin/pair-inherit-lease";

/**
 * Gives back the lease that the peer held when it was fenced; otherwise the survivor would wait the
 * lease's whole life (90 s) for a machine that is off. It believes EC2 and the lease table, and not the
 * cluster, so that the lease stays a second opinion:
 *
 * - the peer holds the lease and has not renewed it for longer than a living holder ever pauses;
 * - EC2 says that it is stopped, or that it was started after that renewal: whatever held the lease
 *   ended with the machine;
 * - nobody has renewed it until it is given back, by the write's own condition.
 *
 * It ends well whatever it finds: without it the lease is waited for, as everywhere.
 */
export function renderInheritanceScript(): string {
  return `#!/bin/bash
# Usage: pair-inherit-lease. Settings in capitals come from ${leasePaths.settings}.
# shellcheck disable=SC2153
set -uo pipefail
export AWS_MAX_ATTEMPTS=1 AWS_PAGER="" AWS_DEFAULT_REGION="$REGION"
say() { printf 'pair-inherit-lease: %s\\n' "$*" >&2; }
call() { timeout -k 1 "$CALL_SECONDS" aws "$@"; }

read -r peer <"\${PAIR_PEER:-${joinPaths.peer}}" || exit 0
home=\${HOMES%%=*}

# Until the holder has been silent for longer than between two renewals, at the most some seconds more.
while :; do
  answer=$(call dynamodb get-item --table-name "$LEASE_TABLE" --consistent-read \\
    --key "{\\"home\\":{\\"S\\":\\"$home\\"}}" --query 'Item.[owner.S, expiresAt.N]' --output text) || exit 0
  read -r owner expires <<<"$answer"
  [[ \${owner:-} == "$peer" && \${expires:-} =~ ^[0-9]+$ && $expires -gt 0 ]] || exit 0
  renewed=$((expires - LEASE_SECONDS))
  now=$(date +%s)
  quiet=$((renewed + RENEW_SECONDS + 2 * CALL_SECONDS + CLOCK_SKEW_SECONDS))
  ((now <= quiet)) || break
  sleep 2
done

answer=$(call ec2 describe-instances --instance-ids "$peer" \\
  --query 'Reservations[0].Instances[0].[State.Name, LaunchTime]' --output text) || exit 0
read -r state launched <<<"$answer"
case \${state:-} in
  stopped | terminated) ;;
  *)
    started=$(date -d "\${launched:-}" +%s 2>/dev/null) || exit 0
    if ((started <= renewed + CLOCK_SKEW_SECONDS)); then
      say "$peer holds the lease of $home and has not been off since: waiting for its end"
      exit 0
    fi
    ;;
esac

if call dynamodb update-item --table-name "$LEASE_TABLE" --key "{\\"home\\":{\\"S\\":\\"$home\\"}}" \\
  --update-expression 'SET #expiresAt = :none' \\
  --condition-expression '#owner = :peer AND #expiresAt = :seen' \\
  --expression-attribute-names '{"#owner":"owner","#expiresAt":"expiresAt"}' \\
  --expression-attribute-values "{\\":none\\":{\\"N\\":\\"0\\"},\\":peer\\":{\\"S\\":\\"$peer\\"},\\":seen\\":{\\"N\\":\\"$expires\\"}}"; then
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
