#!/bin/bash
# Becomes a real controller that says by its system message who it is, for its users to see. It writes
# that into the home as a unit's ExecStartPre would: where two machines have one home, only the one on
# which it is to run may do so.
#
# usage: realController.bash NAME HOME SCRATCH CONFIGURATION COMMAND...
#   NAME           <team>-<machine>
#   SCRATCH        folder of the machine's own, for what it unpacks
#   CONFIGURATION  what a new home's config.xml is copied from
set -euo pipefail
name=$1 home=$2 scratch=$3 configuration=$4
shift 4

mkdir -p "$home" "$scratch"
[[ -e $home/config.xml ]] || cp "$configuration" "$home/config.xml"
sed -i "s#<systemMessage>.*</systemMessage>#<systemMessage>$name</systemMessage>#" "$home/config.xml"
cd "$scratch"
exec "$@"
