import type { CycleCheck } from "./cycleChecks";

/** What the way back carried over; everything that the former side had counts. */
export interface DataKept {
  readonly rows: number;
  readonly missingRows: number;
  readonly lines: number;
  readonly missingLines: number;
  /** Writes that users were told are safe, by the former side. */
  readonly acknowledged: number;
  readonly missingAcknowledged: number;
  /** Traces of two writers in one home, in sentences. */
  readonly twoWriters: readonly string[];
}

/** Compared by content at the end of the whole cycle. A comparison of nothing proves nothing. */
export function nothingLost(turn: string, kept: DataKept): CycleCheck {
  const { rows, lines, acknowledged } = kept;
  const lost = kept.missingRows + kept.missingLines + kept.missingAcknowledged;
  return {
    turn,
    statement:
      "The way back lost no row of the database and no line of a home, and no write that a user was told is safe.",
    held: lost === 0 && rows > 0 && lines > 0 && acknowledged > 0,
    evidence:
      `Missing: ${kept.missingRows} of ${rows} rows, ${kept.missingLines} of ${lines} lines, ` +
      `${kept.missingAcknowledged} of ${acknowledged} acknowledged writes.`,
  };
}

/** S1, by what the writers left in their homes in both regions and through both role changes. */
export function oneWriter(turn: string, { twoWriters }: DataKept): CycleCheck {
  return {
    turn,
    statement: "S1: no home of either region shows traces of two writers at once.",
    held: twoWriters.length === 0,
    evidence: twoWriters.length === 0 ? "None found." : twoWriters.slice(0, 5).join("; "),
  };
}
