import type { ReplicaState, SourceState } from "../model";
import type { Position } from "../position";
import { canStopAt, controlOf, type ServerFacts } from "./dialect";

/** A row as a server returns it. */
export type Row = Readonly<Record<string, unknown>>;

/** Whether the replica counts its place by MariaDB's GTIDs. */
export function countsByGtid(status: Row): boolean {
  return ["Current_Pos", "Slave_Pos"].includes(text(status, "Using_Gtid"));
}

/**
 * What a replica's status says. Columns have older and newer names (Slave_IO_Running,
 * Replica_IO_Running), by product and version.
 *
 * @param gtid what it has applied, where it counts so
 */
export function readReplicaStatus(
  facts: ServerFacts,
  serverId: number,
  status: Row,
  gtid: string | undefined,
): ReplicaState {
  const position: Position =
    gtid === undefined
      ? {
          kind: "file",
          file: text(status, "Relay_Source_Log_File", "Relay_Master_Log_File"),
          offset: number(status, "Exec_Source_Log_Pos", "Exec_Master_Log_Pos") ?? 0,
        }
      : { kind: "gtid", gtid };
  const lag = number(status, "Seconds_Behind_Source", "Seconds_Behind_Master");
  const io = text(status, "Replica_IO_Running", "Slave_IO_Running");
  return {
    fetching: io === "Yes" ? "yes" : io === "No" ? "no" : "connecting",
    applying: text(status, "Replica_SQL_Running", "Slave_SQL_Running") === "Yes",
    position,
    ...(lag === undefined ? {} : { lagSeconds: lag }),
    fetchError: text(status, "Last_IO_Error"),
    applyError: text(status, "Last_SQL_Error"),
    serverId,
    sourceServerId: number(status, "Source_Server_Id", "Master_Server_Id") ?? 0,
    until: !["", "None"].includes(text(status, "Until_Condition")),
    canStopAt: canStopAt(facts, position.kind),
    control: controlOf(facts),
  };
}

/**
 * Where a source's log ends.
 * @param row of the log's status; undefined: it keeps none
 * @throws Error when it keeps no log, or none of the kind that its replicas count by.
 */
export function readLogEnd(
  serverId: number,
  row: Row | undefined,
  gtid: string | undefined,
): SourceState {
  if (gtid !== undefined) return { serverId, position: { kind: "gtid", gtid } };
  if (row === undefined)
    throw new Error("it writes no binary log, which replicas need (are its backups on?)");
  const position = { kind: "file", file: text(row, "File"), offset: number(row, "Position") ?? 0 };
  return { serverId, position: position as Position };
}

function text(row: Row, ...names: readonly string[]): string {
  const value = valueOf(row, names);
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

function number(row: Row, ...names: readonly string[]): number | undefined {
  const value = valueOf(row, names);
  if (value === null || value === undefined || value === "") return undefined;
  const read = Number(value);
  return Number.isFinite(read) ? read : undefined;
}

function valueOf(row: Row, names: readonly string[]): unknown {
  return names.map((name) => row[name]).find((value) => value !== undefined);
}
