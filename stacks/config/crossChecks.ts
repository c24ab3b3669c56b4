import type { Problem } from "./problem";
import type { Partially } from "./readFields";
import type { GivenSettings } from "./schema";

export function crossChecks(
  _given: Partially<GivenSettings>,
  _encrypted: ReadonlySet<string>,
): readonly Problem[] {
  return [];
}
