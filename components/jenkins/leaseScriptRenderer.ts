import { renderLeaseTableFunctions } from "./leaseTableScriptRenderer";

/**
 * The start lease: one script, the same on every machine, whose settings come from the environment.
 *
 * It runs as `jenkins-lease.service`, which `jenkins.service` is bound to: if this process ends for
 * whatever reason (an error, a kill, a hang that the watchdog ends), systemd stops Jenkins.
 * Every wait and every deadline counts on the machine's own boot clock, which nobody can set and
 * which goes on while the machine is suspended. Whoever wants another's lease waits until it has
 * seen no renewal for a whole lease by that clock: no machine trusts another one's time.
 */
export function renderLeaseScript(): string {
  return `#!/bin/bash
# One writer for one home: Jenkins runs only while this machine holds the lease of its home and
# its region holds the highest generation. Usage: jenkins-lease run|check-home|release|watch
# Settings in capitals come from the unit's EnvironmentFile.
# shellcheck disable=SC2153
set -uo pipefail
export AWS_MAX_ATTEMPTS=1 AWS_PAGER=

say() { printf 'jenkins-lease: %s\\n' "$*" >&2; }
tell_systemd() { if [ -n "\${NOTIFY_SOCKET:-}" ]; then systemd-notify "$@" || true; fi; }
status() { say "$1"; tell_systemd --status="$1"; }
# Sets uptime from the boot clock, in whole seconds. No subshell: it is asked all the time.
look_at_clock() { read -r uptime _ </proc/uptime; uptime=\${uptime%%.*}; }
held="\${LEASE_DIRECTORY:-/run/jenkins-lease}/held"
# While this file is there, nothing is drained; see jenkins-drain.
urgent="\${LEASE_DIRECTORY:-/run/jenkins-lease}/urgent"
# Whether the lease ends within $1 seconds.
ends_within() { look_at_clock; ((ends - uptime <= $1)); }

call() {
  timeout -k 1 "$CALL_SECONDS" aws --cli-connect-timeout "$CALL_SECONDS" \\
    --cli-read-timeout "$CALL_SECONDS" "$@"
}

metadata() {
  local token base=http://169.254.169.254/latest
  token=$(curl -sf -m 2 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' "$base/api/token") ||
    return 1
  curl -sf -m 2 -H "X-aws-ec2-metadata-token: $token" "$base/meta-data/$1"
}

find_owner() {
  until owner=$(metadata instance-id) && [ -n "$owner" ]; do
    status "the instance metadata service does not answer; trying again"
    sleep 2
  done
}

# Prints "generation region" of the failover record in region $1. Fails if there is no table, no
# item, no answer, or nothing that makes sense: all of these mean that it is not readable.
read_record() {
  local answer number region
  answer=$(call dynamodb get-item --region "$1" --table-name "$RECORD_TABLE" --consistent-read \\
    --key '{"id":{"S":"failover"}}' --query 'Item.[generation.N, activeRegion.S]' \\
    --output text 2>/dev/null) || return 1
  read -r number region <<<"$answer"
  [[ "\${number:-}" =~ ^[0-9]{1,9}$ && "\${region:-}" =~ ^[a-z]+(-[a-z0-9]+)+$ ]] || return 1
  printf '%s %s' "$number" "$region"
}

# Sets generation and active from the highest generation known: the records of both regions, or,
# while none is readable or all are older, what this machine was rendered with.
find_authority() {
  local place record number region recorded=no
  generation=$GENERATION
  active=$REGION
  if [ "$ROLE" != active ]; then active=$PEER_REGION; fi
  for place in "$REGION" "$PEER_REGION"; do
    record=$(read_record "$place") || continue
    read -r number region <<<"$record"
    number=$((10#$number))
    if ((number > generation)) || { ((number == generation)) && [ $recorded = no ]; }; then
      generation=$number
      active=$region
      recorded=yes
    fi
  done
}

${renderLeaseTableFunctions().trim()}

# Takes the first free home; sets home and access_point.
take_any_home() {
  local each
  for each in $HOMES; do
    home=\${each%%=*}
    access_point=\${each#*=}
    take_lease "$home"
    case $? in
      0) return 0 ;;
      1) look_at_lease "$home" ;;
      # Unknown whether it was taken: ask again for this home instead of holding two.
      2) return 1 ;;
    esac
  done
  status "another machine holds each home of: $HOMES"
  return 1
}

# A machine that waits for its region's turn waits for old leases at the same time.
look_at_unknown_leases() {
  local each
  for each in $HOMES; do
    if [ -z "\${seen_renewals[\${each%%=*}]:-}" ]; then look_at_lease "\${each%%=*}"; fi
  done
}

# The mount unit is the same on all machines; which home it leads to follows from the lease.
point_mount_at_home() {
  mkdir -p "\${MOUNT_DROP_IN%/*}"
  printf '[Mount]\\nOptions=tls,iam,accesspoint=%s,_netdev,noatime\\n' "$access_point" >"$MOUNT_DROP_IN"
  systemctl daemon-reload
}

state_of() { timeout -k 1 "$CALL_SECONDS" systemctl show --property=ActiveState --value "$1"; }

# Stops Jenkins and waits; kills it when the boot clock reaches $1. The stop comes first in any case:
# systemd would start a Jenkins that was only killed again.
stop_jenkins() {
  : >"$urgent"
  systemctl stop --no-block jenkins.service
  while :; do
    look_at_clock
    if ((uptime >= $1)); then
      say "Jenkins has no time left: killing it"
      systemctl kill --signal=SIGKILL jenkins.service
    fi
    if [[ "$(state_of jenkins.service)" =~ ^(inactive|failed)$ ]]; then return; fi
    sleep 0.5
  done
}

# What \`release\` and \`check-home\` have to know, each a process of its own: whole or not at all.
remember() {
  printf '%s %s %s %s %s\\n' "$home" "$owner" "$generation" "$session" "$ends" >"$held.new"
  mv "$held.new" "$held"
}

# Starts Jenkins again after its home could not be mounted. systemd drops a start whose dependency
# failed, and Restart= covers only what has run. A Jenkins that somebody stopped, or that ended while
# its home is mounted, is left alone.
retry_failed_mount() {
  if [[ ! "$(state_of jenkins.service)" =~ ^(inactive|failed)$ ]]; then
    look_at_clock
    seen_alive=$uptime
    return
  fi
  if [ "$(state_of "$MOUNT_UNIT")" != failed ]; then return; fi
  look_at_clock
  if ((uptime - seen_alive >= MOUNT_PATIENCE_SECONDS)); then
    status "holds $home, which could not be mounted for $MOUNT_PATIENCE_SECONDS s: not trying any more"
    return
  fi
  status "holds $home, which could not be mounted: starting Jenkins again"
  systemctl start --no-block jenkins.service
}

# Returns only when Jenkins must not run here any more, and has stopped.
hold() {
  local pause=$RENEW_SECONDS lease_generation=$generation seen_alive
  look_at_clock
  seen_alive=$uptime
  while :; do
    sleep "$pause"
    # Only a machine or process that stood still gets here so late. First kill, then ask.
    if ends_within "$KILL_BEFORE_SECONDS"; then
      status "the lease of $home ended while this process stood still: killing Jenkins"
      stop_jenkins 0
      return
    fi
    generation=$lease_generation
    extend_lease "$home" "$LEASE_SECONDS"
    case $? in
      0)
        pause=$RENEW_SECONDS
        remember
        # Nothing but a renewal keeps the watchdog quiet: it stands for the lease's end.
        tell_systemd WATCHDOG=1
        ;;
      1)
        status "the lease of $home is lost: killing Jenkins"
        stop_jenkins 0
        return
        ;;
      2)
        pause=1
        if ends_within "$STOP_BEFORE_SECONDS"; then
          status "the lease of $home cannot be renewed: stopping Jenkins before it ends"
          stop_jenkins $((ends - KILL_BEFORE_SECONDS))
          return
        fi
        # The time left belongs to renewing; records can wait.
        continue
        ;;
    esac
    find_authority
    if [ "$active" != "$REGION" ] && ((generation >= lease_generation)); then
      status "generation $generation is served by $active: stopping Jenkins"
      stop_jenkins $((ends - STOP_BEFORE_SECONDS))
      return
    fi
    if ((generation > lease_generation)); then
      lease_generation=$generation
      remember
    fi
    if [ "$STARTED_BY" = lease ]; then retry_failed_mount; fi
  done
}

run() {
  find_owner
  read -r session </proc/sys/kernel/random/uuid
  until find_authority && [ "$active" = "$REGION" ] && take_any_home; do
    if [ "$active" != "$REGION" ]; then
      status "generation $generation is served by $active: Jenkins does not start here"
      look_at_unknown_leases
    fi
    sleep "$RETRY_SECONDS"
  done
  remember
  if [ "$STARTED_BY" = lease ]; then point_mount_at_home; fi
  tell_systemd --ready WATCHDOG=1 --status="holds $home for generation $generation"
  say "holds $home for generation $generation"
  if [ "$STARTED_BY" = lease ]; then systemctl start --no-block jenkins.service; fi
  hold
  # Restarted by systemd, which asks for a lease again.
  return 1
}

# After the lease process ended, however it ended: no Jenkins, then no lease.
release() {
  if [ ! -s "$held" ]; then return 0; fi
  look_at_clock
  local deadline=$((uptime + JENKINS_STOP_SECONDS))
  read -r home owner generation session ends <"$held"
  if ((deadline > ends - KILL_BEFORE_SECONDS)); then deadline=$((ends - KILL_BEFORE_SECONDS)); fi
  stop_jenkins "$deadline"
  if extend_lease "$home" 0; then
    say "released $home"
  else
    say "the lease of $home was not given back: it ends by itself within $LEASE_SECONDS s"
  fi
  rm -f "$held"
}

# Jenkins may start once its home is the shared file system and can be written: until a failover
# has freed it, the waiting region's copy is read-only. The last look is at the lease: it may be long
# since it was taken, if the machine stood still meanwhile.
check_home() {
  local type probe
  type=$(findmnt --noheadings --output FSTYPE --mountpoint "$HOME_MOUNT")
  if [ "$type" != nfs4 ]; then
    say "$HOME_MOUNT is \${type:-not mounted} instead of nfs4: Jenkins would write to the local disk"
    return 1
  fi
  probe="$HOME_MOUNT/.writable-$(uname -n)"
  until (: >"$probe") 2>/dev/null; do
    say "$HOME_MOUNT cannot be written yet; Jenkins waits"
    sleep "$RETRY_SECONDS"
  done
  rm -f "$probe"
  until lease_has_time; do
    say "the lease of this home is not held, or ends too soon; Jenkins waits"
    sleep "$RETRY_SECONDS"
  done
}

lease_has_time() {
  local ends=0
  if [ -s "$held" ]; then read -r _ _ _ _ ends <"$held"; fi
  ! ends_within "$STOP_BEFORE_SECONDS"
}

# Whether an unplanned failover is under way, which waits for this machine's end.
is_failing_over() {
  local answer phase planned
  answer=$(call dynamodb get-item --region "$PEER_REGION" --table-name "$RECORD_TABLE" --consistent-read \\
    --key '{"id":{"S":"failover"}}' --query 'Item.[phase.S, planned.BOOL]' \\
    --output text 2>/dev/null) || return 1
  read -r phase planned <<<"$answer"
  [[ "\${phase:-}" =~ ^(recovering|blocked)$ && "\${planned:-}" != True ]]
}

# The Auto Scaling group ends this machine: drain and stop Jenkins, release, and only then let it go.
# The lease's unit ends last of all, so its stop is the end of all of them.
watch() {
  find_owner
  until [ "$(metadata autoscaling/target-lifecycle-state)" = Terminated ]; do sleep "$RETRY_SECONDS"; done
  say "this machine is being terminated: stopping Jenkins and releasing its home"
  if is_failing_over; then : >"$urgent"; fi
  systemctl stop jenkins-lease.service
  until call autoscaling complete-lifecycle-action --region "$REGION" \\
    --auto-scaling-group-name "$AUTO_SCALING_GROUP" --lifecycle-hook-name "$TERMINATE_HOOK" \\
    --instance-id "$owner" --lifecycle-action-result CONTINUE; do
    say "the lifecycle action could not be completed; trying again"
    sleep "$RETRY_SECONDS"
  done
}

case \${1:-} in
  run) run ;;
  check-home) check_home ;;
  release) release ;;
  watch) watch ;;
  *)
    say "usage: jenkins-lease run|check-home|release|watch"
    exit 2
    ;;
esac
`;
}
