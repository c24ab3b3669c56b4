import type { Position } from "../position";

/** What a server is, by its own account. */
export interface ServerFacts {
  readonly product: "mysql" | "mariadb";
  /** Major, minor and patch of its version. */
  readonly version: readonly [number, number, number];
  /** Those of {@link rdsProcedures} that it has and that the user may call. */
  readonly procedures: ReadonlySet<string>;
}

/** Procedures by which RDS lets its users control replication; it grants nobody the statements. */
export const rdsProcedures = {
  start: "rds_start_replication",
  stop: "rds_stop_replication",
  /** RDS for MySQL alone. Parameters: file and offset of dev's log. */
  until: "rds_start_replication_until",
} as const;

/** A statement with the values of its question marks. */
export interface Statement {
  readonly sql: string;
  readonly values?: readonly (string | number)[];
}

export const versionQuery = "SELECT VERSION() AS version, @@server_id AS serverId";

export const proceduresQuery: Statement = {
  sql: "SELECT ROUTINE_NAME AS name FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = 'mysql' AND ROUTINE_NAME IN (?, ?, ?)",
  values: Object.values(rdsProcedures),
};

/** Reads what `VERSION()` says: `8.4.3`, `10.11.19-MariaDB-log`. @throws Error for anything else */
export function readFacts(version: string, procedures: readonly string[]): ServerFacts {
  const [, ...numbers] = /^(\d+)\.(\d+)\.(\d+)/.exec(version) ?? [];
  const [major, minor, patch] = numbers.map(Number);
  if (major === undefined || minor === undefined || patch === undefined)
    throw new Error(
      `The server's version is ${JSON.stringify(version)}, neither MySQL's nor MariaDB's.`,
    );
  return {
    product: /mariadb/i.test(version) ? "mariadb" : "mysql",
    version: [major, minor, patch],
    procedures: new Set(procedures),
  };
}

/** How replication is controlled: where the procedures exist, they are the way. */
export function controlOf({ procedures }: ServerFacts): "rds" | "plain" {
  return procedures.has(rdsProcedures.start) ? "rds" : "plain";
}

/** Whether replication can be told to end at an exact place that is counted in this way. */
export function canStopAt(facts: ServerFacts, kind: Position["kind"]): boolean {
  return (
    controlOf(facts) === "plain" || (kind === "file" && facts.procedures.has(rdsProcedures.until))
  );
}

/** Also MariaDB knows the older words, in every version. */
export function replicaStatusQuery(facts: ServerFacts): string {
  return newWords(facts) ? "SHOW REPLICA STATUS" : "SHOW SLAVE STATUS";
}

/** What MariaDB's replicas and sources have applied and written, by GTID. */
export const appliedGtidQuery = "SELECT @@GLOBAL.gtid_slave_pos AS gtid";
export const writtenGtidQuery = "SELECT @@GLOBAL.gtid_binlog_pos AS gtid";

/** The end of a source's log. MySQL 8.4 no longer knows the older words. */
export function logEndQuery({ product, version }: ServerFacts): string {
  return product === "mysql" && atLeast(version, [8, 2, 0])
    ? "SHOW BINARY LOG STATUS"
    : "SHOW MASTER STATUS";
}

export function startStatement(facts: ServerFacts): Statement {
  if (controlOf(facts) === "rds") return { sql: `CALL mysql.${rdsProcedures.start}()` };
  return { sql: newWords(facts) ? "START REPLICA" : "START SLAVE" };
}

export function stopStatement(facts: ServerFacts): Statement {
  if (controlOf(facts) === "rds") return { sql: `CALL mysql.${rdsProcedures.stop}()` };
  return { sql: newWords(facts) ? "STOP REPLICA" : "STOP SLAVE" };
}

/** @throws Error where {@link canStopAt} is false. */
export function startUntilStatement(facts: ServerFacts, point: Position): Statement {
  if (!canStopAt(facts, point.kind))
    throw new Error("This server has no procedure that ends replication at a given place.");
  if (point.kind === "gtid")
    return { sql: "START SLAVE UNTIL master_gtid_pos = ?", values: [point.gtid] };
  const values = [point.file, point.offset];
  if (controlOf(facts) === "rds") return { sql: `CALL mysql.${rdsProcedures.until}(?, ?)`, values };
  const [verb, prefix] = newWords(facts) ? ["START REPLICA", "SOURCE"] : ["START SLAVE", "MASTER"];
  return { sql: `${verb} UNTIL ${prefix}_LOG_FILE = ?, ${prefix}_LOG_POS = ?`, values };
}

/** MySQL renamed its statements in 8.0.22 and removed the older ones in 8.4. */
function newWords({ product, version }: ServerFacts): boolean {
  return product === "mysql" && atLeast(version, [8, 0, 22]);
}

function atLeast(version: readonly number[], least: readonly number[]): boolean {
  for (const [index, number] of least.entries()) {
    const difference = (version[index] ?? 0) - number;
    if (difference !== 0) return difference > 0;
  }
  return true;
}
