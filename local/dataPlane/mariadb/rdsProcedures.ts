/**
 * RDS's procedures for replication as MariaDB's own: the same names and parameters, run with root's
 * rights. Real replication is begun and ended by them; what RDS's bodies do besides (they check the
 * caller and the state, and keep a history) is left out.
 *
 * Source: RDS User Guide, "Configuring, starting, and stopping binary log (binlog) replication".
 */
export const rdsProcedureStatements: readonly string[] = [
  "CREATE PROCEDURE mysql.rds_start_replication() SQL SECURITY DEFINER BEGIN START SLAVE; END",
  "CREATE PROCEDURE mysql.rds_stop_replication() SQL SECURITY DEFINER BEGIN STOP SLAVE; END",
  `CREATE PROCEDURE mysql.rds_start_replication_until(replication_log_file TEXT, replication_stop_point BIGINT)
   SQL SECURITY DEFINER
   BEGIN
     EXECUTE IMMEDIATE CONCAT('START SLAVE UNTIL MASTER_LOG_FILE = ''', replication_log_file,
       ''', MASTER_LOG_POS = ', replication_stop_point);
   END`,
];
