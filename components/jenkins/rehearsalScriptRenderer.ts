import { configurationSecrets } from "./jenkinsConfigurationRenderer";
import { homeMountOptions, leasePaths } from "./leaseSettingsRenderer";
import { literal } from "../machine/shellQuotingRenderer";
import { controllerPaths } from "./systemdUnitRenderer";

/** What a rehearsal's machine copies. */
export interface RehearsedHome {
  readonly team: string;
  readonly fileSystemId: string;
  readonly accessPointId: string;
  /** Size of the machine's disk, for the message when the copy does not fit. */
  readonly volumeGb: number;
}

/** Where a rehearsal's machine has its script. */
export const rehearsalScript = "/usr/local/sbin/jenkins-rehearsal";

/** Files copied at the same time: each waits for the network, and EFS serves many at once. */
const copiesAtOnce = 32;

/** How long a machine that cannot work stays, so that its log gets out, in seconds. */
const lastWordsSeconds = 60;

/**
 * The script that a rehearsal's machine runs at its boot, once: mounts the team's home read-only,
 * copies it to the local disk, lets go of the home and starts Jenkins on the copy. It takes no lease
 * and writes nothing outside of the machine. What it cannot do it says on cloud-init's log, and then
 * ends the machine, by which the rehearsal knows.
 */
export function renderRehearsalScript(home: RehearsedHome): string {
  const source = `${literal("file system", home.fileSystemId)}:/`;
  return `#!/bin/bash
# Starts team ${literal("team", home.team)}'s Jenkins on a copy of its home, for a rehearsal.
set -uo pipefail
home=${leasePaths.home}
mounted=/mnt/jenkins-home

fail() {
  echo "jenkins-rehearsal: $1" >&2
  sleep ${lastWordsSeconds}
  systemctl poweroff
  exit 1
}

# The replication may change files while they are copied: a second pass takes what the first one
# missed, and is quick.
copy() {
  find . -type d -print0 | (cd "$home" && xargs -0 -n 500 mkdir -p) &&
    find . ! -type d -print0 |
    xargs -0 -n 100 -P ${copiesAtOnce} cp --parents --no-dereference --preserve=mode,timestamps --update -t "$home"
}

mkdir -p "$mounted" "$home"
mount -t efs -o "${homeMountOptions(home.accessPointId)},ro" "${source}" "$mounted" ||
  fail "the home ${source} cannot be mounted; see /var/log/amazon/efs"
cd "$mounted" || fail "$mounted cannot be entered"
echo "jenkins-rehearsal: copies the home"
if ! copy && ! copy; then
  if [ "$(df --output=avail -k "$home" | tail -n 1)" -lt 65536 ]; then
    fail "the home does not fit on the machine's ${home.volumeGb} GiB: raise recovery.rehearsal.volumeGb"
  fi
  fail "the home cannot be copied; the lines above say which files"
fi
cd /
# From here on nothing on this machine leads to the home any more.
umount "$mounted" || fail "the home cannot be unmounted"
# What was queued or running where the home comes from would go on here: not even a beginning of it.
rm -f "$home/queue.xml" "$home/org.jenkinsci.plugins.workflow.flow.FlowExecutionList.xml"
mkdir -p "$home/init.groovy.d"
cat >"$home/init.groovy.d/000-rehearsal.groovy" <<'GROOVY'
import jenkins.model.Jenkins
// Schedules of the copied jobs go on: what they start must stay in the queue.
Jenkins.get().doQuietDown()
GROOVY
chown -R jenkins:jenkins "$home"
# Nobody logs on: the password is known to nobody and ends with the machine.
install -d -m 0500 -o jenkins -g jenkins ${controllerPaths.secrets}
head -c 32 /dev/urandom | base64 >${controllerPaths.secrets}/${configurationSecrets.administrator}
chown jenkins:jenkins ${controllerPaths.secrets}/${configurationSecrets.administrator}
echo "jenkins-rehearsal: starts Jenkins on the copy"
systemctl start jenkins.service || fail "Jenkins does not start on the copy; see its log"
`;
}
