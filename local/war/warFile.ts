import { readFileSync } from "node:fs";
import { unzipSync } from "fflate";

/** What a war says of itself in its manifest. */
export interface WarFile {
  readonly path: string;
  /** `Hudson` is what Jenkins was called up to 1.395; it needs more to run on today's Java. */
  readonly product: "Jenkins" | "Hudson";
  readonly version: string;
}

/** @throws Error naming the file and what it lacks. */
export function readWarFile(path: string): WarFile {
  const manifest = manifestOf(path);
  // Every Jenkins also gives the last Hudson-Version, for plugins of that time.
  for (const product of ["Jenkins", "Hudson"] as const) {
    const version = new RegExp(`^${product}-Version: *(\\S+)`, "m").exec(manifest)?.[1];
    if (version !== undefined) return { path, product, version };
  }
  throw new Error(
    `${path} has neither Jenkins-Version nor Hudson-Version in its manifest. Give a jenkins.war.`,
  );
}

function manifestOf(path: string): string {
  const name = "META-INF/MANIFEST.MF";
  let content: Uint8Array | undefined;
  try {
    content = unzipSync(readFileSync(path), { filter: (entry) => entry.name === name })[name];
  } catch (error) {
    throw new Error(`${path} cannot be read as a war: ${(error as Error).message}.`, {
      cause: error,
    });
  }
  if (content === undefined) throw new Error(`${path} has no ${name}. Give a jenkins.war.`);
  return Buffer.from(content).toString("utf8");
}
