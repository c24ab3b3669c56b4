import { isMap, type PropertyMap, type PropertyValue } from "./propertyValue";

/** One step into a value: a member's name, an element's index, or `*` for each. */
export type PathStep = string | number;

/**
 * Reads a Pulumi property path: `a.b`, `a[0].b`, `a["with.dot"]`, `a[*].b`, `*`.
 * @throws Error that quotes the path when it is malformed.
 */
export function parsePropertyPath(path: string): PathStep[] {
  const steps: PathStep[] = [];
  const token = /(?:^|\.)([^.[\]"]+)|\[(\d+)\]|\[\*\]|\["((?:[^"\\]|\\.)*)"\]/gy;
  while (token.lastIndex < path.length) {
    const at = token.lastIndex;
    const match = token.exec(path);
    if (match === null) {
      throw new Error(
        `The property path ${JSON.stringify(path)} cannot be read from position ${at} on. ` +
          `Write members as a.b or a["b"], elements as a[0], and any of them as a[*].`,
      );
    }
    const [, member, index, quoted] = match;
    if (member !== undefined) steps.push(member);
    else if (index !== undefined) steps.push(Number(index));
    else if (quoted !== undefined) steps.push(quoted.replace(/\\(.)/g, "$1"));
    else steps.push("*");
  }
  return steps;
}

/**
 * The new inputs with everything under `paths` as it was before: what `ignoreChanges` asks for.
 * A path that existed before and not now comes back; one that is new is taken out.
 */
export function withIgnoredChanges(
  before: PropertyMap,
  now: PropertyMap,
  paths: readonly string[],
): PropertyMap {
  return paths.reduce(
    (inputs, path) => reset(before, inputs, parsePropertyPath(path)) as PropertyMap,
    now,
  );
}

function reset(
  before: PropertyValue | undefined,
  now: PropertyValue | undefined,
  [step, ...rest]: readonly PathStep[],
): PropertyValue | undefined {
  if (step === undefined) return before;
  if (step === "*") {
    // From the end, because taking an element out moves those behind it.
    return stepsInto(before, now).reduceRight<PropertyValue | undefined>(
      (value, key) => resetMember(before, value, key, rest),
      now,
    );
  }
  return resetMember(before, now, step, rest);
}

function resetMember(
  before: PropertyValue | undefined,
  now: PropertyValue | undefined,
  key: PathStep,
  rest: readonly PathStep[],
): PropertyValue | undefined {
  const [old, current] = [member(before, key), member(now, key)];
  const value = reset(old, current, rest);
  if (value === current) return now;
  if (Array.isArray(now)) {
    const copy = [...now];
    if (value === undefined) copy.splice(Number(key), 1);
    else copy[Number(key)] = value;
    return copy;
  }
  if (!isMap(now)) return now;
  const others = Object.entries(now).filter(([name]) => name !== String(key));
  return Object.fromEntries(value === undefined ? others : [...others, [String(key), value]]);
}

function member(container: PropertyValue | undefined, key: PathStep): PropertyValue | undefined {
  if (Array.isArray(container)) return container[Number(key)];
  return isMap(container) ? container[String(key)] : undefined;
}

function stepsInto(...containers: (PropertyValue | undefined)[]): PathStep[] {
  const keys = new Set<PathStep>();
  for (const container of containers) {
    if (Array.isArray(container)) container.forEach((_, index) => keys.add(index));
    else if (isMap(container)) Object.keys(container).forEach((key) => keys.add(key));
  }
  return [...keys];
}

/** True if `changed` (a path from a provider's diff) is `pattern`, lies below it or contains it. */
export function pathTouches(pattern: string, changed: string): boolean {
  const [wanted, actual] = [parsePropertyPath(pattern), parsePropertyPath(changed)];
  const shared = Math.min(wanted.length, actual.length);
  return wanted
    .slice(0, shared)
    .every((step, index) => step === "*" || String(step) === String(actual[index]));
}
