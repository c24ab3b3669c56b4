import type { PairMachine, ProxyPair } from "./pair";
import type { Vip } from "./vip";

/** Where HAProxy's unit finds the rule. */
export const refusalRule = "/etc/haproxy/refusals.nft";

/**
 * A rule for the machine's packet filter, in nftables' language: a new connection to the shared address
 * is never refused. From HAProxy's end until the address has gone to the other machine, some 20 to
 * 100 ms, the kernel would refuse whoever comes; without an answer the caller's kernel asks again after a
 * second, and is served by the other machine.
 *
 * It loads again and again with the same result. What it drops is the answer to a first packet (reset
 * and acknowledged, sequence number 0) and nothing of connections that stood.
 */
export function renderRefusalRule(pair: ProxyPair, machine: PairMachine, vip: Vip): string {
  const ports = [
    80,
    ...(pair.tls.kind === "none" ? [] : [443]),
    ...pair.teams.flatMap(({ agents }) => (agents === undefined ? [] : [agents.pairPort])),
  ];
  // An Elastic IP is known outside alone: on the machine it is the machine's own address.
  const [address] = (vip.kind === "elasticIp" ? machine.address : vip.address).split("/");
  return `table inet pair
flush table inet pair
table inet pair {
  chain refusals {
    type filter hook output priority filter;
    ip saddr ${address} tcp sport { ${ports.join(", ")} } tcp flags & (rst | ack) == rst | ack tcp sequence 0 drop
  }
}
`;
}
