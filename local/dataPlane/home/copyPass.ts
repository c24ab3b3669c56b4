import {
  copyFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { ScaledClock } from "../../gateway/scaledClock";
import type { TreePermissions } from "./treePermissions";

/** What of an entry was copied last. */
export interface Copied {
  /** Changes whenever the entry does. */
  readonly stamp: string;
  readonly mode: number;
}

/** One pass over a file system; see {@link copyChanges}. */
export interface TreeCopy {
  readonly from: string;
  /** A held tree. */
  readonly to: string;
  /** What was copied in former passes, by path; kept up to date. */
  readonly copied: Map<string, Copied>;
  readonly permissions: TreePermissions;
  /** Modelled milliseconds. */
  readonly duration: number;
  readonly clock: Pick<ScaledClock, "now" | "sleep">;
  readonly goesOn: () => boolean;
}

/** A part of a file's name that no file of Jenkins has. */
const unfinished = ".replicating~";

/**
 * Copies what changed since the last pass, spread over the duration: each file as it is when its turn
 * comes. So the copy is whole in each file, and not one point in time over all of them: of two files
 * that were written together one can be there as of before, and the other as of after. What appears
 * while it runs comes with the next pass; what was deleted goes at the end.
 *
 * Source: EFS User Guide, "Replicating EFS file systems": replication is continuous and does not
 * provide point-in-time consistency.
 *
 * @returns false if it was given up because `goesOn` said so
 */
export async function copyChanges(pass: TreeCopy): Promise<boolean> {
  const { clock, duration, goesOn } = pass;
  const startedAt = clock.now();
  const there = listTree(pass.from);
  const changed = [...there].filter(([path, { stamp }]) => pass.copied.get(path)?.stamp !== stamp);
  const until = async (part: number): Promise<boolean> => {
    const wait = startedAt + duration * part - clock.now();
    if (wait > 0) await clock.sleep(wait);
    return goesOn();
  };
  for (const [index, [path]] of changed.entries()) {
    if (!(await until((index + 1) / (changed.length + 1)))) return false;
    copyEntry(path, pass);
  }
  if (!(await until(1))) return false;
  for (const path of [...pass.copied.keys(), ...listTree(pass.to).keys()]) {
    if (there.has(path) || existsAt(join(pass.from, path))) continue;
    if (existsAt(join(pass.to, path))) pass.permissions.remove(join(pass.to, path));
    pass.copied.delete(path);
  }
  return true;
}

/** As it is now; nothing happens if it is gone. */
function copyEntry(path: string, { from, to, copied, permissions }: TreeCopy): void {
  const [source, target] = [join(from, path), join(to, path)];
  const entry = entryAt(source);
  const folder = dirname(target);
  if (!entry || !existsAt(folder)) return;
  const before = entryAt(target);
  if (before && (before.kind === "directory") !== (entry.kind === "directory")) {
    permissions.remove(target);
  }
  try {
    permissions.inside(folder, () => {
      put(entry, source, target, permissions);
    });
    copied.set(path, entry);
  } catch (error) {
    // Gone while it was copied: its deletion comes with the next pass.
    if (existsAt(source)) throw error;
  }
}

function put(entry: Entry, source: string, target: string, permissions: TreePermissions): void {
  if (entry.kind === "directory") {
    mkdirSync(target, { recursive: true });
    permissions.holdEntry(target, entry.mode);
    return;
  }
  const made = `${target}${unfinished}`;
  rmSync(made, { force: true });
  if (entry.kind === "link") symlinkSync(readlinkSync(source), made);
  else {
    const { atime, mtime } = statSync(source);
    copyFileSync(source, made);
    utimesSync(made, atime, mtime);
  }
  permissions.holdEntry(made, entry.mode);
  renameSync(made, target);
}

/** Everything below a root by its relative path, directories before what is in them. */
function listTree(root: string): Map<string, Entry> {
  const found = new Map<string, Entry>();
  const visit = (folder: string): void => {
    for (const name of ifThere(() => readdirSync(join(root, folder))) ?? []) {
      const path = join(folder, name);
      const entry = entryAt(join(root, path));
      // Sockets and pipes are for one machine.
      if (!entry || entry.kind === "other") continue;
      found.set(path, entry);
      if (entry.kind === "directory") visit(path);
    }
  };
  visit("");
  return found;
}

interface Entry extends Copied {
  readonly kind: "directory" | "file" | "link" | "other";
}

function entryAt(path: string): Entry | undefined {
  return ifThere((): Entry => {
    const status = lstatSync(path, { bigint: true });
    const mode = Number(status.mode) & 0o7777;
    if (status.isDirectory()) return { kind: "directory", mode, stamp: `directory ${mode}` };
    if (status.isSymbolicLink()) return { kind: "link", mode, stamp: `link ${readlinkSync(path)}` };
    const { ino, size, mtimeNs, ctimeNs } = status;
    const stamp = `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
    return { kind: status.isFile() ? "file" : "other", mode, stamp };
  });
}

function existsAt(path: string): boolean {
  return entryAt(path) !== undefined;
}

/** Undefined for what is not there (any more): a source is in use while it is read. */
function ifThere<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) {
      return undefined;
    }
    throw error;
  }
}
