/** What shows that a home had two writers, or that its log is not what controllers wrote. */
export function writerProblems(home: string, log: string): string[] {
  const problems: string[] = [];
  /** By writer, its last sequence number. */
  const sequences = new Map<string, number>();
  let current: string | undefined;
  let last = 0;
  // What a controller was writing when it lost its power has no end.
  const lines = log
    .slice(0, log.lastIndexOf("\n") + 1)
    .split("\n")
    .slice(0, -1);
  for (const [index, line] of lines.entries()) {
    const where = `${home}, line ${index + 1}`;
    const [writer, sequence, at] = line.split(" ");
    if (writer === undefined || !(Number(sequence) > 0) || !(Number(at) > 0)) {
      problems.push(`${where} is no controller's: ${JSON.stringify(line)}`);
      continue;
    }
    const before = sequences.get(writer);
    if (before !== undefined && writer !== current) {
      problems.push(`${where}: ${writer} writes, though ${current ?? "another"} had the home`);
    }
    if (Number(sequence) !== (before ?? 0) + 1) {
      problems.push(`${where}: ${writer} writes number ${sequence} after ${before ?? 0}`);
    }
    if (Number(at) < last) problems.push(`${where} was written before the line above it`);
    sequences.set(writer, Number(sequence));
    current = writer;
    last = Number(at);
  }
  return problems;
}
