/**
 * Whether a stack may run at all, from its settings and from what the failover record says (S9:
 * Pulumi cannot undo a failover). Decides only; what people are told is in refusals.ts, the reading
 * in readRecord.ts.
 */
import {
  type AgreementSettings,
  phaseIsUnderWay,
  type RecordReading,
  type RecordView,
} from "./reading";
import {
  disagrees,
  isUnderWay,
  repeatAllowed,
  rolesAreSwapped,
  unread,
  unreadAllowed,
} from "./refusals";

/** Whether the stack may run. Texts are for people: what is wrong, both values, the commands. */
export type Agreement =
  | { readonly agrees: true; readonly warning?: string }
  | { readonly agrees: false; readonly refusal: string };

/** Decides whether the stack may run; refuses whatever it cannot know to be right. */
export function agreement(settings: AgreementSettings, reading: RecordReading): Agreement {
  const verdict = verdictOn(settings, reading);
  // The components refuse this as well, but only after half of the stack was registered.
  const swapped = settings.activeRegion !== settings.regions.primary;
  return verdict.agrees && swapped ? refuse(rolesAreSwapped(settings, reading)) : verdict;
}

function verdictOn(settings: AgreementSettings, reading: RecordReading): Agreement {
  switch (reading.kind) {
    case "absent":
      return { agrees: true };
    case "unreadable":
      return settings.runWithoutRecord
        ? { agrees: true, warning: unreadAllowed(settings, reading.error) }
        : refuse(unread(settings, reading.error));
    case "found":
      return compare(settings, reading.record);
  }
}

function compare(settings: AgreementSettings, record: RecordView): Agreement {
  const same =
    record.activeRegion === settings.activeRegion && record.generation === settings.generation;
  if (!same) return refuse(disagrees(settings, record));
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
