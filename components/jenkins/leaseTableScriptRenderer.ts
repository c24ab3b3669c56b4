/**
 * The part of the lease script that reads and writes the lease table. An item holds who has the lease
 * (`owner`, and `session`: this one taking of it), how often it was renewed by whomever (`renewals`),
 * for how long each renewal lasts (`seconds`) and the region's `generation`. `expiresAt` and
 * `retainUntil` are wall-clock times for people and for DynamoDB's clean-up; of them the script reads
 * a single value, 0, which says that the lease was given back.
 */
export function renderLeaseTableFunctions(): string {
  return `
# What this machine has seen of other machines' leases, by home: the count of renewals, the boot clock
# after the answer in which it first saw that count, and for how long that lease lives.
declare -A seen_renewals seen_at seen_seconds

# Looks at the lease of home $1. Only another count starts the wait anew, not another look.
look_at_lease() {
  local answer renewals seconds
  answer=$(call dynamodb get-item --region "$REGION" --table-name "$LEASE_TABLE" --consistent-read \\
    --key "{\\"home\\":{\\"S\\":\\"$1\\"}}" --query 'Item.[renewals.N, seconds.N]' \\
    --output text 2>/dev/null) || return 1
  read -r renewals seconds <<<"$answer"
  [[ "\${renewals:-}" =~ ^[0-9]{1,15}$ && "\${seconds:-}" =~ ^[0-9]{1,6}$ ]] || return 1
  if [ "\${seen_renewals[$1]:-}" = "$renewals" ]; then return 0; fi
  seen_renewals[$1]=$renewals
  seen_seconds[$1]=$((10#$seconds > LEASE_SECONDS ? 10#$seconds : LEASE_SECONDS))
  look_at_clock
  seen_at[$1]=$uptime
}

# Sets abandoned to the count of renewals at which home $1 may be taken from another machine: the one
# that stood still for a whole lease by this machine's own clock. No count is -1.
find_abandoned() {
  abandoned=-1
  look_at_clock
  if [ -n "\${seen_at[$1]:-}" ] && ((uptime - \${seen_at[$1]} >= \${seen_seconds[$1]} + DRIFT_SECONDS)); then
    abandoned=\${seen_renewals[$1]}
  fi
}

# Reads the error $1 of a conditional write: 1 the condition did not hold, 2 no answer.
refusal() {
  if [[ "$1" == *ConditionalCheckFailed* ]]; then return 1; fi
  say "the lease table does not answer: $1"
  return 2
}

# An answer that this process heard late, because it stood still meanwhile, counts as none: the watchdog
# would be told of a lease that is half over. The next request settles it.
heard_in_time() {
  look_at_clock
  if ((uptime - $1 <= CALL_SECONDS + 1)); then return 0; fi
  say "the lease table's answer was heard after $((uptime - $1)) s: asking again"
  return 2
}

# Takes the lease of home $1: 0 taken, 1 another machine holds it, 2 no answer.
take_lease() {
  local now errors abandoned
  now=$(date +%s)
  find_abandoned "$1"
  local before=$uptime
  errors=$(call dynamodb update-item --region "$REGION" --table-name "$LEASE_TABLE" \\
    --key "{\\"home\\":{\\"S\\":\\"$1\\"}}" \\
    --update-expression 'SET #owner = :owner, #session = :session, #generation = :generation, #seconds = :seconds, #expiresAt = :expiresAt, #retainUntil = :retainUntil, #renewals = if_not_exists(#renewals, :none) + :one' \\
    --condition-expression '(attribute_not_exists(#home) OR #owner = :owner OR #expiresAt = :none OR #renewals = :abandoned) AND (attribute_not_exists(#generation) OR #generation <= :generation)' \\
    --expression-attribute-names '{"#home":"home","#owner":"owner","#session":"session","#generation":"generation","#seconds":"seconds","#expiresAt":"expiresAt","#retainUntil":"retainUntil","#renewals":"renewals"}' \\
    --expression-attribute-values "{\\":owner\\":{\\"S\\":\\"$owner\\"},\\":session\\":{\\"S\\":\\"$session\\"},\\":generation\\":{\\"N\\":\\"$generation\\"},\\":seconds\\":{\\"N\\":\\"$LEASE_SECONDS\\"},\\":expiresAt\\":{\\"N\\":\\"$((now + LEASE_SECONDS))\\"},\\":retainUntil\\":{\\"N\\":\\"$((now + 2592000))\\"},\\":none\\":{\\"N\\":\\"0\\"},\\":one\\":{\\"N\\":\\"1\\"},\\":abandoned\\":{\\"N\\":\\"$abandoned\\"}}" \\
    2>&1 >/dev/null) && { ends=$((before + LEASE_SECONDS)); heard_in_time "$before"; return; }
  refusal "$errors"
}

# Renews or, with a life of 0, gives back the lease of home $1: 0 done, 1 lost, 2 no answer. A request
# that arrives late, after this machine took the lease anew, finds another session and does nothing.
extend_lease() {
  local now errors expires=0
  now=$(date +%s)
  look_at_clock
  local before=$uptime
  if (($2 > 0)); then expires=$((now + $2)); fi
  errors=$(call dynamodb update-item --region "$REGION" --table-name "$LEASE_TABLE" \\
    --key "{\\"home\\":{\\"S\\":\\"$1\\"}}" \\
    --update-expression 'SET #expiresAt = :expiresAt, #retainUntil = :retainUntil, #generation = :generation, #renewals = #renewals + :one' \\
    --condition-expression '#session = :session AND #generation <= :generation' \\
    --expression-attribute-names '{"#session":"session","#expiresAt":"expiresAt","#retainUntil":"retainUntil","#generation":"generation","#renewals":"renewals"}' \\
    --expression-attribute-values "{\\":session\\":{\\"S\\":\\"$session\\"},\\":expiresAt\\":{\\"N\\":\\"$expires\\"},\\":retainUntil\\":{\\"N\\":\\"$((now + 2592000))\\"},\\":generation\\":{\\"N\\":\\"$generation\\"},\\":one\\":{\\"N\\":\\"1\\"}}" \\
    2>&1 >/dev/null) && { ends=$((before + $2)); heard_in_time "$before"; return; }
  refusal "$errors"
}
`;
}
