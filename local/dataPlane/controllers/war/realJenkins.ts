import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { type CheckedWar, launcherSource } from "../../../war/checkedWar";
import type { WarFile } from "../../../war/warFile";
import { giveTo, type MachineUser } from "../../machineUser";
import type { StartJenkins } from "../runningJenkins";
import { WarProcess } from "./warProcess";

/** A war that controllers can be started from, in the place of the stand-ins. */
export interface RealJenkins {
  readonly war: WarFile;
  readonly start: StartJenkins;
}

/**
 * Puts the war where the controllers' account can read it: the user's own folder may be closed to it.
 * @param folder one that this account can enter; its maker removes it
 */
export function installWar(
  { war, java }: CheckedWar,
  folder: string,
  user: MachineUser | undefined,
): RealJenkins {
  const copy = (from: string, name: string): string => {
    const to = join(folder, name);
    copyFileSync(from, to);
    giveTo(user, to);
    return to;
  };
  const files = {
    war: copy(war.path, "jenkins.war"),
    launcher: copy(launcherSource, "OldWarLauncher.java"),
    guard: copy(join(__dirname, "..", "programs", "guarded.sh"), "guarded.sh"),
  };
  return { war, start: (start) => new WarProcess({ war, java, files, user }, start) };
}
