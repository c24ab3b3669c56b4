import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type BuildLine, type BuildLog, parseBuildLog } from "../dataPlane/controllers/buildLog";
import type { DatabaseConnection } from "../dataPlane/storage";

/** All builds of a home; none where nobody ever built. */
export function readLog(directory: string): BuildLog {
  const file = join(directory, "builds.log");
  return parseBuildLog(existsSync(file) ? readFileSync(file, "utf8") : "");
}

/** All builds of a database; none where no controller ever came to make the table. */
export async function readRows(connection: DatabaseConnection): Promise<BuildLine[]> {
  // Loaded here: a drill on the modelled data plane does without it.
  const { Client } = await import("pg");
  const client = new Client({ ...connection, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    const { rows } = await client.query<BuildLine>("SELECT * FROM builds ORDER BY at");
    return rows;
  } catch (error) {
    const undefinedTable = "42P01";
    if ((error as { code?: string }).code === undefinedTable) return [];
    throw error;
  } finally {
    await client.end();
  }
}
