import { recordTable } from "../../aws/recordTable";
import { versionedItem } from "../../aws/versionedItem";
import type { FailoverView, RehearsalRecord } from "../model";
import type { RehearsalCloud } from "../ports";
import { rehearsalRecordId } from "../rehearsalPlan";
import type { RehearsalClients } from "./clients";

/** The rehearsals' own item, beside the failover's. */
export function rehearsalRecordTable(
  clients: RehearsalClients,
  tableName: string,
): Pick<RehearsalCloud, "load" | "save"> {
  return versionedItem<RehearsalRecord>(
    clients,
    { tableName, id: rehearsalRecordId },
    (record) => ({
      id: { S: rehearsalRecordId },
      version: { N: String(record.version) },
      record: { S: JSON.stringify(record) },
    }),
  );
}

/** What the failover is at; read, never written. */
export async function readFailover(
  clients: RehearsalClients,
  tableName: string,
): Promise<FailoverView | null> {
  const record = await recordTable(clients, tableName).load();
  if (record === undefined) return null;
  const { phase, generation, activeRegion, settledAt } = record;
  return { phase, generation, activeRegion, settled: settledAt !== undefined };
}
