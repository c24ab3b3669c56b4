import { renderAgentSections, renderTeamBackend } from "./haproxyBackendRenderer";
import { hostOf, type PairMachine, type ProxyPair } from "./pair";
import type { ProxyTiming } from "./proxyTiming";

/** Where HAProxy finds and leaves things; relative ones lie beside its configuration. */
export const haproxyPaths = {
  hosts: "hosts.map",
  paths: "paths.map",
  unavailable: "unavailable.http",
  /** What a person on the machine drains servers by. */
  socket: "/run/haproxy/admin.sock",
} as const;

/** Loopback address at which HAProxy says that it is alive and what state its servers are in. */
export const loopback = {
  address: "127.0.0.1",
  port: 8405,
  alive: "/alive",
  states: "/states",
} as const;

/**
 * Environment variable with the crypt(3) hash of the statistics page's password. The file itself holds
 * no secret: systemd reads the hash from a file that only root can.
 */
export const statsPasswordVariable = "HAPROXY_STATS_PASSWORD_HASH";

/** What one machine's HAProxy is configured by, by file name. */
export type ProxyFiles = Readonly<Record<string, string>>;

/**
 * The files of one machine's HAProxy (2.6 or later).
 *
 * @param pair checked: see `pairProblems`
 */
export function renderHaproxy(
  pair: ProxyPair,
  machine: PairMachine,
  timing: ProxyTiming,
): ProxyFiles {
  const sections = [
    renderGlobal(),
    renderDefaults(timing),
    ...renderStats(pair, machine),
    renderLoopback(),
    ...renderWebFrontends(pair),
    ...pair.teams.map((team) => renderTeamBackend(team, pair, machine, timing)),
    ...pair.teams.flatMap((team) => renderAgentSections(team, pair, machine, timing)),
  ];
  return {
    "haproxy.cfg": `${sections.join("\n\n")}\n`,
    [haproxyPaths.hosts]: renderMap(pair.teams.map((team) => [hostOf(team, pair), team.name])),
    [haproxyPaths.paths]: renderMap(pair.teams.map(({ name }) => [name, name])),
    [haproxyPaths.unavailable]: renderUnavailablePage(),
  };
}

function renderGlobal(): string {
  return `global
    # Maps and pages lie beside this file, wherever that is.
    default-path config
    log stdout format raw daemon
    # Level operator: servers can be drained by hand, certificates and maps cannot be changed.
    stats socket ${haproxyPaths.socket} mode 660 level operator
    stats timeout 10s
    ssl-default-bind-options ssl-min-ver TLSv1.2
    hard-stop-after 5m`;
}

function renderDefaults(timing: ProxyTiming): string {
  const { connect, check, idle, tunnel, retries, retriesElsewhere } = timing;
  return lines([
    "defaults",
    "    mode http",
    "    log global",
    "    option dontlognull",
    `    timeout connect ${connect}ms`,
    ...(check === undefined ? [] : [`    timeout check ${check}ms`]),
    "    timeout http-request 10s",
    `    timeout client ${idle}ms`,
    `    timeout server ${idle}ms`,
    "    # Replaces both after a WebSocket's upgrade: agents are silent for long.",
    `    timeout tunnel ${tunnel}ms`,
    `    retries ${retries}`,
    ...(retriesElsewhere
      ? ["    option redispatch 1", "    retry-on conn-failure empty-response"]
      : []),
    `    errorfile 503 ${haproxyPaths.unavailable}`,
    `    default-server ${serverTiming(timing)}`,
  ]);
}

function serverTiming(timing: ProxyTiming): string {
  const { interval, fastInterval, downInterval, fall, rise, retriesElsewhere } = timing;
  return [
    `inter ${interval}ms`,
    ...(fastInterval === undefined ? [] : [`fastinter ${fastInterval}ms`]),
    ...(downInterval === undefined ? [] : [`downinter ${downInterval}ms`]),
    `fall ${fall} rise ${rise}`,
    ...(retriesElsewhere ? ["observe layer4 error-limit 3 on-error mark-down"] : []),
    // Who waits for a controller that is gone should not wait for its timeout too.
    "on-marked-down shutdown-sessions",
  ].join(" ");
}

