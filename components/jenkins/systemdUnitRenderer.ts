import { homeMountOptions, leasePaths } from "./leaseSettingsRenderer";
import { jenkinsStopSeconds, type LeaseTiming, watchdogSeconds } from "./leaseTiming";
import { literal } from "../machine/shellQuotingRenderer";
import { softwarePaths } from "./softwareRenderer";

/** Where the controller's configuration and secrets are on the machine. */
export const controllerPaths = {
  configuration: "/etc/jenkins-pilot-light/jenkins.yaml",
  secretsScript: "/usr/local/sbin/jenkins-secrets",
  /** In memory: what is fetched from Secrets Manager never touches a disk. */
  secrets: "/run/jenkins-secrets",
} as const;

/** Port of the controller's web server, which load balancers and the probe ask. */
export const webPort = 8080;
/** Port at which agents may connect by TCP. Fixed, so that a security group can name it. */
export const agentPort = 50000;

/**
 * The unit that takes and keeps the lease, and starts Jenkins. Jenkins is bound to it: if it ends,
 * Jenkins ends; and whoever else starts Jenkins starts this first and waits until the lease is held.
 */
export function renderLeaseUnit(timing: LeaseTiming): string {
  return `${leaseUnit(timing)}Restart=always
RestartSec=${timing.retry}

[Install]
WantedBy=multi-user.target
`;
}

/**
 * The same for a machine on which a cluster manager starts and stops lease, home and Jenkins, in this
 * order: the lease is never taken by itself, never started again by systemd, and starts nothing.
 */
export function renderClusterLeaseUnit(timing: LeaseTiming): string {
  return leaseUnit(timing);
}

/** The watchdog covers a process that is alive but does nothing, frozen for instance. */
function leaseUnit(timing: LeaseTiming): string {
  return `[Unit]
Description=Start lease of the Jenkins home
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
Type=notify
NotifyAccess=all
EnvironmentFile=${leasePaths.settings}
RuntimeDirectory=jenkins-lease
ExecStart=${leasePaths.script} run
ExecStopPost=${leasePaths.script} release
# A waiting region's machine may wait for its turn for as long as it takes.
TimeoutStartSec=infinity
TimeoutStopSec=${jenkinsStopSeconds * 3}
WatchdogSec=${watchdogSeconds(timing)}
# A frozen process hears nothing else.
WatchdogSignal=SIGKILL
OOMScoreAdjust=-1000
`;
}

/** The unit that notices that the Auto Scaling group ends the machine, and leaves in good order. */
export function renderTerminationUnit(): string {
  return `[Unit]
Description=Stops Jenkins and releases its home when the machine is being terminated
Wants=network-online.target
After=network-online.target

[Service]
EnvironmentFile=${leasePaths.settings}
ExecStart=${leasePaths.script} watch
Restart=on-failure
RestartSec=5

[Install]
WantedBy=multi-user.target
`;
}

/**
 * The mount of the home, only while the lease is held. The lease replaces the access point by the
 * one of the home that it got.
 */
export function renderHomeMountUnit(fileSystemId: string, accessPointId: string): string {
  return `[Unit]
Description=Jenkins home
BindsTo=jenkins-lease.service
After=jenkins-lease.service network-online.target
Wants=network-online.target

[Mount]
What=${literal("file system", fileSystemId)}:/
Where=${leasePaths.home}
Type=efs
Options=${homeMountOptions(accessPointId)}
TimeoutSec=120
`;
}

/**
 * What our controllers change of the package's jenkins.service: bound to lease and home, Java's
 * heap, and everything but the home on the local disk. Starting may take 30 minutes: a home with a
 * thousand jobs needs that, and the package's 90 s would kill it half-way, again and again.
 */
export function renderJenkinsDropIn(heapMb: number): string {
  return `[Unit]
BindsTo=jenkins-lease.service
After=jenkins-lease.service
Wants=jenkins-drain.service
RequiresMountsFor=${leasePaths.home}

[Service]
EnvironmentFile=${leasePaths.settings}
${renderJenkinsService(heapMb)}ExecStartPre=+${leasePaths.script} check-home
ExecStartPre=+${controllerPaths.secretsScript}
`;
}

/**
 * Settings of the service that any Jenkins of ours has, wherever its home is.
 * @param heapMb Java's heap, MiB
 */
export function renderJenkinsService(heapMb: number): string {
  if (!Number.isInteger(heapMb) || heapMb < 256) {
    throw new Error(`heapMb is ${heapMb}; Jenkins needs a whole number of MiB, 256 or more`);
  }
  const java = [
    `-Xms${heapMb}m -Xmx${heapMb}m`,
    "-XX:+UseG1GC -XX:+ExitOnOutOfMemoryError",
    "-Djava.awt.headless=true",
    "-Djenkins.install.runSetupWizard=false",
    `-Djenkins.model.Jenkins.slaveAgentPort=${agentPort}`,
    "-Djenkins.model.Jenkins.slaveAgentPortEnforce=true",
    `-Djenkins.model.Jenkins.workspacesDir=${softwarePaths.workspaces}/$\{ITEM_FULL_NAME}`,
    `-Djenkins.plugins.git.AbstractGitSCMSource.cacheRootDir=${softwarePaths.gitCaches}`,
  ].join(" ");
  return `Environment="JAVA_HOME=${softwarePaths.javaHome}"
Environment="JENKINS_JAVA_CMD=${softwarePaths.javaHome}/bin/java"
Environment="JENKINS_HOME=${leasePaths.home}"
Environment="JENKINS_WEBROOT=${softwarePaths.webroot}"
Environment="JENKINS_PORT=${webPort}"
Environment="JENKINS_LOG=${softwarePaths.logs}/jenkins.log"
Environment="JENKINS_OPTS=--pluginroot=${softwarePaths.plugins}"
Environment="JAVA_OPTS=${java}"
Environment="CASC_JENKINS_CONFIG=${controllerPaths.configuration}"
Environment="SECRETS=${controllerPaths.secrets}"
# The access point gives every file to one owner; systemd must not try to give them to another.
StateDirectory=
TimeoutStartSec=30min
TimeoutStopSec=${jenkinsStopSeconds}
`;
}
