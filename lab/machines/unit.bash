#!/bin/bash
# As much of systemd as the machines of the lab need: runs a service with the drop-ins that were
# rendered for it (EnvironmentFile, ExecStartPre, ExecStartPost, ExecStopPost, RestartSec), and starts it
# again when it ends, unless it was masked: an empty file NAME.masked in /run/units.
#
# usage: unit.bash NAME COMMAND...
set -uo pipefail
name=$1
shift
units=/run/units
mkdir -p "$units"

# The values of a key in the unit's drop-ins, one a line. A leading + asks for root, which this is. A leading -
# forgives a failure, as this always does: what failed shows in what users meet.
setting() {
  cat "/etc/systemd/system/$name.service.d/"*.conf 2>/dev/null | sed -nE "s/^$1=-?\+?//p"
}

for file in $(setting EnvironmentFile); do
  set -a
  # shellcheck source=/dev/null
  . "$file"
  set +a
done
pause=$(setting RestartSec)

until [[ -e $units/$name.masked ]]; do
  eval "$(setting ExecStartPre)"
  "$@" &>>"/var/log/$name.log" &
  main=$!
  echo "$main" >"$units/$name.pid"
  eval "$(setting ExecStartPost)"
  wait "$main"
  rm -f "$units/$name.pid"
  eval "$(setting ExecStopPost)"
  # systemd's own default is a tenth of a second.
  sleep "${pause:-0.1}"
done