function renderStats({ stats }: ProxyPair, { name }: PairMachine): string[] {
  return [
    `userlist stats
    user ${stats.user} password "\${${statsPasswordVariable}}"`,
    `frontend stats
    bind ${stats.addresses[name] ?? ""}:${stats.port}
    no log
    http-request auth realm statistics unless { http_auth(stats) }
    http-request use-service prometheus-exporter if { path /metrics }
    stats enable
    stats uri /
    stats refresh 5s`,
  ];
}

/** For Keepalived on the same machine: the VIP stays where this answers and enough teams are up. */
function renderLoopback(): string {
  const { address, port, alive, states } = loopback;
  return `frontend loopback
    bind ${address}:${port}
    no log
    monitor-uri ${alive}
    stats enable
    stats uri ${states}`;
}

function renderWebFrontends(pair: ProxyPair): string[] {
  switch (pair.tls.kind) {
    case "none":
      return [renderHttpFrontend("bind :80")];
    case "terminate":
      return [
        `frontend plain
    bind :80
    http-request redirect scheme https code 308`,
        renderHttpFrontend(`bind :443 ssl crt ${pair.tls.certificates} alpn h2,http/1.1`),
      ];
    case "passthrough":
      return [renderTlsFrontend()];
    default:
      return pair.tls satisfies never;
  }
}

/** By host where one is known, otherwise by the first part of the path. */
function renderHttpFrontend(bind: string): string {
  return `frontend web
    ${bind}
    option forwardfor
    http-request set-header X-Forwarded-Proto %[ssl_fc,iif(https,http)]
    http-request set-header X-Forwarded-Port %[dst_port]
    # A request that may have had an effect must not be sent a second time.
    http-request disable-l7-retry unless METH_GET
    http-request set-var(txn.team) req.hdr(host),field(1,:),lower,map_str(${haproxyPaths.hosts})
    http-request set-var(txn.by_path) bool(true) unless { var(txn.team) -m found }
    http-request set-var(txn.team) path,field(2,/),map_str(${haproxyPaths.paths}) unless { var(txn.team) -m found }
    http-request return status 404 content-type text/plain string "No team has this host or path." unless { var(txn.team) -m found }
    log-format '${jsonLog}'
    use_backend jenkins_backend_%[var(txn.team)]`;
}

/** One JSON object a request; what a client wrote is encoded. */
const jsonLog = [
  '{"at":"%tr"',
  '"client":"%ci:%cp"',
  '"team":"%[var(txn.team)]"',
  '"server":"%s"',
  '"status":%ST',
  '"method":"%HM"',
  '"uri":"%[capture.req.uri,json(utf8s)]"',
  '"bytes":%B',
  '"connect_ms":"%Tc"',
  '"response_ms":"%Tr"',
  '"total_ms":"%Ta"',
  '"retries":"%rc"',
  '"ended":"%tsc"}',
].join(",");

function renderTlsFrontend(): string {
  return `frontend web
    mode tcp
    option tcplog
    bind :443
    tcp-request inspect-delay 5s
    tcp-request content set-var(sess.team) req.ssl_sni,lower,map_str(${haproxyPaths.hosts})
    tcp-request content accept if { var(sess.team) -m found }
    tcp-request content reject if { req.ssl_hello_type 1 }
    use_backend jenkins_backend_%[var(sess.team)]`;
}

function renderMap(entries: readonly (readonly [string, string])[]): string {
  return entries.map(([key, value]) => `${key} ${value}\n`).join("");
}

function renderUnavailablePage(): string {
  return `HTTP/1.0 503 Service Unavailable\r
Cache-Control: no-cache\r
Connection: close\r
Content-Type: text/html; charset=utf-8\r
Retry-After: 30\r
\r
<!doctype html>
<title>Jenkins is not available</title>
<h1>This team's Jenkins is not available</h1>
<p>No controller of the team answers. Builds that run on agents go on and report when it is back.</p>
`;
}

function lines(all: readonly string[]): string {
  return all.join("\n");
}
