import type { CaseWorld, WorldOptions } from "./caseWorld";
import type { Outcome } from "./outcome";

/** Something that a case does to its world. */
export type Act = (world: CaseWorld) => unknown;

/** One row of a matrix: what happens, and what is promised for it. */
export interface MatrixCase {
  readonly matrix: "crash" | "fault" | "world";
  /** Unique; what `--only` takes. */
  readonly name: string;
  readonly world?: WorldOptions;
  /** The trouble. The matrix's own beginning comes after it unless `quiet`. */
  readonly acts?: readonly Act[];
  /** The region is well and its alarm silent: nothing but `acts` happens. */
  readonly quiet?: boolean;
  readonly promise: Outcome;
  /** What a person does about what blocks. Default: whatever was injected ends. */
  readonly mend?: readonly Act[];
  /** What happens after the new region serves and must change nothing. */
  readonly afterwards?: readonly Act[];
}
