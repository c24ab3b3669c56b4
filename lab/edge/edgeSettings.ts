import type { PairTeam } from "../../components/pair/pair";
import { pairProblems } from "../../components/pair/pairProblems";
import type { EdgePairSettings } from "../../components/pair/pairFiles";
import type { PairProfile } from "../../components/pair/proxyTiming";
import { defaultTeamHealthRule } from "../../components/pair/teamHealthScriptRenderer";
import { vipProblems } from "../../components/pair/vipProblems";
import type { Segment } from "../machines/segment";

/** The published guide's four teams. One of them is active-active, the others active-passive. */
export const teams: readonly PairTeam[] = [
  team("devops", 1),
  team("ma", 2),
  team("ba", 3),
  { ...team("tw", 4), strategy: "active-active" },
];

/** A team that a pair gets while it runs. */
export const addedTeam: PairTeam = team("qa", 5);

function team(name: string, number: number): PairTeam {
  return {
    name,
    webPort: 8080 + number,
    agents: { controllerPort: 50_000 + number, pairPort: 51_000 + number },
  };
}

/** Where a segment's machines and their shared address are. */
export const hosts = { m1: 11, m2: 12, vip: 100, management: 100 } as const;

/** The names of both machines; the first is preferred. */
export const machineNames = ["m1", "m2"] as const;

export type MachineName = (typeof machineNames)[number];

/** @throws Error if the product's own checks refuse them */
export function edgeSettings(
  segment: Pick<Segment, "address">,
  profile: PairProfile,
  its: readonly PairTeam[] = teams,
): EdgePairSettings {
  const settings: EdgePairSettings = {
    pair: {
      machines: [
        { name: "m1", address: segment.address(hosts.m1) },
        { name: "m2", address: segment.address(hosts.m2) },
      ],
      domain: "lab.example.com",
      teams: its,
      strategy: "active-passive",
      tls: { kind: "none" },
      stats: {
        addresses: {
          m1: segment.address(hosts.management + hosts.m1),
          m2: segment.address(hosts.management + hosts.m2),
        },
        port: 8404,
        user: "operator",
      },
    },
    profile,
    vip: { kind: "arp", address: `${segment.address(hosts.vip)}/24` },
    peers: { networkInterface: "eth0", routerId: 51 },
    rule: defaultTeamHealthRule,
  };
  const problems = [...pairProblems(settings.pair), ...vipProblems(settings)];
  if (problems.length > 0) {
    throw new Error(problems.map(({ path, reason }) => `${path} ${reason}`).join("; "));
  }
  return settings;
}
