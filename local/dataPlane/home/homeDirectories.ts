import { rmSync } from "node:fs";
import { join } from "node:path";
import type { CopyPass, FileSystemFiles } from "../../gateway/behaviours/efs/fileSystemFiles";
import type { ReplicationEnd } from "../../gateway/behaviours/efs/fileSystems";
import type { MachineUser } from "../machineUser";
import type { Homes } from "../storage";
import { copyChanges, type Copied } from "./copyPass";
import { TreePermissions } from "./treePermissions";

/**
 * Real files behind the EFS calls: one directory tree for each file system, below it the access
 * points' root directories, and the replication from tree to tree.
 */
export class HomeDirectories implements Homes, FileSystemFiles {
  private readonly permissions: TreePermissions;
  /** What replication keeps read-only: by tree, what of each file was copied last. */
  private readonly held = new Map<string, Map<string, Copied>>();

  /**
   * @param root folder of all file systems, in which nobody else makes trees
   * @param user account of the controllers, see machineUser.ts
   */
  constructor(
    private readonly root: string,
    user: MachineUser | undefined,
  ) {
    this.permissions = new TreePermissions(user);
  }

  directoryOf(region: string, fileSystemId: string, path: string): string {
    const tree = this.treeOf({ region, fileSystemId });
    const directory = join(tree, path);
    if (!`${directory}/`.startsWith(`${tree}/`)) {
      throw new RangeError(`${path} leads out of the file system; give a path such as /devops.`);
    }
    this.permissions.makeDirectory(directory, this.held.has(tree));
    return directory;
  }

  hold(destination: ReplicationEnd): void {
    const tree = this.treeOf(destination);
    this.held.set(tree, new Map());
    this.permissions.hold(tree);
  }

  async copy({ source, destination, duration, clock, goesOn }: CopyPass): Promise<boolean> {
    const to = this.treeOf(destination);
    const copied = this.held.get(to);
    if (!copied) throw new Error(`${to} is copied to and was not made read-only before.`);
    return copyChanges({
      from: this.treeOf(source),
      to,
      copied,
      permissions: this.permissions,
      duration,
      clock,
      // A released tree is its controllers' from that moment on.
      goesOn: () => this.held.get(to) === copied && goesOn(),
    });
  }

  release(destination: ReplicationEnd): void {
    const tree = this.treeOf(destination);
    const copied = this.held.get(tree);
    this.held.delete(tree);
    this.permissions.release(tree, (path) => copied?.get(path)?.mode);
  }

  remove(end: ReplicationEnd): void {
    const tree = this.treeOf(end);
    this.held.delete(tree);
    rmSync(tree, { recursive: true, force: true });
  }

  /** The file system's own root, made if missing. */
  private treeOf({ region, fileSystemId }: ReplicationEnd): string {
    if (![region, fileSystemId].every((name) => /^[\w-]+$/.test(name))) {
      throw new RangeError(`"${region}" and "${fileSystemId}" name no file system of a region.`);
    }
    const tree = join(this.root, region, fileSystemId);
    this.permissions.makeDirectory(tree, false);
    return tree;
  }
}
