/**
 * Whether a stack may run at all, from its settings and from what the failover record says (S9:
 * Pulumi cannot undo a failover). Decides only; what people are told is in refusals.ts, the reading
 * in readRecord.ts.
 */
import {
  type AgreementSettings,
  phaseIsUnderWay,
  type Readings,
  type RecordView,
  waitingRegion,
} from "./reading";
import {
  disagrees,
  isUnderWay,
  isUnfenced,
  nobodyKnows,
  repeatAllowed,
  unfencedAccepted,
  unread,
  unreadAllowed,
} from "./refusals";

/** Whether the stack may run. Texts are for people: what is wrong, both values, the commands. */
export type Agreement =
  | {
      readonly agrees: true;
      readonly warning?: string;
      /** The former region is given up: it stays watched and fenced, and nothing is sent there. */
      readonly formerLost?: true;
    }
  | { readonly agrees: false; readonly refusal: string };

/** A record and the region whose table it is in. */
export interface PlacedRecord extends RecordView {
  readonly region: string;
}

/** Decides whether the stack may run; refuses whatever it cannot know to be right. */
export function agreement(settings: AgreementSettings, readings: Readings): Agreement {
  const { waiting, active } = readings;
  const waits = waitingRegion(settings);
  if (waiting.kind === "unreadable") {
    // Of a region that was never seen fenced the other one knows all: nothing was deployed there since.
    const own = active?.kind === "found" ? active.record : undefined;
    return own?.unfenced === true && own.generation >= settings.generation
      ? compare(settings, { ...own, region: settings.activeRegion })
      : unreadable(settings, waits, waiting.error);
  }
  const records = [
    ...(waiting.kind === "found" ? [{ ...waiting.record, region: waits }] : []),
    ...(active?.kind === "found" ? [{ ...active.record, region: settings.activeRegion }] : []),
  ];
  const record = highest(records);
  const older = record === undefined || record.generation < settings.generation;
  if (older && active?.kind === "unreadable") {
    return unreadable(settings, settings.activeRegion, active.error);
  }
  if (record !== undefined) return compare(settings, record);
  return settings.generation === 1 ? { agrees: true } : refuse(nobodyKnows(settings));
}

/** Of two records of one generation the waiting region's counts: what is at work is at work there. */
function highest(records: readonly PlacedRecord[]): PlacedRecord | undefined {
  return records.reduce<PlacedRecord | undefined>(
    (best, each) => (best === undefined || each.generation > best.generation ? each : best),
    undefined,
  );
}

function unreadable(settings: AgreementSettings, region: string, error: string): Agreement {
  return settings.runWithoutRecord
    ? { agrees: true, warning: unreadAllowed(settings, region, error) }
    : refuse(unread(settings, region, error));
}

function compare(settings: AgreementSettings, record: PlacedRecord): Agreement {
  const same =
    record.activeRegion === settings.activeRegion && record.generation === settings.generation;
  if (!same) return refuse(disagrees(settings, record));
  // Taking over the new roles removes the function that still has to fence the former region, unless a
  // person gave that region up: then the active stack keeps the function.
  if (record.unfenced === true) {
    const serves = settings.region === settings.activeRegion;
    return record.accepted === true && serves
      ? { agrees: true, warning: unfencedAccepted(settings), formerLost: true }
      : refuse(isUnfenced(settings, record));
  }
  if (!phaseIsUnderWay[record.phase]) return { agrees: true };
  // Generation and region are still those of before: nothing irreversible was decided. The update
  // that asks for the failover may then be repeated, or be a person's word that `confirming` or
  // `blocked` waits for; the function knows the request by its id.
  const asks = settings.failover && settings.region !== settings.activeRegion;
  return asks
    ? { agrees: true, warning: repeatAllowed(settings, record) }
    : refuse(isUnderWay(settings, record));
}

function refuse(refusal: string): Agreement {
  return { agrees: false, refusal };
}
