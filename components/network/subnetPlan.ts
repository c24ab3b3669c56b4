import type { ArgumentProblem } from "../argumentProblems";

/** What a subnet is for: load balancers and NAT; machines; file systems and databases. */
export type SubnetTier = "public" | "private" | "isolated";

/** The layout of one VPC, as awsx's "Auto" strategy computes it from the masks. */
export interface SubnetPlan {
  /** In the order in which each zone is divided: the largest first, so that no gap is needed. */
  readonly tiers: readonly { readonly tier: SubnetTier; readonly cidrMask: number }[];
  /** Ranges by tier, one a zone, e.g. `10.10.0.0/18`. */
  readonly ranges: Readonly<Record<SubnetTier, readonly string[]>>;
}

/** AWS allows VPCs from /16 to /28; a zone's smallest subnets must hold a load balancer's 8 addresses. */
const longestVpcMask = 20;
const shortestVpcMask = 16;

/** What is wrong with a network's range or zones. */
export function subnetProblems(cidr: string, availabilityZones: number): ArgumentProblem[] {
  const problems: ArgumentProblem[] = [];
  const range = parseRange(cidr);
  if (range === undefined || range.mask < shortestVpcMask || range.mask > longestVpcMask) {
    problems.push({
      path: "cidr",
      reason: `is "${cidr}"; give an IPv4 range from /${shortestVpcMask} to /${longestVpcMask}, such as 10.10.0.0/16`,
    });
  } else if (range.base !== (range.base & netmask(range.mask)) >>> 0) {
    problems.push({
      path: "cidr",
      reason: `"${cidr}" has bits set beyond its mask; the range is ${written((range.base & netmask(range.mask)) >>> 0)}/${range.mask}`,
    });
  }
  if (![2, 3].includes(availabilityZones)) {
    problems.push({
      path: "availabilityZones",
      reason: `is ${availabilityZones}; give 2 or 3: one zone would make every other protection moot`,
    });
  }
  return problems;
}

/**
 * Divides a VPC: every zone gets an equal power of two, and of it half goes to the private tier
 * (where machines multiply) and an eighth each to the public and the isolated one. The rest stays
 * free for what comes later.
 *
 * @param cidr A range that {@link subnetProblems} accepts.
 */
export function planSubnets(cidr: string, availabilityZones: number): SubnetPlan {
  const range = parseRange(cidr);
  if (range === undefined) throw new Error(`"${cidr}" is not an IPv4 range`);
  const zoneMask = range.mask + Math.ceil(Math.log2(availabilityZones));
  const tiers = [
    { tier: "private", cidrMask: zoneMask + 1 },
    { tier: "public", cidrMask: zoneMask + 3 },
    { tier: "isolated", cidrMask: zoneMask + 3 },
  ] as const;
  const ranges: Record<SubnetTier, string[]> = { private: [], public: [], isolated: [] };
  for (let zone = 0; zone < availabilityZones; zone++) {
    let next = range.base + zone * size(zoneMask);
    for (const { tier, cidrMask } of tiers) {
      ranges[tier].push(`${written(next)}/${cidrMask}`);
      next += size(cidrMask);
    }
  }
  return { tiers, ranges };
}

/**
 * The bastion's range: the last 16 addresses of the first zone, which the tiers leave free.
 */
export function bastionRange(cidr: string, availabilityZones: number): string {
  const range = parseRange(cidr);
  if (range === undefined) throw new Error(`"${cidr}" is not an IPv4 range`);
  const zoneMask = range.mask + Math.ceil(Math.log2(availabilityZones));
  return `${written(range.base + size(zoneMask) - 16)}/28`;
}

function parseRange(cidr: string): { base: number; mask: number } | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(cidr);
  if (match === null) return undefined;
  const [a, b, c, d, mask] = match.slice(1).map(Number) as [number, number, number, number, number];
  if ([a, b, c, d].some((octet) => octet > 255) || mask > 32) return undefined;
  return { base: ((a * 256 + b) * 256 + c) * 256 + d, mask };
}

function size(mask: number): number {
  return 2 ** (32 - mask);
}

function netmask(mask: number): number {
  return (0xffffffff << (32 - mask)) >>> 0;
}

function written(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");
}
