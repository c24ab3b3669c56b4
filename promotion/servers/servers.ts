import type { ReplicaServer, SourceServer } from "../ports";
import {
  appliedGtidQuery,
  logEndQuery,
  replicaStatusQuery,
  startStatement,
  startUntilStatement,
  type Statement,
  stopStatement,
  type ServerFacts,
  writtenGtidQuery,
} from "./dialect";
import type { MysqlServer } from "./mysqlServer";
import { countsByGtid, readLogEnd, readReplicaStatus } from "./replicaStatus";

/** A server as one of prod's replicas. */
export function replicaServer(identifier: string, server: MysqlServer): ReplicaServer {
  const control = (statement: (facts: ServerFacts) => Statement): Promise<void> =>
    server.session(({ execute, facts }) => execute(statement(facts)));
  return {
    identifier,
    read: () =>
      server.session(async ({ query, facts, serverId }) => {
        const [status] = await query(replicaStatusQuery(facts));
        if (status === undefined) return undefined;
        const gtid = countsByGtid(status) ? gtidOf(await query(appliedGtidQuery)) : undefined;
        return readReplicaStatus(facts, serverId, status, gtid);
      }),
    start: () => control(startStatement),
    startUntil: (point) => control((facts) => startUntilStatement(facts, point)),
    stop: () => control(stopStatement),
  };
}

/** A server as dev's. */
export function sourceServer(server: MysqlServer): SourceServer {
  return {
    read: (kind) =>
      server.session(async ({ query, facts, serverId }) => {
        if (kind === "gtid")
          return readLogEnd(serverId, undefined, gtidOf(await query(writtenGtidQuery)));
        const [row] = await query(logEndQuery(facts));
        return readLogEnd(serverId, row, undefined);
      }),
  };
}

function gtidOf([row]: readonly Readonly<Record<string, unknown>>[]): string {
  return typeof row?.gtid === "string" ? row.gtid : "";
}
