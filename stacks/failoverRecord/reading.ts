/** What a stack knows of the failover record, and of itself, when it asks whether it may run. */
import type { FailoverRecord, Phase } from "../../failover/model";
import type { Settings } from "../config/settings";

/** What of the failover record Pulumi has to agree with. */
export type RecordView = Pick<FailoverRecord, "activeRegion" | "generation" | "phase"> & {
  /** The former region was not seen fenced yet, and the failover function goes on trying. */
  readonly unfenced?: boolean;
  /** A person gave that region up as lost, and it is silent still. */
  readonly accepted?: boolean;
};

/** The failover record as it could be read. */
export type RecordReading =
  | { readonly kind: "found"; readonly record: RecordView }
  /** Nothing was ever failed over: the dr stack, or its function's first run, is yet to come. */
  | { readonly kind: "absent"; readonly missing: "table" | "item" }
  /** The region is silent, access is denied, or the item is no record of this version. */
  | { readonly kind: "unreadable"; readonly error: string };

/** The records of both regions: each is written by the failover of its own region, while that waits. */
export interface Readings {
  readonly waiting: RecordReading;
  /** Asked for only where the waiting region's record does not settle it, see {@link settles}. */
  readonly active?: RecordReading;
}

/** What of a stack's settings the answer depends on. */
export type AgreementSettings = Pick<
  Settings,
  | "stackName"
  | "primaryStack"
  | "drStack"
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
 * The region that waits by the configuration. Its failover alone can have made a later generation
 * than the configured one, so its record comes first.
 */
export function waitingRegion({
  activeRegion,
  regions,
}: Pick<Settings, "activeRegion" | "regions">): string {
  return activeRegion === regions.primary ? regions.dr : regions.primary;
}

/**
 * Whether the waiting region's record is enough. It is not where that region has none of the
 * configured generation yet, or is silent: after a role change only the region that took over knows of
 * it, and whether the other one was given up.
 */
export function settles(
  { generation }: Pick<Settings, "generation">,
  waiting: RecordReading,
): boolean {
  if (waiting.kind === "found") return waiting.record.generation >= generation;
  return generation === 1;
}
