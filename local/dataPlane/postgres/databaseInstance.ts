import { escapeIdentifier, escapeLiteral } from "pg";
import type { InitialDatabase } from "../../gateway/behaviours/rds/databaseServers";
import type { DatabaseKey } from "../../gateway/behaviours/rds/databaseNames";
import type { DatabaseConnection } from "../storage";
import type { PostgresServer } from "./postgresServer";
import type { StandbyState } from "./standby";

/** A database instance: its server, its role, and what is done to it, one thing after another. */
export class DatabaseInstance {
  private work: Promise<void> = Promise.resolve();

  /** @param standby undefined for a primary */
  constructor(
    readonly key: DatabaseKey,
    readonly server: PostgresServer,
    readonly database: InitialDatabase,
    public standby: StandbyState | undefined,
  ) {}

  get acceptsWrites(): boolean {
    return this.server.isRunning && this.standby === undefined;
  }

  /** Undefined while it does not run. */
  connection(password: string): DatabaseConnection | undefined {
    if (!this.server.isRunning) return undefined;
    const { user, name = "postgres" } = this.database;
    return { host: "127.0.0.1", port: this.server.port, user, password, database: name };
  }

  start(): Promise<void> {
    return this.inTurn(() => this.server.start());
  }

  stop(): Promise<void> {
    return this.inTurn(() => this.server.stop());
  }

  /** Makes what CreateDBInstance names: the master user, who is no superuser, and a database. */
  createDatabase(password: string): Promise<void> {
    const { user, name } = this.database;
    const role = escapeIdentifier(user);
    return this.inTurn(() =>
      this.server.session(async (query) => {
        await query(
          `CREATE ROLE ${role} LOGIN CREATEDB CREATEROLE PASSWORD ${escapeLiteral(password)}`,
        );
        if (name === undefined) await query(`GRANT CREATE ON SCHEMA public TO ${role}`);
        else await query(`CREATE DATABASE ${escapeIdentifier(name)} OWNER ${role}`);
      }),
    );
  }

  /** Starts a standby as a primary; resolves when it accepts writes. A primary is only started. */
  startPromoted(): Promise<void> {
    return this.inTurn(async () => {
      this.standby?.link.close();
      await this.server.start();
      await this.server.session(async (query) => {
        const [state] = await query("SELECT pg_is_in_recovery() AS standby");
        if (state?.standby !== true) return;
        const [done] = await query("SELECT pg_promote(wait => true) AS promoted");
        if (done?.promoted !== true) {
          throw new Error(`${this.key.identifier} was not promoted within a minute.`);
        }
      });
      this.standby = undefined;
    });
  }

  /** Its region is back: it starts as what it was, a primary among them. */
  powerUp(isWanted: () => boolean): Promise<void> {
    return this.inTurn(async () => {
      await this.server.ended;
      try {
        if (isWanted()) await this.server.start();
      } catch (error) {
        if (isWanted()) throw error;
      }
    });
  }

  /** Ends it for good. */
  end(): Promise<void> {
    return this.inTurn(async () => {
      this.standby?.link.close();
      this.server.kill();
      await this.server.ended;
    });
  }

  /** A failure is the caller's, not that of what comes next. */
  private inTurn(work: () => Promise<void>): Promise<void> {
    const result = this.work.then(work);
    this.work = result.catch(() => undefined);
    return result;
  }
}
