import { loopback } from "./haproxyRenderer";
import type { PairMachine } from "./pair";

/** The rule by which a machine is down: the same as that of the region's probe. */
export interface TeamHealthRule {
  /** Share of healthy teams below which a machine may be down, 0 to 1. Default 0.5. */
  readonly threshold: number;
  /** Healthy teams below which it is then. Default 2. */
  readonly quorum: number;
}

export const defaultTeamHealthRule: TeamHealthRule = { threshold: 0.5, quorum: 2 };

/** Where the script leaves what it saw; `renderLogRotation` keeps it short. */
export const teamHealthLog = "/var/log/pair/team-health.log";

/**
 * The check that Keepalived runs: exit 0 while enough of this machine's own controllers are up, 1 when
 * the machine is down, 2 when HAProxy could not be asked, which the other check judges. It writes what
 * it sees whenever that changes and each minute.
 *
 * A controller that a person drained or put into maintenance is none of the machine's faults: it does
 * not count.
 */
export function renderTeamHealthScript(
  machine: PairMachine,
  { threshold, quorum }: TeamHealthRule = defaultTeamHealthRule,
): string {
  const url = `http://${loopback.address}:${loopback.port}${loopback.states};csv;norefresh`;
  return `#!/bin/bash
# Exit 0: enough of this machine's controllers are up. 1: the machine is down. 2: HAProxy is silent.
set -uo pipefail
log=\${TEAM_HEALTH_LOG:-${teamHealthLog}}
url=\${TEAM_HEALTH_URL:-${url}}

states=$(curl --silent --fail --max-time 0.8 "$url") || exit 2

# Columns of HAProxy's CSV: 1 proxy, 2 server, 18 status ("UP", "UP 1/3", "DOWN", "DRAIN", ...).
line=$(awk -F, -v machine=${machine.name} -v threshold=${Math.round(threshold * 100)} -v quorum=${quorum} '
  $1 !~ /^jenkins_backend_/ || $2 == "BACKEND" || $2 == "FRONTEND" { next }
  {
    team = substr($1, length("jenkins_backend_") + 1)
    if (!(team in servers)) order[++teams] = team
    servers[team]++
    if ($18 ~ /^UP/) up[team]++
    if ($2 == team "-" machine && $18 !~ /^(MAINT|DRAIN)/) {
      total++
      if ($18 ~ /^UP/) healthy++
    }
  }
  END {
    share = total > 0 ? int(100 * healthy / total) : 100
    printf "Overall: %d/%d (%d%%) | Teams:", healthy, total, share
    for (i = 1; i <= teams; i++) {
      team = order[i]
      printf " %s:%s(%d/%d)", team, (up[team] > 0 ? "UP" : "DOWN"), up[team], servers[team]
    }
    down = total > 0 && 100 * healthy < threshold * total && healthy < quorum
    printf "\\n"
    exit down
  }' <<<"$states")
verdict=$?

last=$(tail -n 1 "$log" 2>/dev/null)
age=$(($(date +%s) - $(stat -c %Y "$log" 2>/dev/null || echo 0)))
if [[ \${last#* } != "$line" || $age -ge 60 ]]; then
  printf '%s %s\\n' "$(date --utc +%Y-%m-%dT%H:%M:%SZ)" "$line" >>"$log"
fi
exit "$verdict"
`;
}

/** Asks HAProxy for a sign of life: one that hangs has a process, and does not answer. */
export function renderProxyCheckScript(): string {
  const { address, port, alive } = loopback;
  return `#!/bin/bash
exec curl --silent --fail --max-time 0.8 --output /dev/null http://${address}:${port}${alive}
`;
}

/** logrotate's file: a week of days, or 10 MB. */
export function renderLogRotation(): string {
  return `${teamHealthLog} {
    daily
    maxsize 10M
    rotate 7
    compress
    missingok
    notifempty
    copytruncate
}
`;
}
