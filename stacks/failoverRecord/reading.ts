/** What a stack knows of the failover record, and of itself, when it asks whether it may run. */
import type { FailoverRecord, Phase } from "../../failover/model";
import type { Settings } from "../config/settings";

/** What of the failover record Pulumi has to agree with. */
export type RecordView = Pick<FailoverRecord, "activeRegion" | "generation" | "phase">;

/** The failover record as it could be read. */
export type RecordReading =
  | { readonly kind: "found"; readonly record: RecordView }
  /** Nothing was ever failed over: the dr stack, or its function's first run, is yet to come. */
  | { readonly kind: "absent"; readonly missing: "table" | "item" }
  /** The region is silent, access is denied, or the item is no record of this version. */
  | { readonly kind: "unreadable"; readonly error: string };

/** What of a stack's settings the answer depends on. */
export type AgreementSettings = Pick<
  Settings,
  | "stackName"
  | "program"
  | "prefix"
  | "regions"
  | "region"
  | "activeRegion"
  | "generation"
  | "failover"
  | "runWithoutRecord"
>;

/**
 * Phases in which the failover function changes the world, or is about to. `aborted` is at rest: what
 * it puts back by itself afterwards are sizes, as the configuration has them, and dials, which Pulumi
 * ignores.
 */
export const phaseIsUnderWay: Readonly<Record<Phase, boolean>> = {
  standby: false,
  confirming: true,
  recovering: true,
  serving: false,
  aborted: false,
  blocked: true,
};

/** True for the phases that this version knows: a newer function may write others. */
export function isPhase(text: unknown): text is Phase {
  return typeof text === "string" && Object.hasOwn(phaseIsUnderWay, text);
}

/**
 * The region of the record's table. That of the dr stack, which makes it, and not "the waiting one":
 * then a configuration with the wrong `activeRegion` would look where no record is, and find that it
 * agrees.
 */
export function recordRegion({ regions }: Pick<Settings, "regions">): string {
  return regions.dr;
}
