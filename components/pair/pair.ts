/**
 * The words of a pair: two machines that stand in front of the same teams' controllers and share one
 * address. Plain data, from which every configuration file of both machines is rendered.
 */

/** How a team's controllers share its work. */
export type PairStrategy =
  /** One controller serves; the other machine's takes over when it is down. Default. */
  | "active-passive"
  /** Both serve, each with a home of its own; a browser stays with the one that it met first. */
  | "active-active"
  /** Each machine serves its own controller alone, and a 503 page without it. */
  | "local-only";

/** One of the two machines. */
export interface PairMachine {
  /** Part of the servers' names: `<team>-<machine>`. */
  readonly name: string;
  /** IPv4 address at which the other machine and the checks reach it. */
  readonly address: string;
}

/** A team whose controllers run on both machines. */
export interface PairTeam {
  /** A DNS label; its host is `<name>jenkins.<domain>`, its path `/<name>/`. */
  readonly name: string;
  /** Another host than that one, in full. */
  readonly host?: string;
  /** Default: the pair's. */
  readonly strategy?: PairStrategy;
  /** Port of the controller's web server, the same on both machines. */
  readonly webPort: number;
  /**
   * Where the team's controllers are, IPv4 by the name of the pair's machine that is their nearest.
   * Default: on the pair's own machines.
   */
  readonly addresses?: Readonly<Record<string, string>>;
  /**
   * Port of the controller's inbound agents on both machines, and the one at which the pair takes
   * their connections for it. Absent: agents come by WebSocket, over the web port.
   */
  readonly agents?: { readonly controllerPort: number; readonly pairPort: number };
  /** Name of the machine that serves an active-passive team while both could. Default: the first. */
  readonly preferred?: string;
  /** Shares of an active-active team by machine name, 1 to 256. Default: equal ones. */
  readonly weights?: Readonly<Record<string, number>>;
  /** What answers 200 when the controller can work. Default `/login`: 503 while Jenkins loads. */
  readonly healthPath?: string;
  /**
   * True when the controller itself runs below `/<name>` (`--prefix`). Otherwise the pair takes that
   * path off again: requests work so, but links in Jenkins's pages lead to the host's root.
   */
  readonly prefixed?: boolean;
}

/** Who ends users' TLS. */
export type PairTls =
  /** Nobody: for a network of one's own, or behind something that does. */
  | { readonly kind: "none" }
  /** HAProxy, with the certificates of a directory; plain HTTP is sent to HTTPS. */
  | { readonly kind: "terminate"; readonly certificates: string }
  /** The controllers. The pair sees server names alone: no paths, no cookies. */
  | { readonly kind: "passthrough" };

/** The page that shows every server's state. It shows; it changes nothing. */
export interface StatsPage {
  /** Management address of each machine, by machine name. */
  readonly addresses: Readonly<Record<string, string>>;
  readonly port: number;
  readonly user: string;
}

/** Two machines, their teams, and what is the same for both. */
export interface ProxyPair {
  readonly machines: readonly [PairMachine, PairMachine];
  /** Hosts are `<team>jenkins.<domain>`. */
  readonly domain: string;
  readonly teams: readonly PairTeam[];
  /** Of teams that name none. */
  readonly strategy: PairStrategy;
  readonly tls: PairTls;
  readonly stats: StatsPage;
}

/** The host under which a team is reached. */
export function hostOf(
  { name, host }: Pick<PairTeam, "name" | "host">,
  { domain }: Pick<ProxyPair, "domain">,
): string {
  return host ?? `${name}jenkins.${domain}`;
}

/** The strategy that holds for a team. */
export function strategyOf(team: PairTeam, pair: Pick<ProxyPair, "strategy">): PairStrategy {
  return team.strategy ?? pair.strategy;
}

/** The machines in the order in which they serve the team. */
export function machinesOf(
  { preferred }: PairTeam,
  { machines }: Pick<ProxyPair, "machines">,
): readonly [PairMachine, PairMachine] {
  const [first, second] = machines;
  return preferred === second.name ? [second, first] : machines;
}
