import { overlap, parseCidr } from "./cidr";
import type { Check } from "./crossChecks";
import { endpointsNeededWithoutNat, type endpointServices } from "./networkSettings";

type EndpointService = (typeof endpointServices)[number];

const rangesDoNotOverlap: Check = ({ network }) => {
  const { primary, dr } = network?.cidr ?? {};
  const ranges = [parseCidr(primary ?? ""), parseCidr(dr ?? "")] as const;
  if (!ranges[0] || !ranges[1] || !overlap(ranges[0], ranges[1])) return [];
  return [
    {
      path: "network.cidr.dr",
      wrong: `is ${String(dr)}, which overlaps network.cidr.primary, ${String(primary)}`,
      allowed: "two ranges without a common address",
      fix: "change one of them before the first deployment, for example to 10.20.0.0/16: overlapping networks can never be peered",
    },
  ];
};

const endpointsAreGivenOnce: Check = ({ network }) => {
  const endpoints = network?.interfaceEndpoints ?? [];
  return endpoints.flatMap((endpoint, index) =>
    endpoint === undefined || endpoints.indexOf(endpoint) === index
      ? []
      : [
          {
            path: `network.interfaceEndpoints[${index}]`,
            wrong: `is "${endpoint}" for the second time`,
            allowed: "each service once",
            fix: "remove it",
          },
        ],
  );
};

/** Two rules for one range are one rule to EC2, which refuses the second. */
const bastionRangesAreGivenOnce: Check = ({ network }) => {
  const ranges = network?.bastion?.allowFrom ?? [];
  return ranges.flatMap((range, index) =>
    range === undefined || ranges.indexOf(range) === index
      ? []
      : [
          {
            path: `network.bastion.allowFrom[${index}]`,
            wrong: `is ${range} for the second time`,
            allowed: "each range once",
            fix: "remove it",
          },
        ],
  );
};

/** What the agents' plugins and machines call, beside what controllers need. */
const endpointsOfAgents: Readonly<
  Record<"ec2Spot" | "fargate" | "none", readonly EndpointService[]>
> = {
  ec2Spot: ["autoscaling", "ec2"],
  fargate: ["ecr.api", "ecr.dkr", "ecs"],
  none: [],
};

const withoutNatEndpointsSuffice: Check = ({ network, agents, teams }) => {
  if (network?.nat !== "none" || !network.interfaceEndpoints) return [];
  const kinds = [agents?.kind, ...(teams ?? []).map((team) => team?.agents?.kind)];
  const needed = [
    ...endpointsNeededWithoutNat,
    ...kinds.flatMap((kind) => (kind ? endpointsOfAgents[kind] : [])),
    // By it the machines of a pair fence each other: no standby starts before EC2 has confirmed that.
    ...((teams ?? []).some((team) => team?.standby === "warm") ? ["ec2"] : []),
  ];
  const present: readonly (string | undefined)[] = network.interfaceEndpoints;
  const missing = [...new Set(needed)].filter((service) => !present.includes(service));
  if (missing.length === 0) return [];
  return [
    {
      path: "network.interfaceEndpoints",
      wrong: `lacks ${missing.join(", ")}, without which nothing starts while network.nat is none`,
      allowed: "all services that controllers and agents call",
      fix: `add ${missing.join(", ")}, or set network.nat to single`,
    },
  ];
};

/** Addresses and ways out. */
export const networkChecks: readonly Check[] = [
  rangesDoNotOverlap,
  endpointsAreGivenOnce,
  bastionRangesAreGivenOnce,
  withoutNatEndpointsSuffice,
];
