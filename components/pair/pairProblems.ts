import type { ArgumentProblem } from "../argumentProblems";
import { hostOf, type PairTeam, type ProxyPair, strategyOf } from "./pair";
import { duplicates, portProblems } from "./portProblems";
import { type ProxyTiming, webSocketPing } from "./proxyTiming";
import { dnsLabel, ipv4Address, wrong } from "./valueForms";

const labelForm =
  "1 to 32 lower-case letters, digits and hyphens, a letter first and no hyphen last";
const domainName = /^(?=.{1,200}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/;
const urlPath = /^\/[A-Za-z0-9._~/-]*$/;
const filePath = /^\/[A-Za-z0-9._/-]+$/;
const userName = /^[a-z][a-z0-9_-]{0,31}$/;

/** Most teams of one pair: two machines with more controllers than that are no machines of this world. */
const mostTeams = 100;

/** Everything that is wrong with a pair, each problem with both places where two of them disagree. */
export function pairProblems(pair: ProxyPair): ArgumentProblem[] {
  return [
    ...machineProblems(pair),
    ...(domainName.test(pair.domain)
      ? []
      : [wrong("domain", pair.domain, "a DNS name such as example.com")]),
    ...teamCountProblems(pair),
    ...pair.teams.flatMap((team, index) => teamProblems(team, `teams[${index}]`, pair)),
    ...duplicates(
      pair.teams.map(({ name }, index) => ({ value: name, path: `teams[${index}].name` })),
      "give every team a name of its own",
    ),
    ...portProblems(pair),
    ...tlsProblems(pair),
    ...statsProblems(pair),
  ];
}

export function machineProblems({ machines }: Pick<ProxyPair, "machines">): ArgumentProblem[] {
  const each = machines.flatMap(({ name, address }, index) => [
    ...(dnsLabel.test(name) ? [] : [wrong(`machines[${index}].name`, name, labelForm)]),
    ...(ipv4Address.test(address)
      ? []
      : [wrong(`machines[${index}].address`, address, "an IPv4 address such as 10.0.1.10")]),
  ]);
  const at = (key: "name" | "address") =>
    machines.map((machine, index) => ({ value: machine[key], path: `machines[${index}].${key}` }));
  return [
    ...each,
    ...duplicates(at("name"), "give every machine a name of its own"),
    ...duplicates(at("address"), "give every machine an address of its own"),
  ];
}

function teamCountProblems({ teams }: ProxyPair): ArgumentProblem[] {
  if (teams.length >= 1 && teams.length <= mostTeams) return [];
  return [{ path: "teams", reason: `are ${teams.length}; give 1 to ${mostTeams}` }];
}

function teamProblems(team: PairTeam, path: string, pair: ProxyPair): ArgumentProblem[] {
  const { name, preferred, healthPath, weights = {} } = team;
  const names = pair.machines.map((machine) => machine.name);
  const strategy = strategyOf(team, pair);
  const host = hostOf(team, pair);
  return [
    ...(dnsLabel.test(name) ? [] : [wrong(`${path}.name`, name, labelForm)]),
    ...(team.host === undefined || domainName.test(team.host)
      ? []
      : [wrong(`${path}.host`, team.host, "a DNS name such as ma.example.com")]),
    ...(team.host !== undefined || `${name}jenkins`.length <= 63
      ? []
      : [
          { path: `${path}.name`, reason: `makes the host ${host}, whose first label is too long` },
        ]),
    ...(healthPath === undefined || urlPath.test(healthPath)
      ? []
      : [wrong(`${path}.healthPath`, healthPath, "a path such as /login, without a query")]),
    ...(preferred === undefined || names.includes(preferred)
      ? []
      : [wrong(`${path}.preferred`, preferred, `one of the machines: ${names.join(", ")}`)]),
    ...(preferred !== undefined && strategy !== "active-passive"
      ? [
          {
            path: `${path}.preferred`,
            reason: `means nothing to a team that is ${strategy}; leave it out`,
          },
        ]
      : []),
    ...weightProblems(weights, `${path}.weights`, names, strategy),
    ...(team.addresses === undefined ? [] : elsewhereProblems(team.addresses, path, names)),
    ...(team.prefixed === true && pair.tls.kind === "passthrough"
      ? [
          {
            path: `${path}.prefixed`,
            reason: "cannot be seen behind TLS that is passed through; leave it out",
          },
        ]
      : []),
  ];
}

/** Controllers on machines of their own: both addresses, or neither. */
function elsewhereProblems(
  addresses: Readonly<Record<string, string>>,
  path: string,
  machines: readonly string[],
): ArgumentProblem[] {
  const unknown = Object.keys(addresses).filter((name) => !machines.includes(name));
  return [
    ...unknown.map((name) =>
      wrong(`${path}.addresses`, name, `one of the machines: ${machines.join(", ")}`),
    ),
    ...machines
      .filter((name) => !ipv4Address.test(addresses[name] ?? ""))
      .map((name) =>
        wrong(
          `${path}.addresses.${name}`,
          addresses[name] ?? "nothing",
          "the IPv4 address of the controller's machine",
        ),
      ),
  ];
}

function weightProblems(
  weights: Readonly<Record<string, number>>,
  path: string,
  machines: readonly string[],
  strategy: string,
): ArgumentProblem[] {
  const given = Object.entries(weights);
  if (given.length > 0 && strategy !== "active-active") {
    return [{ path, reason: `mean nothing to a team that is ${strategy}; leave them out` }];
  }
  return given.flatMap(([machine, weight]) => [
    ...(machines.includes(machine)
      ? []
      : [wrong(path, machine, `one of the machines: ${machines.join(", ")}`)]),
    ...(Number.isInteger(weight) && weight >= 1 && weight <= 256
      ? []
      : [wrong(`${path}.${machine}`, weight, "a whole number from 1 to 256")]),
  ]);
}

function tlsProblems({ tls }: ProxyPair): ArgumentProblem[] {
  if (tls.kind !== "terminate" || filePath.test(tls.certificates)) return [];
  return [
    wrong(
      "tls.certificates",
      tls.certificates,
      "an absolute path such as /etc/haproxy/certificates/",
    ),
  ];
}

function statsProblems({ stats, machines }: ProxyPair): ArgumentProblem[] {
  const known = machines.map(({ name }) => name);
  return [
    ...known
      .filter((name) => !ipv4Address.test(stats.addresses[name] ?? ""))
      .map((name) =>
        wrong(
          `stats.addresses.${name}`,
          stats.addresses[name] ?? "nothing",
          "the machine's IPv4 address in the management network",
        ),
      ),
    ...(userName.test(stats.user)
      ? []
      : [wrong("stats.user", stats.user, "up to 32 lower-case letters, digits, _ and -")]),
  ];
}

/** What no proxy of ours may be timed like. @param path where the timing stands in the configuration */
export function proxyTimingProblems(timing: ProxyTiming, path: string): ArgumentProblem[] {
  const { interval, check = interval, connect, fall, rise, retries, idle, tunnel } = timing;
  const between = (key: string, value: number, least: number, most: number, unit: string) =>
    Number.isFinite(value) && value >= least && value <= most
      ? []
      : [
          {
            path: `${path}.${key}`,
            reason: `is ${value} ${unit}; ${least} to ${most} are possible`,
          },
        ];
  return [
    ...between("connect", connect, 50, 60_000, "ms"),
    ...between("check", check, 50, 60_000, "ms"),
    ...between("interval", interval, 100, 60_000, "ms"),
    ...between("fall", fall, 1, 20, "checks"),
    ...between("rise", rise, 1, 20, "checks"),
    ...between("retries", retries, 0, 10, "tries"),
    ...between("idle", idle, 1_000, 86_400_000, "ms"),
    ...(tunnel > webSocketPing
      ? []
      : [
          {
            path: `${path}.tunnel`,
            reason:
              `is ${tunnel} ms, not longer than Jenkins's WebSocket ping of ${webSocketPing} ms: ` +
              "agents that have nothing to say would be cut off; give an hour (3600000)",
          },
        ]),
  ];
}
