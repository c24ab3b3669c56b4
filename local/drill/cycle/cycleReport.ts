import type { CycleCheck } from "./cycleChecks";

/** What a cycle came to. */
export interface CycleReport {
  readonly verdict: "proven" | "missed";
  readonly engine: string;
  readonly checks: readonly CycleCheck[];
  /** Modelled milliseconds without service: of the lost region, and of the planned way back. */
  readonly outages: readonly { readonly turn: string; readonly milliseconds: number }[];
  readonly realSeconds: number;
}
