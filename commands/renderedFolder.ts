import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { MachineFile } from "../components/pair/pairFiles";

/** Remembers what was written, so that the next run knows its own files from a person's. */
const manifestName = ".rendered.json";

/** The folder holds files that a person wrote or changed. */
export class ForeignFilesError extends Error {
  constructor(
    folder: string,
    readonly files: readonly string[],
  ) {
    super(
      `${folder} holds ${files.length === 1 ? "a file" : `${files.length} files`} that this command did not write ` +
        `or that somebody changed since; nothing was written.\n${files.map((file) => `  ${file}`).join("\n")}\n` +
        "Move them away, or repeat with --overwrite to lose them.",
    );
    this.name = "ForeignFilesError";
  }
}

/**
 * Writes the files of each machine below `<folder>/<machine>/`, all or none.
 *
 * @returns paths relative to the folder, of what was written and is another than before
 * @throws ForeignFilesError without `overwrite`
 */
export function writeFolder(
  folder: string,
  machines: ReadonlyMap<string, readonly MachineFile[]>,
  overwrite: boolean,
): string[] {
  const files = [...machines].flatMap(([machine, all]) =>
    all.map((file) => ({ ...file, relative: join(machine, file.path) })),
  );
  const known = readManifest(folder);
  const present = new Map(
    files
      .filter(({ relative }) => existsSync(join(folder, relative)))
      .map(({ relative }) => [relative, hashOf(readFileSync(join(folder, relative)))]),
  );
  const changed = files.filter(
    ({ relative, content }) => present.get(relative) !== hashOf(content),
  );
  const foreign = changed.filter(({ relative }) => {
    const hash = present.get(relative);
    return hash !== undefined && hash !== known[relative];
  });
  if (foreign.length > 0 && !overwrite) {
    throw new ForeignFilesError(
      folder,
      foreign.map(({ relative }) => relative),
    );
  }
  for (const { relative, content, permissions } of changed) {
    const path = join(folder, relative);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    chmodSync(path, Number.parseInt(permissions, 8));
  }
  const manifest = Object.fromEntries(
    files.map(({ relative, content }) => [relative, hashOf(content)]),
  );
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, manifestName),
    `${JSON.stringify({ ...known, ...manifest }, undefined, 2)}\n`,
  );
  return changed.map(({ relative }) => relative);
}

function readManifest(folder: string): Readonly<Record<string, string>> {
  const path = join(folder, manifestName);
  if (!existsSync(path)) return {};
  return JSON.parse(readFileSync(path, "utf8")) as Record<string, string>;
}

function hashOf(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
