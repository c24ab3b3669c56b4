import { accessSync, constants, existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Makes the folder for a report if it does not exist.
 * @throws Error with the way out, before the work and not after it
 */
export function makeWritableFolder(folder: string): void {
  try {
    // Recursive only where it must be: in /proc Node's recursive mkdir never returns.
    if (!existsSync(folder)) mkdirSync(folder, { recursive: !existsSync(dirname(folder)) });
    // With the dot, so that a file of that name is refused.
    accessSync(`${folder}/.`, constants.W_OK);
  } catch (error) {
    throw new Error(
      `The reports cannot be written to ${folder} (${(error as Error).message}). ` +
        "Choose another folder: --out FOLDER.",
      { cause: error },
    );
  }
}
