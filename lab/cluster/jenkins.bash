#!/bin/bash
# Starts, stops and watches the stand-in controller as the init script /etc/init.d/jenkins, in the place
# of systemd's unit jenkins.service: the lab's machines have no systemd. As a unit of Type=notify, it has
# started when it listens; and as for a unit, it is running while its process is.
#
# usage: jenkins start|stop|status|meta-data, with /etc/jenkins-lab.env:
#   JENKINS_COMMAND  what is run, and JENKINS_PORT, where it listens
set -uo pipefail
. /etc/jenkins-lab.env
pid_file=/run/units/jenkins.pid

is_running() {
  [[ -s $pid_file ]] && kill -0 "$(<"$pid_file")" 2>/dev/null
}

case ${1-} in
  start)
    is_running && exit 0
    setsid bash -c "echo \$\$ >$pid_file; exec $JENKINS_COMMAND" </dev/null &>>/var/log/jenkins.log &
    # Pacemaker has a limit of its own for a start that takes too long.
    until curl --silent --fail --max-time 1 --output /dev/null "http://127.0.0.1:$JENKINS_PORT/login"; do
      sleep 0.05
      [[ ! -s $pid_file ]] || is_running || exit 1
    done
    ;;
  stop)
    is_running || exit 0
    kill -TERM "$(<"$pid_file")"
    while is_running; do sleep 0.05; done
    rm -f "$pid_file"
    ;;
  status)
    is_running && exit 0
    # 3 as the Linux Standard Base has it: not running.
    exit 3
    ;;
  *)
    echo "usage: jenkins start|stop|status" >&2
    exit 2
    ;;
esac
