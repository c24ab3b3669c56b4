import {
  hostOf,
  machinesOf,
  type PairMachine,
  type PairTeam,
  type ProxyPair,
  strategyOf,
} from "./pair";
import type { ProxyTiming } from "./proxyTiming";

/** The servers of a team and how requests are spread over them. */
export function renderTeamBackend(
  team: PairTeam,
  pair: ProxyPair,
  here: PairMachine,
  timing: ProxyTiming,
): string {
  const encrypted = pair.tls.kind === "passthrough";
  const host = hostOf(team, pair);
  const sticky = strategyOf(team, pair) === "active-active";
  const healthPath = `${team.prefixed === true ? `/${team.name}` : ""}${team.healthPath ?? "/login"}`;
  return [
    `backend jenkins_backend_${team.name}`,
    ...(encrypted ? ["    mode tcp", `    timeout server ${timing.tunnel}ms`] : []),
    "    option httpchk",
    `    http-check send meth GET uri ${healthPath} ver HTTP/1.1 hdr Host ${host}`,
    "    http-check expect status 200",
    ...(sticky ? stickiness(team, pair) : []),
    ...(encrypted || team.prefixed === true
      ? []
      : [
          `    http-request set-path %[path,regsub(^/${team.name}/?,/)] if { var(txn.by_path) -m bool }`,
        ]),
    ...serversOf(team, pair, here).map(
      ({ machine, options }) =>
        `    server ${team.name}-${machine.name} ${addressOf(team, machine)}:${team.webPort} ` +
        [
          "check",
          ...(encrypted ? [`check-ssl check-sni ${host} verify none`] : []),
          ...options,
        ].join(" "),
    ),
  ].join("\n");
}

function addressOf({ addresses }: PairTeam, { name, address }: PairMachine): string {
  return addresses?.[name] ?? address;
}

/**
 * How an active-active team's users stay with the controller that they met. Behind TLS that is not ours
 * there is no cookie; the client's address has to do.
 */
function stickiness({ name }: PairTeam, { tls }: ProxyPair): string[] {
  if (tls.kind === "passthrough") return ["    balance source", "    hash-type consistent"];
  const secure = tls.kind === "terminate" ? " secure" : "";
  return [
    "    balance leastconn",
    `    cookie PAIR-${name} insert indirect nocache httponly${secure} attr SameSite=Lax`,
  ];
}

interface TeamServer {
  readonly machine: PairMachine;
  readonly options: readonly string[];
}

function serversOf(team: PairTeam, pair: ProxyPair, here: PairMachine): TeamServer[] {
  const [first, second] = machinesOf(team, pair);
  const strategy = strategyOf(team, pair);
  switch (strategy) {
    case "active-passive":
      // No cookie: it would reach a backup server that must not serve.
      return [
        { machine: first, options: [] },
        { machine: second, options: ["backup"] },
      ];
    case "active-active":
      return pair.machines.map((machine) => ({
        machine,
        options: [
          ...(pair.tls.kind === "passthrough" ? [] : [`cookie ${machine.name}`]),
          `weight ${team.weights?.[machine.name] ?? 100}`,
        ],
      }));
    case "local-only":
      return [{ machine: here, options: [] }];
    default:
      return strategy satisfies never;
  }
}

/** Inbound agents by TCP: a port of the pair for each team, with a check of its own. */
export function renderAgentSections(
  team: PairTeam,
  pair: ProxyPair,
  here: PairMachine,
  { tunnel }: ProxyTiming,
): string[] {
  const { agents, name } = team;
  if (agents === undefined) return [];
  const servers = serversOf(team, pair, here).map(({ machine, options }) => {
    const backup = options.includes("backup");
    // Who went to the standby comes back with the web traffic: one controller has all of a team's agents.
    const leaves = strategyOf(team, pair) === "active-passive" && !backup;
    return [
      `    server ${name}-${machine.name} ${addressOf(team, machine)}:${agents.controllerPort} check`,
      ...(backup ? ["backup"] : []),
      ...(leaves ? ["on-marked-up shutdown-backup-sessions"] : []),
    ].join(" ");
  });
  return [
    `frontend agents_${name}
    mode tcp
    option tcplog
    bind :${agents.pairPort}
    timeout client ${tunnel}ms
    default_backend agents_backend_${name}`,
    [
      `backend agents_backend_${name}`,
      "    mode tcp",
      `    timeout server ${tunnel}ms`,
      "    option tcp-check",
      ...servers,
    ].join("\n"),
  ];
}
