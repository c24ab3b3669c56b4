import type { PairMachine } from "./pair";
import type { Vip } from "./vip";

/** How a machine is made certain to write nothing any more. */
export type Fencing =
  /** EC2 stops the instance. Never for a member of an Auto Scaling group: a terminated one reads as unknown. */
  | {
      readonly kind: "aws";
      readonly region: string;
      /** By machine name. */
      readonly instanceIds: Readonly<Record<string, string>>;
    }
  /** Any fence agent of the machines' own: a management board, a hypervisor. */
  | {
      readonly kind: "agent";
      /** Such as `fence_ipmilan`. */
      readonly agent: string;
      /** The agent's options for fencing each machine, by machine name. No secrets: the agents read files. */
      readonly options: Readonly<Record<string, Readonly<Record<string, string>>>>;
    };

/** Who decides when the machines do not see each other. Without one, both would shoot. */
export type TieBreaker =
  /** A third machine that gives one side its vote (corosync-qnetd). */
  | { readonly kind: "quorumDevice"; readonly host: string }
  /** A machine may fence only while it reaches one of these, such as the gateway. */
  | { readonly kind: "ping"; readonly targets: readonly string[] }
  /**
   * Fencing itself, where its device is reached over the machines' own network alone, as EC2 is: a
   * machine that is cut off cannot shoot. A board with a wire of its own is no tie-breaker.
   */
  | { readonly kind: "fencing" };

/** What the active machine mounts as Jenkins's home. */
export interface ClusterHome {
  /** What is mounted: `fs-…:/` or `storage:/jenkins`. */
  readonly device: string;
  /** `nfs4`, `efs` or `glusterfs`. */
  readonly type: string;
  /** Where it is mounted. */
  readonly directory: string;
  readonly options: string;
}

/**
 * A home that belongs to whoever holds its start lease: the lease decides, systemd mounts. Pacemaker
 * starts and watches both as units, in this order.
 */
export interface LeasedHome {
  /** The unit that takes and keeps the lease, without `.service`. */
  readonly leaseUnit: string;
  /** The mount's unit, with `.mount`. */
  readonly mountUnit: string;
}

/** An active and a passive machine of one controller. */
export interface ControllerCluster {
  /** Name of the cluster, a DNS label. */
  readonly name: string;
  /** The first one is preferred when both could serve for the first time; nothing fails back by itself. */
  readonly machines: readonly [PairMachine, PairMachine];
  readonly home: ClusterHome | LeasedHome;
  /** Absent where others see for themselves which machine serves, as a load balancer does. */
  readonly vip?: Vip;
  readonly fencing: Fencing;
  readonly tieBreaker: TieBreaker;
}

/** How fast a dead machine is noticed and fenced. */
export interface ClusterTiming {
  /** Silence after which a machine counts as lost, ms. */
  readonly token: number;
  /**
   * How long the machines that are left wait for word of the others until they go on without them, ms.
   * Of two machines there is nobody left to agree with: anything between Corosync's join timeout (50 ms)
   * and the token is safe (corosync.conf(5)), and Red Hat's cluster manager took a fifth of the token for
   * two machines. Absent: Corosync's own, 1.2 times the token.
   */
  readonly consensus?: number;
  /** How long a machine that starts waits for others before it decides alone, s. */
  readonly deadTime: number;
  /** Between two looks at a resource, s. */
  readonly monitor: number;
  /**
   * How much later the preferred machine is shot when both try, s: longer than the fence device takes to
   * end a machine. With EC2 at least 15 s.
   */
  readonly fencingDelay: number;
  /** Between the three pings by which a machine that may shoot looks at the network, s. */
  readonly pingInterval: number;
}

/**
 * Timings by name, see proxyTiming.ts. `reference` are the daemons' own. What a failover with `fast` is
 * made of: 1.3 s until Corosync agrees that a machine is gone (token and consensus), the delay if it was
 * the preferred one, and about a second for fence, home, Jenkins's process and address. Pings in a row
 * outlast a lost packet as well as pings a second apart, which took 2 s of every failover.
 */
export const clusterTimings = {
  reference: { token: 3_000, deadTime: 20, monitor: 10, fencingDelay: 5, pingInterval: 1 },
  fast: { token: 1_000, consensus: 300, deadTime: 2, monitor: 5, fencingDelay: 1, pingInterval: 0 },
} as const satisfies Record<string, ClusterTiming>;
