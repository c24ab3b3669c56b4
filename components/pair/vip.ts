/** The address that the pair's users know, and how it goes from one machine to the other. */
export type Vip =
  /** By gratuitous ARP, where both machines are in one network segment. */
  | {
      readonly kind: "arp";
      /** IPv4 with the length of its prefix: `10.0.1.100/24`. */
      readonly address: string;
    }
  /**
   * By replacing routes to an address outside of the VPC's ranges: works over zones, inside of the
   * VPC and from what is routed to it. Source/destination checks of both machines must be off.
   */
  | {
      readonly kind: "overlayRoute";
      /** IPv4 outside of the VPC's ranges, with `/32`. */
      readonly address: string;
      readonly region: string;
      readonly routeTableIds: readonly string[];
      /** Network interface of both machines that a cluster's address is put on. Default: `ens5`. */
      readonly networkInterface?: string;
    }
  /** By associating an Elastic IP: reached from the internet. $0.005 an hour. */
  | {
      readonly kind: "elasticIp";
      readonly region: string;
      readonly allocationId: string;
      /** The address itself. A cluster needs it: its agent recognises by it that it has the address. */
      readonly address?: string;
    };

/** How both Keepaliveds find each other. */
export interface VrrpPeers {
  /** Network interface of both machines that the peers' addresses are on: `eth0`. */
  readonly networkInterface: string;
  /** 1 to 255; another one for every pair in the same network segment. */
  readonly routerId: number;
}
