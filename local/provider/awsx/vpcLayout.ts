/** Kinds of subnet that awsx makes; `Unused` only reserves its addresses. */
export type SubnetType = "Public" | "Private" | "Isolated" | "Unused";

/** One entry of `subnetSpecs`. */
export interface SubnetSpec {
  readonly type: SubnetType;
  /** Prefix length, e.g. 20 for 4,096 addresses. Default: an even share of the zone's part. */
  readonly cidrMask?: number | undefined;
  /** Part of the resource names; default the type in small letters. */
  readonly name?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/** One subnet of the layout. */
export interface PlannedSubnet {
  readonly name: string;
  readonly type: SubnetType;
  readonly availabilityZone: string;
  /** Counted from 1, as in the resource names. */
  readonly zoneNumber: number;
  readonly cidrBlock: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** What the layout follows from. */
export interface LayoutRequest {
  readonly vpcName: string;
  readonly cidrBlock: string;
  readonly availabilityZones: readonly string[];
  readonly subnetSpecs: readonly SubnetSpec[];
}

const order: readonly SubnetType[] = ["Public", "Private", "Isolated"];

/**
 * The subnets that awsx makes with `subnetStrategy: "Auto"` (pulumi-awsx,
 * `awsx/ec2/subnetDistributorNew.ts`): the VPC's range is divided among the zones into equal powers
 * of two; in each zone the subnets follow one another in the order of the specs, each aligned to
 * its own size. Sorted as awsx creates them: zone by zone, public first, isolated last.
 *
 * @throws Error if a zone's part is too small for the specs
 */
export function layoutSubnets(request: LayoutRequest): PlannedSubnet[] {
  const { cidrBlock, availabilityZones, subnetSpecs } = request;
  const vpc = parseCidr(cidrBlock);
  const zoneMask = vpc.mask + bitsFor(availabilityZones.length);
  const defaultMask = zoneMask + bitsFor(subnetSpecs.length);
  const masks = subnetSpecs.map(({ cidrMask }) => cidrMask ?? defaultMask);
  const needed = masks.reduce((sum, mask) => sum + sizeOf(mask), 0);
  if (needed > sizeOf(zoneMask)) {
    throw new Error(
      `Subnets are too large for VPC. VPC has ${sizeOf(zoneMask)} addresses in each zone, ` +
        `but subnets require ${needed} addresses.`,
    );
  }
  return availabilityZones.flatMap((zone, index) => {
    const start = vpc.base + index * sizeOf(zoneMask);
    return zoneSubnets(request, zone, index + 1, start, masks);
  });
}

function zoneSubnets(
  { vpcName, subnetSpecs }: LayoutRequest,
  availabilityZone: string,
  zoneNumber: number,
  start: number,
  masks: readonly number[],
): PlannedSubnet[] {
  let next = start;
  const subnets = subnetSpecs.map((spec, index) => {
    const size = sizeOf(masks[index] ?? 32);
    const base = Math.ceil(next / size) * size;
    next = base + size;
    return {
      name: `${vpcName}-${spec.name ?? spec.type.toLowerCase()}-${zoneNumber}`,
      type: spec.type,
      availabilityZone,
      zoneNumber,
      cidrBlock: `${formatAddress(base)}/${masks[index] ?? 32}`,
      tags: spec.tags ?? {},
    };
  });
  return subnets
    .filter(({ type }) => type !== "Unused")
    .sort((a, b) => order.indexOf(a.type) - order.indexOf(b.type));
}

/** Bits that tell so many parts apart. */
function bitsFor(count: number): number {
  return count === 0 ? 0 : Math.ceil(Math.log2(count));
}

function sizeOf(mask: number): number {
  return 2 ** (32 - mask);
}

function parseCidr(cidr: string): { base: number; mask: number } {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(cidr);
  if (match === null) throw new Error(`cidrBlock must be like 10.0.0.0/16, got "${cidr}"`);
  const [a = 0, b = 0, c = 0, d = 0, mask = 0] = match.slice(1).map(Number);
  const size = sizeOf(mask);
  return { base: Math.floor((((a * 256 + b) * 256 + c) * 256 + d) / size) * size, mask };
}

function formatAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}
