import type { Registration, Registrations } from "../registrations";

/** Types that hold what cannot be made again, by what makes each of them hard to delete. */
const stateHolders: Readonly<
  Record<string, (inputs: Registration["inputs"]) => string | undefined>
> = {
  "aws:rds/instance:Instance": (inputs) => {
    if (inputs.deletionProtection !== true) return "has no deletion protection";
    return inputs.skipFinalSnapshot === true ? "skips the final snapshot" : undefined;
  },
  "aws:efs/fileSystem:FileSystem": () => undefined,
  "aws:s3/bucket:Bucket": (inputs) =>
    inputs.forceDestroy === true ? "may be destroyed with its objects" : undefined,
  "aws:kms/key:Key": (inputs) =>
    (inputs.deletionWindowInDays as number | undefined) === 30
      ? undefined
      : "can be gone in fewer than 30 days",
};

/** State that a wrong `pulumi up` could delete. */
export function unprotectedState(registrations: Registrations): string[] {
  return registrations.all.flatMap((each) => {
    const rule = stateHolders[each.type];
    if (rule === undefined) return [];
    const weakness = rule(each.inputs);
    return [
      ...(each.protect ? [] : [`${each.type} ${each.name} is not under protect`]),
      ...(weakness === undefined ? [] : [`${each.type} ${each.name} ${weakness}`]),
    ];
  });
}

/**
 * Resources that lost their parent: they escape the provider and the tags that a component passes
 * on. A resource may hang from another one (a policy from its role), if that one is not lost.
 */
export function orphans(registrations: Registrations): string[] {
  const byUrn = new Map(registrations.all.map((each) => [each.urn, each]));
  const hasComponent = (parent: string | undefined): boolean => {
    if (parent === undefined || parent.includes("::pulumi:pulumi:Stack::")) return false;
    const found = byUrn.get(parent);
    return found !== undefined && (!found.custom || hasComponent(found.parent));
  };
  return registrations.all
    .filter((each) => each.custom && !each.type.startsWith("pulumi:"))
    .filter((each) => !hasComponent(each.parent))
    .map((each) => `${each.type} ${each.name} has no component as its parent`);
}
