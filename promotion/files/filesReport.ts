import type { FilesFinding, FilesProblem } from "../model";

/**
 * Reads what the script of `inspectScript` printed.
 * @throws Error when it is not complete, with what it said.
 */
export function readFinding(output: string): FilesFinding {
  const lines = output.split("\n");
  const refused = refusalIn(output);
  if (refused !== undefined) return { fine: false, problem: refused };
  const counts = lines.find((line) => /^differ( \d+){4}$/.test(line));
  if (counts === undefined)
    throw new Error(`The folders could not be compared; the machine said: ${shortened(output)}`);
  const [differing = 0, bytes = 0, attributes = 0, surplus = 0] = counts
    .split(" ")
    .slice(1)
    .map(Number);
  const surplusPaths = lines
    .filter((line) => line.startsWith("surplus "))
    .map((line) => line.slice("surplus ".length));
  return { fine: true, state: { differing, bytes, attributes, surplus, surplusPaths } };
}

/** Why the script did nothing; undefined when it went on. */
export function refusalIn(output: string): FilesProblem | undefined {
  const [, kind, detail = ""] = /^refused (\w+) ?(.*)$/m.exec(output) ?? [];
  switch (kind) {
    case "missingProgram":
      return { kind, program: detail };
    case "missingFolder":
      return { kind, side: detail === "source" ? "source" : "target" };
    case "sameFolder":
    case "nested":
    case "emptySource":
      return { kind };
    case "missingStaticFile":
      return { kind, file: detail };
    case "cannotOwn":
      return { kind, user: detail };
    default:
      return undefined;
  }
}

/** Bytes and files copied so far, from rsync's line of progress; undefined in other output. */
export function readProgress(
  output: string,
): { readonly bytes: number; readonly files: number } | undefined {
  const line = output
    .split(/[\r\n]/)
    .filter((text) => /^\s+[\d,.]+\s+\d+%/.test(text))
    .at(-1);
  if (line === undefined) return undefined;
  const bytes = Number(/^\s+([\d,.]+)/.exec(line)?.[1]?.replaceAll(/[,.]/g, ""));
  return { bytes, files: Number(/xfr#(\d+)/.exec(line)?.[1] ?? 0) };
}

/** What rsync's exit status means for people. Source: rsync(1), EXIT VALUES. */
export function copyFailure(code: number | null, errors: string): string {
  const meaning = {
    11: "a file could not be read or written (is the file system full?)",
    23: "some files could not be copied",
    24: "dev's files kept vanishing while they were read",
    25: "more files would have been deleted than were listed; the rest was left. Look at the list anew",
  }[code ?? -1];
  const what = meaning ?? `it ended with ${code ?? "a signal"}`;
  return `Copying was not complete: ${what}. What was copied is whole. ${shortened(errors)}`.trim();
}

function shortened(text: string): string {
  const trimmed = text.trim();
  return trimmed.length > 600 ? `… ${trimmed.slice(-600)}` : trimmed;
}
