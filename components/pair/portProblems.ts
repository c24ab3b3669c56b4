import type { ArgumentProblem } from "../argumentProblems";
import type { PairTeam, ProxyPair } from "./pair";

/** Ports of the pair's machines that are taken, and by what. */
const ownPorts: readonly (readonly [number, string])[] = [
  [80, "the pair's own HTTP"],
  [443, "the pair's own HTTPS"],
  [8405, "the pair's sign of life"],
];

/** Two that listen at one port of a machine: both are named. */
export function portProblems({ teams, stats }: ProxyPair): ArgumentProblem[] {
  const listeners = [
    ...ownPorts.map(([value, path]) => ({ value, path })),
    { value: stats.port, path: "stats.port" },
    ...teams.flatMap(({ agents }, index) =>
      agents === undefined
        ? []
        : [{ value: agents.pairPort, path: `teams[${index}].agents.pairPort` }],
    ),
    ...teams.flatMap((team, index) =>
      team.addresses === undefined ? controllerPorts(team, `teams[${index}]`) : [],
    ),
  ];
  const elsewhere = teams.flatMap((team, index) =>
    team.addresses === undefined ? [] : controllerPorts(team, `teams[${index}]`),
  );
  const bad = [...listeners, ...elsewhere]
    .filter(({ value }) => !Number.isInteger(value) || value < 1 || value > 65_535)
    .map(({ path, value }) => ({
      path,
      reason: `is ${JSON.stringify(value)}; give a port from 1 to 65535`,
    }));
  return [...bad, ...duplicates(listeners, "give one of them another port")];
}

function controllerPorts(
  { webPort, agents }: PairTeam,
  path: string,
): { value: number; path: string }[] {
  return [
    { value: webPort, path: `${path}.webPort` },
    ...(agents === undefined
      ? []
      : [{ value: agents.controllerPort, path: `${path}.agents.controllerPort` }]),
  ];
}

interface Placed {
  readonly value: string | number;
  readonly path: string;
}

/** Values that may be there once alone: each repeat, with the place that has it already. */
export function duplicates(all: readonly Placed[], fix: string): ArgumentProblem[] {
  const first = new Map<string | number, string>();
  return all.flatMap(({ value, path }) => {
    const other = first.get(value);
    if (other === undefined) {
      first.set(value, path);
      return [];
    }
    return [{ path, reason: `is ${JSON.stringify(value)}, as is ${other}; ${fix}` }];
  });
}
