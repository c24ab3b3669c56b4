/** One build as a controller writes it to its home and to the database (programs/jenkins.js). */
export interface BuildLine {
  /** Counts up in each home. */
  readonly number: number;
  /** The user's id of the request. */
  readonly request: string;
  /** Name of the home, as its lease calls it. */
  readonly home: string;
  readonly generation: number;
  readonly region: string;
  readonly instance: string;
  readonly pid: number;
  /** Real time, milliseconds since the epoch. */
  readonly at: number;
}

/** A home's `builds.log`. */
export interface BuildLog {
  readonly lines: readonly BuildLine[];
  /** Lines that are no builds: where a copy was cut off in the middle of one. */
  readonly damaged: number;
}

export function parseBuildLog(text: string): BuildLog {
  const lines: BuildLine[] = [];
  let damaged = 0;
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const parsed = parseLine(line);
    if (parsed === undefined) damaged += 1;
    else lines.push(parsed);
  }
  return { lines, damaged };
}

/**
 * Finds the traces that two writers at once leave in a home: a writer that goes on after another one
 * had begun, a number that was given twice, a generation that goes back. Empty for a home that one
 * process wrote after the other, as it must be (S1).
 */
export function findTwoWriters(lines: readonly BuildLine[]): string[] {
  const found: string[] = [];
  const former = new Set<string>();
  let last: BuildLine | undefined;
  for (const line of lines) {
    const writer = writerOf(line);
    if (last !== undefined) {
      const before = writerOf(last);
      if (writer !== before) former.add(before);
      if (former.has(writer)) {
        found.push(`build ${line.number} is by ${writer}, which ${before} had succeeded`);
      }
      if (line.number <= last.number) {
        found.push(
          `build ${line.number} by ${writer} comes after build ${last.number} by ${before}`,
        );
      }
      if (line.generation < last.generation) {
        found.push(`build ${line.number} by ${writer} is of an older generation than ${before}`);
      }
    }
    last = line;
  }
  return found;
}

function writerOf({ instance, pid, generation }: BuildLine): string {
  return `${instance} (process ${pid}, generation ${generation})`;
}

function parseLine(line: string): BuildLine | undefined {
  try {
    const value = JSON.parse(line) as Partial<BuildLine> | null;
    return typeof value?.number === "number" && typeof value.request === "string"
      ? (value as BuildLine)
      : undefined;
  } catch {
    // Counted as damaged by the caller.
    return undefined;
  }
}
