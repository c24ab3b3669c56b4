import type { ResourceRecordSet } from "@aws-sdk/client-route-53";

/** What a name server says of a name. */
export interface ZoneAnswer {
  /** DNS name of the AWS resource that the name stands for, without a final dot. */
  readonly target: string;
  /** How long a resolver may go on with it, modelled milliseconds. */
  readonly ttlMs: number;
}

/**
 * An alias has no TTL of its own but its target's, and load balancers and accelerators have this one.
 * Source: Route 53 Developer Guide, "Choosing between alias and non-alias records".
 */
const aliasTtlMs = 60_000;

/** Longer chains are loops. */
const longestChain = 8;

/**
 * What Route 53 answers for an A record: aliases within the zone are followed, and of several records
 * of a name one is chosen by weight, or by chance if all weights are 0.
 *
 * Source: Route 53 Developer Guide, "Weighted routing", "Special considerations for using weights of
 * 0", "Choosing between alias and non-alias records".
 *
 * @param draw a number in [0, 1) for each choice
 * @returns undefined for a name that does not exist
 * @throws Error for what is not modelled: health checks, other policies, addresses
 */
export function zoneAnswer(
  records: readonly ResourceRecordSet[],
  name: string,
  draw: () => number,
): ZoneAnswer | undefined {
  let current = withoutDot(name);
  for (let length = 0; length < longestChain; length += 1) {
    const named = records.filter(
      ({ Name = "", Type }) => Type === "A" && withoutDot(Name) === current,
    );
    if (named.length === 0)
      return length === 0 ? undefined : { target: current, ttlMs: aliasTtlMs };
    named.forEach(refuseUnmodelled);
    current = withoutDot(chosen(named, draw).AliasTarget?.DNSName ?? "");
  }
  throw new Error(`The aliases of ${name} lead in a circle.`);
}

function chosen(records: readonly ResourceRecordSet[], draw: () => number): ResourceRecordSet {
  const weights = records.map(({ Weight = 0 }) => Weight);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  // Nobody is to be served, which Route 53 does not believe: it treats them alike.
  const shares = total === 0 ? weights.map(() => 1) : weights;
  let left = draw() * shares.reduce((sum, share) => sum + share, 0);
  for (const [index, record] of records.entries()) {
    left -= shares[index] ?? 0;
    if (left < 0) return record;
  }
  throw new RangeError("A draw of 1 or more, or no record to choose.");
}

function refuseUnmodelled(record: ResourceRecordSet): void {
  const { Name, Weight, SetIdentifier, HealthCheckId, AliasTarget } = record;
  const unmodelled = [
    ...(AliasTarget === undefined ? ["an address of its own"] : []),
    ...(AliasTarget?.EvaluateTargetHealth ? ["EvaluateTargetHealth"] : []),
    ...(HealthCheckId === undefined ? [] : ["HealthCheckId"]),
    ...(SetIdentifier !== undefined && Weight === undefined
      ? ["a policy that is not weighted"]
      : []),
  ];
  if (unmodelled.length === 0) return;
  throw new Error(
    `The local name servers model simple and weighted aliases whose targets' health nobody asks; ` +
      `${Name ?? "a record"} has ${unmodelled.join(" and ")}.`,
  );
}

function withoutDot(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}
