import { literal, renderEnvironmentFile } from "./shellQuotingRenderer";

/** A home that a machine may take, with the access point that leads to it. */
export interface LeasableHome {
  /** Key of the lease: `ma`, or `devops/controller-2` for a slot of an active-active team. */
  readonly home: string;
  readonly accessPointId: string;
}

/** How long a lease lives and when its holder gives up; all in seconds. */
export interface LeaseTiming {
  /** Life of a lease after each renewal. Also the longest wait after a machine died unseen. */
  readonly lease: number;
  /** Pause between renewals. */
  readonly renew: number;
  /** Pause between attempts to take a lease: part of every failover's duration. */
  readonly retry: number;
  /** Jenkins is told to stop this long before the lease ends, if it could not be renewed. */
  readonly stopBefore: number;
  /** Jenkins is killed this long before the lease ends, if it has not stopped by then. */
  readonly killBefore: number;
  /** Limit of one AWS call: an unanswered call must not eat the time that stopping needs. */
  readonly call: number;
  /** By how much two machines' clocks may differ. EC2's time service keeps them within 1 ms. */
  readonly clockSkew: number;
  /** For how long Jenkins is started again after its home could not be mounted. */
  readonly mountPatience: number;
}

/**
 * 90 s hides behind the boot of a replacement (60 to 90 s), so a shorter lease would save nothing;
 * it survives 50 s without an answer from DynamoDB before Jenkins has to stop.
 */
export const defaultLeaseTiming: LeaseTiming = {
  lease: 90,
  renew: 15,
  retry: 3,
  stopBefore: 40,
  killBefore: 10,
  call: 5,
  clockSkew: 5,
  // As long as the Auto Scaling group waits for a new machine's health; then it makes another one.
  mountPatience: 1_800,
};

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
  readonly autoScalingGroup: string;
  /** The hook that holds a terminating machine until Jenkins has stopped. */
  readonly terminateHook: string;
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
  checkTiming(timing);
  if (settings.homes.length === 0) throw new Error("a controller needs at least one home to lease");
  return renderEnvironmentFile({
    REGION: settings.region,
    PEER_REGION: settings.peerRegion,
    ROLE: settings.role,
    GENERATION: settings.generation,
    LEASE_TABLE: settings.leaseTable,
    RECORD_TABLE: settings.recordTable,
    HOMES: settings.homes.map(renderHome).join(" "),
    AUTO_SCALING_GROUP: settings.autoScalingGroup,
    TERMINATE_HOOK: settings.terminateHook,
    HOME_MOUNT: leasePaths.home,
    MOUNT_UNIT: leasePaths.mountUnit,
    MOUNT_DROP_IN: `/run/systemd/system/${leasePaths.mountUnit}.d/home.conf`,
    LEASE_SECONDS: timing.lease,
    RENEW_SECONDS: timing.renew,
    RETRY_SECONDS: timing.retry,
    STOP_BEFORE_SECONDS: timing.stopBefore,
    KILL_BEFORE_SECONDS: timing.killBefore,
    CALL_SECONDS: timing.call,
    CLOCK_SKEW_SECONDS: timing.clockSkew,
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

function checkTiming(timing: LeaseTiming): void {
  const worstRenewal = timing.renew + timing.call;
  if (timing.killBefore < timing.clockSkew) {
    throw new Error(
      `Jenkins is killed ${timing.killBefore} s before the lease ends, but clocks may differ by ` +
        `${timing.clockSkew} s: another machine could start first. Raise killBefore`,
    );
  }
  if (timing.stopBefore <= timing.killBefore || timing.lease - timing.stopBefore <= worstRenewal) {
    throw new Error(
      `a lease of ${timing.lease} s needs killBefore (${timing.killBefore}) < stopBefore ` +
        `(${timing.stopBefore}) < lease - renew - call (${timing.lease - worstRenewal})`,
    );
  }
}
