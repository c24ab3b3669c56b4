import { expect } from "chai";
import {
  canStopAt,
  controlOf,
  logEndQuery,
  rdsProcedures,
  readFacts,
  replicaStatusQuery,
  startStatement,
  startUntilStatement,
  stopStatement,
} from "../../promotion/servers/dialect";
import { countsByGtid, readLogEnd, readReplicaStatus } from "../../promotion/servers/replicaStatus";

const all = Object.values(rdsProcedures);
const point = { kind: "file", file: "mysql-bin-changelog.000777", offset: 120 } as const;

describe("the words of a server", () => {
  // MySQL itself runs in no test: its words are those of its manual.
  const rows: [string, string[], string, string, string, string][] = [
    ["8.4.3", [], "START REPLICA", "SHOW REPLICA STATUS", "SHOW BINARY LOG STATUS", "SOURCE"],
    ["8.0.35", [], "START REPLICA", "SHOW REPLICA STATUS", "SHOW MASTER STATUS", "SOURCE"],
    ["5.7.44-log", [], "START SLAVE", "SHOW SLAVE STATUS", "SHOW MASTER STATUS", "MASTER"],
    ["10.11.9-MariaDB", [], "START SLAVE", "SHOW SLAVE STATUS", "SHOW MASTER STATUS", "MASTER"],
  ];
  for (const [version, procedures, start, status, log, prefix] of rows)
    it(`of ${version}`, () => {
      const facts = readFacts(version, procedures);
      expect(startStatement(facts).sql).to.equal(start);
      expect(stopStatement(facts).sql).to.equal(start.replace("START", "STOP"));
      expect(replicaStatusQuery(facts)).to.equal(status);
      expect(logEndQuery(facts)).to.equal(log);
      expect(startUntilStatement(facts, point)).to.deep.equal({
        sql: `${start} UNTIL ${prefix}_LOG_FILE = ?, ${prefix}_LOG_POS = ?`,
        values: [point.file, point.offset],
      });
      expect(controlOf(facts)).to.equal("plain");
    });

  it("of RDS are its procedures", () => {
    const facts = readFacts("8.4.3", all);
    expect(startStatement(facts).sql).to.equal("CALL mysql.rds_start_replication()");
    expect(stopStatement(facts).sql).to.equal("CALL mysql.rds_stop_replication()");
    expect(startUntilStatement(facts, point)).to.deep.equal({
      sql: "CALL mysql.rds_start_replication_until(?, ?)",
      values: [point.file, point.offset],
    });
  });

  it("of RDS for MariaDB know no exact place", () => {
    const facts = readFacts("11.4.3-MariaDB", all.slice(0, 2));
    expect(canStopAt(facts, "gtid")).to.equal(false);
    expect(() => startUntilStatement(facts, point)).to.throw("no procedure");
  });

  it("of something else are not guessed", () => {
    expect(() => readFacts("PostgreSQL 17", [])).to.throw("neither MySQL's nor MariaDB's");
  });
});

describe("a replica's status", () => {
  const facts = readFacts("8.4.3", all);

  it("is read from MySQL's newer columns", () => {
    const status = {
      Replica_IO_Running: "Connecting",
      Replica_SQL_Running: "Yes",
      Relay_Source_Log_File: point.file,
      Exec_Source_Log_Pos: point.offset,
      Seconds_Behind_Source: null,
      Last_IO_Error: "error connecting to source",
      Last_SQL_Error: "",
      Source_Server_Id: 11,
      Until_Condition: "Source",
    };
    expect(countsByGtid(status)).to.equal(false);
    expect(readReplicaStatus(facts, 12, status, undefined)).to.deep.equal({
      fetching: "connecting",
      applying: true,
      position: point,
      fetchError: "error connecting to source",
      applyError: "",
      serverId: 12,
      sourceServerId: 11,
      until: true,
      canStopAt: true,
      control: "rds",
    });
  });

  it("says that a source without a log cannot be followed", () => {
    expect(() => readLogEnd(1, undefined, undefined)).to.throw("writes no binary log");
  });
});
