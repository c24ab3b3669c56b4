/** A place in dev's binary log: how far a server is. */
export type Position =
  /** Name and offset of dev's log file. MySQL, and MariaDB without GTIDs. */
  | { readonly kind: "file"; readonly file: string; readonly offset: number }
  /** Newest transaction of each domain, as MariaDB has it: `0-1-4711`. */
  | { readonly kind: "gtid"; readonly gtid: string };

/** How far `one` is compared to `other`; undefined where that cannot be said. */
export type Distance = "behind" | "same" | "ahead" | undefined;

/** Compares two places in the log of the same source. */
export function compare(one: Position, other: Position): Distance {
  if (one.kind === "file" && other.kind === "file")
    return sign(fileNumber(one) - fileNumber(other) || one.offset - other.offset);
  if (one.kind === "gtid" && other.kind === "gtid")
    return compareDomains(domains(one.gtid), domains(other.gtid));
  return undefined;
}

/** Whether a server at `position` has everything up to `point`. */
export function hasReached(position: Position, point: Position): boolean {
  const distance = compare(position, point);
  return distance === "same" || distance === "ahead";
}

/** The farthest of several places; undefined when two of them cannot be compared. */
export function farthest(positions: readonly Position[]): Position | undefined {
  let best = positions[0];
  for (const position of positions.slice(1)) {
    const distance = best === undefined ? undefined : compare(position, best);
    if (distance === undefined) return undefined;
    if (distance === "ahead") best = position;
  }
  return best;
}

/** For people. */
export function readablePosition(position: Position): string {
  if (position.kind === "file") return `${position.file}:${position.offset}`;
  return position.gtid === "" ? "the beginning" : position.gtid;
}

/** Log files are numbered: `mysql-bin-changelog.000777`. A server's log has one base name. */
function fileNumber({ file }: Extract<Position, { kind: "file" }>): number {
  return Number(/\.(\d+)$/.exec(file)?.[1] ?? 0);
}

/** Sequence numbers by domain. Who wrote a transaction does not matter: its number counts on. */
function domains(gtid: string): ReadonlyMap<string, bigint> {
  const found = new Map<string, bigint>();
  for (const each of gtid.split(",")) {
    const [, domain, sequence] = /^\s*(\d+)-\d+-(\d+)\s*$/.exec(each) ?? [];
    if (domain === undefined || sequence === undefined) continue;
    const number = BigInt(sequence);
    if (number > (found.get(domain) ?? 0n)) found.set(domain, number);
  }
  return found;
}

function compareDomains(
  one: ReadonlyMap<string, bigint>,
  other: ReadonlyMap<string, bigint>,
): Distance {
  let behind = false;
  let ahead = false;
  for (const domain of new Set([...one.keys(), ...other.keys()])) {
    const left = one.get(domain) ?? 0n;
    const right = other.get(domain) ?? 0n;
    behind ||= left < right;
    ahead ||= left > right;
  }
  if (behind && ahead) return undefined;
  return behind ? "behind" : ahead ? "ahead" : "same";
}

function sign(difference: number): Distance {
  return difference < 0 ? "behind" : difference > 0 ? "ahead" : "same";
}
