import {
  checkLeaseTiming,
  defaultLeaseTiming,
  jenkinsStopSeconds,
  type LeaseTiming,
} from "./leaseTiming";
import { literal, renderEnvironmentFile } from "../machine/shellQuotingRenderer";

/** A home that a machine may take, with the access point that leads to it. */
export interface LeasableHome {
  /** Key of the lease: `ma`, or `devops/controller-2` for a slot of an active-active team. */
  readonly home: string;
  readonly accessPointId: string;
}

/** What a machine has to know to find out whether it may start Jenkins. */
export interface LeaseSettings {
  readonly region: string;
  readonly peerRegion: string;
  /** The role that the region had when this was rendered; counts while no record is readable. */
  readonly role: "active" | "waiting";
  /** The generation when this was rendered; a record of an older one is stale and ignored. */
  readonly generation: number;
  readonly leaseTable: string;
  /** Name of the failover record's table, the same in both regions. */
  readonly recordTable: string;
  /** In order of preference. One for a team with one writer, one per slot for active-active. */
  readonly homes: readonly LeasableHome[];
  /**
   * Who starts Jenkins when the lease is held: the lease itself (default), or a cluster manager, which
   * then also mounts the home; see renderClusterLeaseUnit.
   */
  readonly startedBy?: "lease" | "cluster";
  /** Absent where no Auto Scaling group ends the machine. */
  readonly autoScalingGroup?: string;
  /** The hook that holds a terminating machine until Jenkins has stopped. */
  readonly terminateHook?: string;
  readonly timing?: LeaseTiming;
}

/** Where the machine finds its settings, the script and the home. */
export const leasePaths = {
  settings: "/etc/jenkins-pilot-light/controller.env",
  script: "/usr/local/sbin/jenkins-lease",
  /** Mount point of the home, and JENKINS_HOME. */
  home: "/var/lib/jenkins",
  /** systemd's name for that mount point. */
  mountUnit: "var-lib-jenkins.mount",
} as const;

/**
 * Renders the settings file of the lease script.
 * @throws Error if a value could be read as more than a value, or the timing cannot work.
 */
export function renderLeaseSettings(settings: LeaseSettings): string {
  const timing = settings.timing ?? defaultLeaseTiming;
  checkLeaseTiming(timing);
  if (settings.homes.length === 0) throw new Error("a controller needs at least one home to lease");
  return renderEnvironmentFile({
    REGION: settings.region,
    PEER_REGION: settings.peerRegion,
    ROLE: settings.role,
    GENERATION: settings.generation,
    LEASE_TABLE: settings.leaseTable,
    RECORD_TABLE: settings.recordTable,
    HOMES: settings.homes.map(renderHome).join(" "),
    STARTED_BY: settings.startedBy ?? "lease",
    AUTO_SCALING_GROUP: settings.autoScalingGroup ?? "",
    TERMINATE_HOOK: settings.terminateHook ?? "",
    HOME_MOUNT: leasePaths.home,
    MOUNT_UNIT: leasePaths.mountUnit,
    MOUNT_DROP_IN: `/run/systemd/system/${leasePaths.mountUnit}.d/home.conf`,
    LEASE_SECONDS: timing.lease,
    RENEW_SECONDS: timing.renew,
    RETRY_SECONDS: timing.retry,
    STOP_BEFORE_SECONDS: timing.stopBefore,
    KILL_BEFORE_SECONDS: timing.killBefore,
    JENKINS_STOP_SECONDS: jenkinsStopSeconds,
    CALL_SECONDS: timing.call,
    DRIFT_SECONDS: timing.drift,
    MOUNT_PATIENCE_SECONDS: timing.mountPatience,
  });
}

/** Options of the mount; amazon-efs-utils adds NFS 4.1, hard and noresvport itself. */
export function homeMountOptions(accessPointId: string): string {
  return `tls,iam,accesspoint=${literal("access point", accessPointId)},_netdev,noatime`;
}

function renderHome({ home, accessPointId }: LeasableHome): string {
  if (!/^[a-z0-9][a-z0-9/-]*$/.test(home)) {
    throw new Error(
      `home ${JSON.stringify(home)} must consist of lower-case letters, digits, "-" and "/"`,
    );
  }
  if (!/^[a-zA-Z0-9-]+$/.test(accessPointId)) {
    throw new Error(`access point ${JSON.stringify(accessPointId)} is not an identifier`);
  }
  return `${home}=${accessPointId}`;
}
