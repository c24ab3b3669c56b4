/** What one EC2 instance type counts against the account's On-Demand vCPU quota. */

/** Types of the families that share the "Standard" quota, by the family's first letter. */
const standardFamilies = ["a", "c", "d", "h", "i", "m", "r", "t", "z"];

/** vCPUs by size below `xlarge`, for x86 and Graviton families alike unless `medium` says otherwise. */
const smallSizes: Readonly<Record<string, number>> = { nano: 2, micro: 2, small: 2, large: 2 };

/**
 * vCPUs of an instance type by its name. AWS names sizes in steps of `xlarge` = 4.
 *
 * @returns undefined for sizes that do not say (`metal`) and for families with another quota (GPUs,
 *   accelerators, `mac`, `x`, `u`), so that nobody counts on a number that is not so.
 */
export function vcpusOf(instanceType: string): number | undefined {
  const [family, size] = instanceType.split(".");
  if (family === undefined || size === undefined) return undefined;
  const letters = /^[a-z]+/.exec(family)?.[0] ?? "";
  if (letters === "dl" || letters === "inf" || letters === "trn") return undefined;
  if (!standardFamilies.includes(letters.slice(0, 1))) return undefined;
  const steps = /^(\d*)xlarge$/.exec(size);
  if (steps !== null) return 4 * Number(steps[1] === "" ? 1 : steps[1]);
  // Burstable types have two from the smallest on; other families' `medium` is a single one.
  if (size === "medium") return letters === "t" ? 2 : 1;
  return smallSizes[size];
}

/** A group of machines as it is while its region serves. */
export interface ServingGroup {
  readonly instanceType: string;
  readonly instances: number;
}

/** vCPUs that a region needs to serve; types that do not say are left out and named. */
export function servingVcpus(groups: readonly ServingGroup[]): {
  readonly vcpus: number;
  readonly unknownTypes: readonly string[];
} {
  const unknownTypes = new Set<string>();
  let vcpus = 0;
  for (const { instanceType, instances } of groups) {
    const each = vcpusOf(instanceType);
    if (each === undefined) unknownTypes.add(instanceType);
    else vcpus += each * instances;
  }
  return { vcpus, unknownTypes: [...unknownTypes].sort() };
}
