#!/bin/bash
# First process of one of the lab's machines, in namespaces of its own. Killing it is pulling the plug:
# the kernel takes every process, mount and interface of the machine along.
#
# usage: machineInit.bash NAME FOLDER SHARED
#   FOLDER  an empty folder, for what the machine writes
#   SHARED  the folder that all machines see at the same place, such as the homes' storage
#
# Says "ready", then reports changes of its addresses. Each line of its input is a command that it
# starts as a daemon: a child of nsenter would keep nsenter waiting, and could not be reaped while it is
# frozen. The end of its input ends the machine.
set -euo pipefail
name=$1 folder=$2 shared=$3

hostname "$name"
mount -t tmpfs tmpfs "$folder"

# Writable copies of the real machine's folders: what is written there is the lab machine's alone.
for directory in /etc /usr/local /var /tmp; do
  mkdir -p "$folder/upper$directory" "$folder/work$directory"
  chmod --reference="$directory" "$folder/upper$directory"
  mount -t overlay overlay \
    -o "lowerdir=$directory,upperdir=$folder/upper$directory,workdir=$folder/work$directory" "$directory"
done
mkdir "$folder/run"
mount -t tmpfs -o mode=0755 tmpfs "$folder/run"
mkdir -p "$folder/run/units" "$folder/run/${shared#/run/}"
mount --rbind "$shared" "$folder/run/${shared#/run/}"
mount --rbind "$folder/run" /run
if [[ -d /dev/shm ]]; then mount -t tmpfs -o mode=1777 tmpfs /dev/shm; fi
rm -rf /var/log/* 2>/dev/null || true

# Of loopback and the cable, only the first is plugged in by itself.
ip link set lo up

echo ready
ip -o monitor address </dev/null &

while IFS= read -r command; do
  setsid bash -c "$command" </dev/null &>/dev/null &
done
