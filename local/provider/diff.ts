import { sameInput } from "./comparison";
import type { AnyResourceType } from "./resourceType";
import { unwrapProperties, type Properties } from "./wire";

/** One input that differs. */
export interface InputChange {
  readonly property: string;
  readonly kind: "add" | "delete" | "update";
  /** True if AWS cannot change it in place. */
  readonly replaces: boolean;
}

/** See {@link Lifecycle.diff}. */
export interface DiffResult {
  readonly changes: readonly InputChange[];
  /** The new resource cannot exist beside the old one: both would have the same name. */
  readonly deleteBeforeReplace: boolean;
}

/** Compares the inputs of the last update with those that are wanted; unknown counts as changed. */
export function diffInputs(
  type: AnyResourceType,
  request: { readonly oldInputs: Properties; readonly inputs: Properties },
): DiffResult {
  const before = unwrapProperties(request.oldInputs);
  const after = unwrapProperties(request.inputs);
  const changes: InputChange[] = [];
  for (const property of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const rule = type.inputs[property];
    if (property === "__defaults" || sameInput(rule, before[property], after[property])) continue;
    const kind =
      (before[property] ?? undefined) === undefined
        ? "add"
        : (after[property] ?? undefined) === undefined
          ? "delete"
          : "update";
    const replaces = property === "region" || rule?.onChange === "replace";
    changes.push({ property, kind, replaces });
  }
  return {
    changes,
    deleteBeforeReplace:
      changes.some(({ replaces }) => replaces) && keepsItsName(type, before, after),
  };
}

function keepsItsName(type: AnyResourceType, before: Properties, after: Properties): boolean {
  const property = type.name?.property;
  if (property === undefined || before.region !== after.region) return false;
  const generated = Array.isArray(after.__defaults) && after.__defaults.includes(property);
  return !generated && before[property] === after[property];
}
