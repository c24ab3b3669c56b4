import type { InputRule } from "./resourceType";
import { isProperties } from "./wire";

/** True if both values mean the same to AWS under the input's rule. */
export function sameInput(rule: InputRule | undefined, a: unknown, b: unknown): boolean {
  if (rule?.json === true) return equal(parsed(a), parsed(b));
  return equal(a, b);
}

/**
 * True if what AWS answers agrees with what the program asked for: every value that was given is
 * there; what AWS added by itself does not count, nor does the order of a list of scalars.
 */
export function agrees(rule: InputRule | undefined, observed: unknown, asked: unknown): boolean {
  if (rule?.json === true) return equal(parsed(observed), parsed(asked));
  return covers(observed, asked);
}

function covers(observed: unknown, asked: unknown): boolean {
  if (asked === undefined || asked === null) return true;
  if (Array.isArray(observed) && Array.isArray(asked)) {
    if (observed.length !== asked.length) return false;
    if (asked.every((item) => typeof item !== "object")) {
      return equal(sorted(observed), sorted(asked));
    }
    return asked.every((item) => observed.some((seen) => covers(seen, item)));
  }
  if (isProperties(observed) && isProperties(asked)) {
    return Object.keys(asked).every((key) => covers(observed[key], asked[key]));
  }
  return scalarText(observed) === scalarText(asked);
}

function sorted(list: readonly unknown[]): string[] {
  return list.map(scalarText).sort();
}

/** AWS answers many numbers and booleans as texts. */
function scalarText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}

/** Deep equality; undefined, null and a missing key are the same. */
export function equal(a: unknown, b: unknown): boolean {
  if (a === b || ((a ?? undefined) === undefined && (b ?? undefined) === undefined)) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => equal(item, b[index]));
  }
  if (!isProperties(a) || !isProperties(b)) return false;
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) => equal(a[key], b[key]));
}

function parsed(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    // Not JSON: then the text itself is compared.
    return value;
  }
}
