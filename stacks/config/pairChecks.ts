import { contains, parseCidr } from "./cidr";
import type { Check, Given } from "./crossChecks";
import { architectureProblems } from "./machineChecks";

function warmTeams({ teams }: Given): readonly string[] {
  return (teams ?? []).flatMap((team) =>
    team?.standby === "warm" && team.name !== undefined ? [team.name] : [],
  );
}

const edgeHasTeams: Check = (given) => {
  if (given.pair?.edge === undefined || !given.teams || warmTeams(given).length > 0) return [];
  return [
    {
      path: "pair.edge",
      wrong: "has no team to stand in front of",
      allowed: "together with a team that has standby: warm",
      fix: "set a team's standby to warm, or remove pair.edge: the load balancer serves the others",
    },
  ];
};

/** A route to an address of the VPC itself would lose against the VPC's own. */
const addressIsOutside: Check = ({ pair, network }) => {
  const address = pair?.edge?.address;
  const parsed = address === undefined ? undefined : parseCidr(`${address}/32`);
  if (address === undefined || !network?.cidr) return [];
  if (parsed === undefined) {
    return [
      {
        path: "pair.edge.address",
        wrong: `is "${address}", which is no IPv4 address`,
        allowed: "four numbers from 0 to 255 with dots between them",
        fix: "take an address that no network of yours has: 100.100.0.1",
      },
    ];
  }
  return (["primary", "dr"] as const).flatMap((key) => {
    const range = parseCidr(network.cidr?.[key] ?? "");
    if (!range || !contains(range, parsed)) return [];
    return [
      {
        path: "pair.edge.address",
        wrong: `is ${address}, inside of network.cidr.${key} (${network.cidr?.[key]})`,
        allowed: "an address that no network of yours has",
        fix: "take one such as 100.100.0.1",
      },
    ];
  });
};

const certificateIsHere: Check = ({ pair, regions, program }) => {
  const arn = pair?.edge?.certificateSecret;
  const region = program === undefined ? undefined : regions?.[program];
  const actual = arn?.split(":")[3];
  if (!actual || !region || actual === region) return [];
  return [
    {
      path: "pair.edge.certificateSecret",
      wrong: `is in ${actual}, but this stack's region is ${region}`,
      allowed: `a secret of ${region}`,
      fix: `replicate it there, and set pair.edge in Pulumi.${program}.yaml`,
    },
  ];
};

/** The default image installs its programs at the first boot. */
const imageIsComplete: Check = (given) => {
  const { network, pair } = given;
  const [warm] = warmTeams(given);
  if (warm === undefined || network?.nat !== "none" || !pair || pair.image !== undefined) return [];
  return [
    {
      path: "pair.image",
      wrong: `is missing, and without network.nat the machines of team ${warm} cannot install anything`,
      allowed: "images that have everything already",
      fix: "give pair.image (docs/decisions/pair-image.md), or set network.nat to single",
    },
  ];
};

const edgeFitsTheImage: Check = ({ pair, image }) => {
  const type = pair?.edge?.instanceType;
  return architectureProblems(
    type === undefined ? [] : [["pair.edge.instanceType", type]],
    image?.architecture,
  );
};

/** Pairs of machines inside of a region. */
export const pairChecks: readonly Check[] = [
  edgeHasTeams,
  addressIsOutside,
  certificateIsHere,
  imageIsComplete,
  edgeFitsTheImage,
];
