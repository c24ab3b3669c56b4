import {
  chmodSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { MachineUser } from "../machineUser";

/** Write permission of owner, group and others. */
const writeBits = 0o222;

/**
 * Who may write in a file system's tree. While it is held nobody may: when this process is root, all
 * in it belongs to root, so that the controllers' account can neither write nor allow itself to;
 * otherwise nothing has write permission, which a process of the same user could give itself, but a
 * controller does not. An attempt fails with EACCES, where EFS says EROFS.
 */
export class TreePermissions {
  /** @param user account of the controllers; undefined: this process's own */
  constructor(private readonly user: MachineUser | undefined) {}

  /** Makes a directory and what is missing above it. */
  makeDirectory(path: string, held: boolean): void {
    if (existsSync(path)) return;
    this.makeDirectory(dirname(path), held);
    if (held) {
      this.inside(dirname(path), () => {
        mkdirSync(path);
        this.holdEntry(path, 0o755);
      });
    } else {
      mkdirSync(path);
      this.giveBack(path, 0o755);
    }
  }

  /** Makes a whole tree read-only. */
  hold(tree: string): void {
    forEachEntry(tree, "", (path, mode) => {
      this.holdEntry(path, mode);
    });
  }

  /** Makes one entry, just made by this process, read-only; `mode` is the one that it shall have later. */
  holdEntry(path: string, mode: number): void {
    const readable = mode & ~writeBits;
    if (!this.user) {
      setMode(path, readable);
      return;
    }
    lchownSync(path, 0, this.user.gid);
    // What its owner could read stays readable for him, by his group.
    setMode(path, readable | ((readable & 0o500) >> 3));
  }

  /** @param modeOf mode that an entry, named relative to the tree, shall have; undefined: writable. */
  release(tree: string, modeOf: (path: string) => number | undefined): void {
    forEachEntry(tree, "", (path, mode, name) => {
      this.giveBack(path, modeOf(name) ?? mode | 0o200);
    });
  }

  /** Runs an action that changes a directory of a held tree. */
  inside(directory: string, action: () => void): void {
    const { mode } = lstatSync(directory);
    // Root's own directories stay closed for everybody else.
    chmodSync(directory, (mode & 0o7777) | 0o200);
    try {
      action();
    } finally {
      chmodSync(directory, mode & 0o7777);
    }
  }

  /** Removes an entry of a held tree with all that is in it. */
  remove(path: string): void {
    forEachEntry(path, "", (inner, mode) => {
      if (lstatSync(inner).isDirectory()) setMode(inner, mode | 0o700);
    });
    this.inside(dirname(path), () => {
      rmSync(path, { recursive: true, force: true });
    });
  }

  private giveBack(path: string, mode: number): void {
    if (this.user) lchownSync(path, this.user.uid, this.user.gid);
    setMode(path, mode);
  }
}

/** Visits an entry and all below it, directories before what is in them. */
function forEachEntry(
  root: string,
  name: string,
  visit: (path: string, mode: number, name: string) => void,
): void {
  const path = join(root, name);
  const status = lstatSync(path);
  visit(path, status.mode & 0o7777, name);
  if (!status.isDirectory()) return;
  for (const entry of readdirSync(path)) forEachEntry(root, join(name, entry), visit);
}

/** Links have no mode of their own. */
function setMode(path: string, mode: number): void {
  if (!lstatSync(path).isSymbolicLink()) chmodSync(path, mode);
}
