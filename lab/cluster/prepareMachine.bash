#!/bin/bash
# Does what packages and systemd would do on a new machine before Corosync and Pacemaker start.
#
# usage: prepareMachine.bash FOLDER CIB
#   FOLDER  where fence_lab.bash is
#   CIB     the configuration that the cluster begins with
set -euo pipefail
folder=$1 cib=$2

# Pacemaker looks for fence agents in /usr/sbin alone.
mkdir -p /run/sbin/upper /run/sbin/work
mount -t overlay overlay \
  -o lowerdir=/usr/sbin,upperdir=/run/sbin/upper,workdir=/run/sbin/work /usr/sbin
install -m 0755 "$folder/fence_lab.bash" /usr/sbin/fence_lab

# A new machine has been in no cluster before.
rm -rf /var/lib/corosync/* /var/lib/pacemaker/*
install -d -o hacluster -g haclient -m 0750 \
  /var/lib/pacemaker/{cib,pengine,blackbox,cores} /var/log/pacemaker /run/crm
install -o hacluster -g haclient -m 0600 "$cib" /var/lib/pacemaker/cib/cib.xml
install -d /run/resource-agents /var/log/cluster /var/lib/jenkins

# A Pacemaker that panics would restart the kernel that all machines share.
if [[ -e /proc/sysrq-trigger ]]; then mount --bind /dev/null /proc/sysrq-trigger; fi
