import { checkDrainTiming, type DrainTiming, longestDrain } from "./drainTiming";
import { configurationSecrets } from "./jenkinsConfigurationRenderer";
import { leasePaths } from "./leaseSettingsRenderer";
import { controllerPaths, webPort } from "./systemdUnitRenderer";

/** Where the script is. */
export const drainScript = "/usr/local/sbin/jenkins-drain";

/**
 * Stops Jenkins from beginning builds and waits for those that run, before Jenkins itself is stopped in
 * good order: a machine that is replaced, a reboot, a move by the cluster manager. It always ends in
 * time and always well. A Jenkins that does not answer is not waited for, and the lease comes first: when
 * it must stop Jenkins, nothing is drained.
 *
 * @throws Error if the timing does not fit into the terminate hook.
 */
export function renderDrainScript(timing: DrainTiming): string {
  checkDrainTiming(timing);
  return `#!/bin/bash
# Usage: jenkins-drain. Runs when jenkins.service is to be stopped, before it is.
set -uo pipefail
say() { printf 'jenkins-drain: %s\\n' "$*" >&2; }
jenkins=\${JENKINS_URL:-http://127.0.0.1:${webPort}}
secrets=\${SECRETS:-${controllerPaths.secrets}}
lease=\${LEASE_DIRECTORY:-/run/jenkins-lease}
folder=$(mktemp -d) || exit 0
trap 'rm -rf "$folder"' EXIT
umask 077

# The lease ends, or was lost: Jenkins has seconds, which belong to its own stop.
is_urgent() { [ -e "$lease/urgent" ] || [ ! -e "$lease/held" ]; }

# ask PATH [CURL OPTION…]: Jenkins's answer. The password is in no argument, which everybody can read.
ask() {
  local path=$1
  shift
  curl --silent --fail --max-time ${timing.call} --header "@$folder/authorization" \\
    --cookie "$folder/cookies" --cookie-jar "$folder/cookies" "$@" "$jenkins/$path"
}

# The first value of key $1 in the JSON on standard input.
value_of() { sed -nE "s/.*\\"$1\\" *: *\\"?([^\\",}]*).*/\\1/p" | head -1; }

quiet_down() {
  local issued field crumb
  # Jenkins takes a password for a change only together with a crumb of the same session.
  issued=$(ask crumbIssuer/api/json) || return
  field=$(value_of crumbRequestField <<<"$issued")
  crumb=$(value_of crumb <<<"$issued")
  ask quietDown --request POST --header "$field: $crumb" --data-urlencode 'reason=This controller moves.' \\
    --output /dev/null
}

if is_urgent; then exit 0; fi
password=$(<"$secrets/${configurationSecrets.administrator}") || exit 0
printf 'Authorization: Basic %s\\n' "$(printf 'admin:%s' "$password" | base64 -w 0)" >"$folder/authorization"
if ! quiet_down; then
  say "Jenkins does not answer: it is stopped without waiting for builds"
  exit 0
fi
read -r uptime _ </proc/uptime
end=$((\${uptime%%.*} + ${timing.wait}))
while read -r uptime _ </proc/uptime && ((\${uptime%%.*} < end)); do
  if is_urgent; then
    say "the lease comes first: builds are not waited for any more"
    exit 0
  fi
  busy=$(ask 'computer/api/json?tree=busyExecutors' | value_of busyExecutors)
  case \${busy:-none} in
    0)
      say "no build runs"
      exit 0
      ;;
    none)
      say "Jenkins does not answer any more"
      exit 0
      ;;
  esac
  sleep 2
done
say "builds still run after ${timing.wait} s; pipelines go on after the restart"
`;
}

/**
 * The unit whose stop runs the script. It stops with jenkins.service and before it. A unit of its own,
 * because Jenkins's limit for stopping is part of the lease's arithmetic and has to stay short.
 */
export function renderDrainUnit(timing: DrainTiming): string {
  return `[Unit]
Description=Lets builds end before Jenkins is stopped
PartOf=jenkins.service
After=jenkins.service

[Service]
Type=oneshot
RemainAfterExit=yes
EnvironmentFile=${leasePaths.settings}
ExecStart=/bin/true
ExecStop=-${drainScript}
TimeoutStopSec=${longestDrain(timing) + 10}
`;
}
