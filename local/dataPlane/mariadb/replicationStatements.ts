import { rdsProcedureStatements } from "./rdsProcedures";

/** Name by which the servers are reached, and that their certificates are for. */
export const serverName = "localhost";

/** How replicas count their place in their source's log. */
export type Counting = "gtid" | "file";

/** Account that replicas fetch by. */
const replicator = "replicator";

/** Rights of RDS's master user that a promotion needs, without those over the server itself. */
function masterUserStatements(user: string, password: string, database: string): string[] {
  return [
    `CREATE DATABASE \`${database}\``,
    `CREATE USER '${user}'@'%' IDENTIFIED BY '${password}' REQUIRE SSL`,
    `GRANT ALL ON \`${database}\`.* TO '${user}'@'%'`,
    `GRANT EXECUTE ON mysql.* TO '${user}'@'%'`,
    `GRANT BINLOG MONITOR, SLAVE MONITOR ON *.* TO '${user}'@'%'`,
  ];
}

/** What RDS brings to each server by itself: it is in no log. */
export function ownStatements(replicationPassword: string): string[] {
  return [
    "SET SESSION sql_log_bin = 0",
    ...rdsProcedureStatements,
    ...replicatorStatements(replicationPassword),
    "RESET MASTER",
  ];
}

/** The account that replicas fetch by. */
export function replicatorStatements(password: string): string[] {
  return [
    `CREATE USER ${replicator}@'%' IDENTIFIED BY '${password}' REQUIRE SSL`,
    `GRANT REPLICATION SLAVE ON *.* TO ${replicator}@'%'`,
  ];
}

/** What CreateDBInstance names; replicas get it by the log. */
export function initialStatements(database: {
  readonly user: string;
  readonly password: string;
  readonly name: string;
}): string[] {
  return [
    "SET SESSION sql_log_bin = 1",
    ...masterUserStatements(database.user, database.password, database.name),
  ];
}

/** Makes a server follow another one from the beginning of its log. */
export function followStatements(source: {
  readonly port: number;
  readonly password: string;
  readonly authorityFile: string;
  /** Default: MariaDB's GTIDs. */
  readonly counting?: Counting;
}): string[] {
  const settings = [
    `MASTER_HOST = '${serverName}'`,
    `MASTER_PORT = ${source.port}`,
    `MASTER_USER = '${replicator}'`,
    `MASTER_PASSWORD = '${source.password}'`,
    "MASTER_CONNECT_RETRY = 1",
    "MASTER_SSL = 1",
    `MASTER_SSL_CA = '${source.authorityFile}'`,
    "MASTER_SSL_VERIFY_SERVER_CERT = 1",
    source.counting === "file"
      ? "MASTER_USE_GTID = no, MASTER_LOG_FILE = 'mysql-bin.000001', MASTER_LOG_POS = 4"
      : "MASTER_USE_GTID = slave_pos",
  ];
  return [`CHANGE MASTER TO ${settings.join(", ")}`, "START SLAVE"];
}
