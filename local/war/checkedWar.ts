import { join } from "node:path";
import { findJava } from "./java";
import { readWarFile, type WarFile } from "./warFile";

/** A war and the Java for it, checked before anything else is started. */
export interface CheckedWar {
  readonly war: WarFile;
  readonly java: string;
}

/** @throws Error for a file that is no war, or a Java that cannot run it. */
export async function checkWar(path: string): Promise<CheckedWar> {
  const war = readWarFile(path);
  return { war, java: await findJava(war) };
}

/** The program that starts a Hudson; java runs it from its source. */
export const launcherSource = join(__dirname, "OldWarLauncher.java");
