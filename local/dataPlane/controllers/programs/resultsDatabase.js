/* global process, require, module */
"use strict";
/** Where a stand-in keeps the rows that its users were promised; shared by all stand-ins. */
const { Client } = require("pg");

const ownTable = `
  BEGIN;
  SELECT pg_advisory_xact_lock(20100);
  CREATE TABLE IF NOT EXISTS builds (
    request text NOT NULL, home text NOT NULL, number integer NOT NULL, generation integer NOT NULL,
    region text NOT NULL, instance text NOT NULL, pid integer NOT NULL, at double precision NOT NULL
  );
  COMMIT`;

/** The results' database, asked for anew whenever there is no connection to it. */
class Database {
  async insert(line) {
    const { request, home, number, generation, region, instance, pid, at } = line;
    const client = await this.connected();
    await client.query(
      `INSERT INTO builds (request, home, number, generation, region, instance, pid, at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [request, home, number, generation, region, instance, pid, at],
    );
  }

  connected() {
    this.connection ??= this.connect().catch((error) => {
      this.connection = undefined;
      throw error;
    });
    return this.connection;
  }

  async connect() {
    const where = await whereIsTheDatabase();
    if (!where) throw new Error("the database does not run");
    const client = new Client({ ...where, connectionTimeoutMillis: 1000, query_timeout: 1000 });
    const forget = () => (this.connection = undefined);
    client.on("error", forget);
    client.on("end", forget);
    try {
      await client.connect();
      await client.query(ownTable);
    } catch (error) {
      // A standby refuses the table: the connection is of no use until it is promoted.
      client.end().catch(() => undefined);
      throw error;
    }
    return client;
  }
}

function whereIsTheDatabase() {
  return new Promise((resolve) => {
    const listen = (message) => {
      if (message.type !== "database") return;
      process.off("message", listen);
      resolve(message.connection);
    };
    process.on("message", listen);
    process.send({ type: "database" });
  });
}

module.exports = { Database };
