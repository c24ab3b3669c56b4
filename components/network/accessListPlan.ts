import type { SubnetPlan, SubnetTier } from "./subnetPlan";

/**
 * A tier; the bastion's subnet, which has a list of its own; or `anywhere`: every IPv4 address, through
 * the internet or a NAT gateway.
 */
export type FlowEnd = SubnetTier | "bastion" | "anywhere";

/** Connections that a subnet's access list lets through; answers follow by themselves. */
export interface Flow {
  readonly from: FlowEnd;
  readonly to: FlowEnd;
  readonly port: number;
}

/** One entry of an access list, in one direction. */
export interface AccessListEntry {
  readonly ruleNo: number;
  readonly cidrBlock: string;
  readonly fromPort: number;
  readonly toPort: number;
}

/** What a tier's access list lets in and out. Everything else is refused. TCP alone. */
export interface AccessList {
  readonly ingress: readonly AccessListEntry[];
  readonly egress: readonly AccessListEntry[];
}

/** AWS's default quota of entries in each direction, beside the closing refusal. */
export const mostAccessListEntries = 20;

/** Ports that clients call from: Linux, load balancers and NAT gateways all stay within. */
const answers = { fromPort: 1024, toPort: 65535 };

interface Span {
  readonly cidrBlock: string;
  readonly fromPort: number;
  readonly toPort: number;
}

/**
 * The access lists of a VPC's tiers, from who may begin a connection with whom. Access lists are
 * stateless, so each flow also opens the way back: to the ports that clients call from, at those
 * tiers alone that answer or are answered.
 *
 * AWS's own resolver and time service are never filtered by access lists.
 *
 * @param bastion The bastion's range, where there is one.
 * @throws Error if a tier needs more entries than AWS allows.
 */
export function planAccessLists(
  subnets: Pick<SubnetPlan, "ranges">,
  flows: readonly Flow[],
  bastion?: string,
): Readonly<Record<SubnetTier, AccessList>> {
  const rangesOf = (end: FlowEnd): readonly string[] => {
    if (end === "anywhere") return ["0.0.0.0/0"];
    if (end !== "bastion") return subnets.ranges[end];
    return bastion === undefined ? [] : [bastion];
  };
  const listOf = (tier: SubnetTier): AccessList => {
    const ingress: Span[] = [];
    const egress: Span[] = [];
    for (const { from, to, port } of flows) {
      const called = { fromPort: port, toPort: port };
      if (to === tier) {
        ingress.push(...spans(rangesOf(from), called));
        egress.push(...spans(rangesOf(from), answers));
      }
      if (from === tier) {
        egress.push(...spans(rangesOf(to), called));
        ingress.push(...spans(rangesOf(to), answers));
      }
    }
    return { ingress: entries(tier, ingress), egress: entries(tier, egress) };
  };
  return { public: listOf("public"), private: listOf("private"), isolated: listOf("isolated") };
}

function spans(ranges: readonly string[], ports: Omit<Span, "cidrBlock">): Span[] {
  return ranges.map((cidrBlock) => ({ cidrBlock, ...ports }));
}

/** Numbered, each once, and without those that another one covers. */
function entries(tier: SubnetTier, wanted: readonly Span[]): AccessListEntry[] {
  const kept = wanted.filter(
    (span, index) =>
      !wanted.some((other, at) => covers(other, span) && (at < index || !covers(span, other))),
  );
  if (kept.length > mostAccessListEntries) {
    throw new Error(
      `the access list of the ${tier} subnets needs ${kept.length} entries in one direction; ` +
        `AWS allows ${mostAccessListEntries}: use two zones or fewer flows`,
    );
  }
  return kept.map((span, index) => ({ ruleNo: 100 + index, ...span }));
}

function covers(outer: Span, inner: Span): boolean {
  return (
    (outer.cidrBlock === "0.0.0.0/0" || outer.cidrBlock === inner.cidrBlock) &&
    outer.fromPort <= inner.fromPort &&
    inner.toPort <= outer.toPort
  );
}
