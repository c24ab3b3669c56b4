#!/bin/bash
# A fence agent for the lab's fence device, see fenceDevice.ts: a request over a Unix socket, which
# crosses network namespaces as a management board's own wire passes a network that is cut.
#
# Options come as lines `name=value` on standard input, as Pacemaker gives them, or as --name=value:
#   device  the device's socket
#   plug    the machine that is switched
#   action  off, on, status, monitor or metadata
# What the device answers besides 200 is told on standard error, and the exit status is 1.
set -euo pipefail

device='' plug='' action=''

set_option() {
  case $1 in
    device) device=$2 ;;
    plug) plug=$2 ;;
    action | o) action=$2 ;;
  esac
}

metadata() {
  cat <<'XML'
<?xml version="1.0" ?>
<resource-agent name="fence_lab" shortdesc="Fence agent for the lab's fence device">
<longdesc>Switches the power of a machine of the lab.</longdesc>
<vendor-url></vendor-url>
<parameters>
  <parameter name="action" unique="0" required="1">
    <content type="string" default="off" /><shortdesc lang="en">Fencing action</shortdesc>
  </parameter>
  <parameter name="device" unique="0" required="1">
    <content type="string" /><shortdesc lang="en">Unix socket of the fence device</shortdesc>
  </parameter>
  <parameter name="plug" unique="0" required="1">
    <content type="string" /><shortdesc lang="en">Machine that is switched</shortdesc>
  </parameter>
</parameters>
<actions>
  <action name="on" automatic="0" />
  <action name="off" />
  <action name="status" />
  <action name="monitor" />
  <action name="metadata" />
</actions>
</resource-agent>
XML
}

for argument in "$@"; do
  argument=${argument#--}
  set_option "${argument%%=*}" "${argument#*=}"
done
# Pacemaker's options end with the input; a person's terminal has none to give.
if [[ $# -eq 0 ]]; then
  while IFS= read -r line || [[ -n $line ]]; do
    set_option "${line%%=*}" "${line#*=}"
  done
fi

case $action in
  metadata) metadata ;;
  on | off | status | monitor)
    answer=$(curl --silent --show-error --unix-socket "$device" --write-out '\n%{http_code}' \
      --data "by=$(hostname)" "http://fence-device/$plug/$action")
    if [[ ${answer##*$'\n'} != 200 ]]; then
      echo "${answer%$'\n'*}" >&2
      exit 1
    fi
    ;;
  *)
    echo "fence_lab: action is \"$action\"; give off, on, status, monitor or metadata" >&2
    exit 1
    ;;
esac
