/** An IPv4 range: addresses `first` to `last` as numbers, and the length of its prefix. */
export interface Range {
  readonly first: number;
  readonly last: number;
  readonly prefixLength: number;
}

const octet = "(25[0-5]|2[0-4]\\d|1?\\d?\\d)";
const pattern = new RegExp(`^${octet}\\.${octet}\\.${octet}\\.${octet}/(3[0-2]|[12]?\\d)$`);

/** The range that the text names, or nothing when it is not an IPv4 range in CIDR notation. */
export function parseCidr(text: string): Range | undefined {
  const match = pattern.exec(text);
  if (!match) return undefined;
  const [a, b, c, d, prefixLength] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  const size = 2 ** (32 - prefixLength);
  const first = Math.floor(address / size) * size;
  return { first, last: first + size - 1, prefixLength };
}

/** The same range written with its first address, as AWS wants it: `10.1.2.3/16` → `10.1.0.0/16`. */
export function canonicalCidr(range: Range): string {
  const octets = [24, 16, 8, 0].map((shift) => Math.floor(range.first / 2 ** shift) % 256);
  return `${octets.join(".")}/${range.prefixLength}`;
}

export function overlap(one: Range, other: Range): boolean {
  return one.first <= other.last && other.first <= one.last;
}

export function contains(outer: Range, inner: Range): boolean {
  return outer.first <= inner.first && inner.last <= outer.last;
}
