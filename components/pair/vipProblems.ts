import type { ArgumentProblem } from "../argumentProblems";
import type { EdgePairSettings } from "./pairFiles";
import { priorities, teamsDownWeight } from "./keepalivedTiming";
import type { Vip } from "./vip";
import { ipv4Address, ipv4WithPrefix, wrong } from "./valueForms";

const interfaceName = /^[a-z][a-z0-9.-]{0,14}$/;
const interfaceForm = "an interface's name such as eth0";
const region = /^[a-z]{2}(-[a-z]+)+-\d$/;
const routeTable = /^rtb-[0-9a-f]{8,17}$/;
const allocation = /^eipalloc-[0-9a-f]{8,17}$/;

/** What is wrong with the shared address, the peers and the rule by which it moves. */
export function vipProblems({
  vip,
  peers,
  rule,
}: Pick<EdgePairSettings, "vip" | "peers" | "rule">): ArgumentProblem[] {
  return [
    ...addressProblems(vip),
    ...(interfaceName.test(peers.networkInterface)
      ? []
      : [wrong("networkInterface", peers.networkInterface, interfaceForm)]),
    ...(Number.isInteger(peers.routerId) && peers.routerId >= 1 && peers.routerId <= 255
      ? []
      : [wrong("routerId", peers.routerId, "a whole number from 1 to 255")]),
    ...(rule.threshold > 0 && rule.threshold <= 1
      ? []
      : [
          wrong(
            "health.threshold",
            rule.threshold,
            "a share above 0 and up to 1 (0.5 is one half)",
          ),
        ]),
    ...(Number.isInteger(rule.quorum) && rule.quorum >= 1 && rule.quorum <= 100
      ? []
      : [wrong("health.quorum", rule.quorum, "a whole number of teams from 1 to 100")]),
  ];
}

/** The same for an edge pair and for a cluster. */
export function addressProblems(vip: Vip): ArgumentProblem[] {
  if (vip.kind === "elasticIp") {
    return [
      ...(region.test(vip.region)
        ? []
        : [wrong("vip.region", vip.region, "a region such as eu-central-1")]),
      ...(allocation.test(vip.allocationId)
        ? []
        : [
            wrong(
              "vip.allocationId",
              vip.allocationId,
              "an allocation such as eipalloc-0123456789abcdef0",
            ),
          ]),
      ...(vip.address === undefined || ipv4Address.test(vip.address)
        ? []
        : [wrong("vip.address", vip.address, "the IPv4 address that was allocated")]),
    ];
  }
  const address = ipv4WithPrefix.test(vip.address)
    ? []
    : [wrong("vip.address", vip.address, "an IPv4 address with its prefix such as 10.0.1.100/24")];
  if (vip.kind === "arp") return address;
  return [
    ...address,
    ...(vip.address.endsWith("/32")
      ? []
      : [
          wrong("vip.address", vip.address, "one address, with /32: a route leads to nothing else"),
        ]),
    ...(region.test(vip.region)
      ? []
      : [wrong("vip.region", vip.region, "a region such as eu-central-1")]),
    ...(vip.networkInterface === undefined || interfaceName.test(vip.networkInterface)
      ? []
      : [wrong("vip.networkInterface", vip.networkInterface, interfaceForm)]),
    ...vip.routeTableIds.flatMap((id, index) =>
      routeTable.test(id)
        ? []
        : [wrong(`vip.routeTableIds[${index}]`, id, "a route table such as rtb-0123456789abcdef0")],
    ),
  ];
}

/**
 * What is wrong with the weight of dead teams: one that is not more than the distance of the priorities
 * lowers a priority and moves nothing, which is how a published implementation never moved its address.
 */
export function weightProblems(
  weight: number = teamsDownWeight,
  distance: number = priorities.preferred - priorities.other,
): ArgumentProblem[] {
  if (-weight > distance) return [];
  return [
    {
      path: "teamsDownWeight",
      reason: `is ${weight}, no more than the distance of the priorities (priorities.preferred - priorities.other = ${distance}): the address would not move; give ${-distance - 1} or less`,
    },
  ];
}
