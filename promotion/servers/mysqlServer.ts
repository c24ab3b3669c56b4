import { createConnection, type Connection } from "mysql2/promise";
import type { Reach } from "../reach/reach";
import {
  proceduresQuery,
  readFacts,
  type ServerFacts,
  type Statement,
  versionQuery,
} from "./dialect";
import type { Row } from "./replicaStatus";

/** A user of the databases. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** Milliseconds for a connection with TLS and login, and for a question. */
const patience = 10_000;

/** Milliseconds for a statement that ends replication: it waits for what is being applied. */
const statementPatience = 120_000;

/** One session's questions and statements. */
export interface Session {
  readonly query: (statement: Statement | string) => Promise<Row[]>;
  /** @throws Error with what the server says, when it refuses */
  readonly execute: (statement: Statement) => Promise<void>;
  readonly facts: ServerFacts;
  readonly serverId: number;
}

/**
 * One MySQL or MariaDB server. Each piece of work has a connection of its own: none that broke is ever
 * used again, and a server that moved is found. TLS alone, with the certificate checked for its name.
 */
export class MysqlServer {
  private facts: ServerFacts | undefined;

  constructor(
    private readonly place: { readonly address: string; readonly port: number },
    private readonly credentials: Credentials,
    /** Certificates of the authorities that are trusted, as PEM. */
    private readonly ca: string | readonly string[],
    private readonly reach: Reach,
  ) {}

  /** Throws when the server cannot be reached, is not who it claims to be or refuses the user. */
  async session<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    const connection = await this.connect();
    try {
      const [about] = await rows(connection, { sql: versionQuery });
      this.facts ??= await this.factsBy(connection, String(about?.version));
      return await work({
        query: (given) => rows(connection, typeof given === "string" ? { sql: given } : given),
        execute: async (statement) => {
          await rows(connection, statement, statementPatience);
        },
        facts: this.facts,
        serverId: Number(about?.serverId),
      });
    } finally {
      connection.destroy();
    }
  }

  private async factsBy(connection: Connection, version: string): Promise<ServerFacts> {
    const procedures = await rows(connection, proceduresQuery);
    return readFacts(
      version,
      procedures.map(({ name }) => String(name)),
    );
  }

  private async connect(): Promise<Connection> {
    const { address, port } = this.place;
    const stream = await this.reach.open(address, port);
    try {
      return await createConnection({
        stream: () => stream,
        // The name that the certificate is checked for, wherever the stream comes out.
        host: address,
        port,
        user: this.credentials.username,
        password: this.credentials.password,
        connectTimeout: patience,
        ssl: {
          ca: [...(typeof this.ca === "string" ? [this.ca] : this.ca)],
          minVersion: "TLSv1.2",
          rejectUnauthorized: true,
          verifyIdentity: true,
        },
        supportBigNumbers: true,
      });
    } catch (error) {
      stream.destroy();
      throw new Error(`${address}:${port}: ${(error as Error).message}`, { cause: error });
    }
  }
}

async function rows(
  connection: Connection,
  { sql, values }: Statement,
  timeout = patience,
): Promise<Row[]> {
  const [result] = await connection.query({
    sql,
    timeout,
    ...(values ? { values: [...values] } : {}),
  });
  return Array.isArray(result) ? (result as Row[]) : [];
}
