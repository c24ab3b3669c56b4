import { randomBytes } from "node:crypto";
import { machineUser } from "../machineUser";
import { RunFolder } from "../runFolder";
import { type Certificates, makeCertificates, readAuthority } from "./certificates";
import { copyDataDirectory, initialise, MariadbServer, type ServerSettings } from "./mariadbServer";
import { findPrograms } from "./programs";
import { rdsProcedureStatements } from "./rdsProcedures";
import {
  type Counting,
  followStatements,
  replicatorStatements,
  serverName,
} from "./replicationStatements";

/** How the servers of a set are made. */
export interface SetOptions {
  /** How replicas count their place in the source's log. Default: MariaDB's GTIDs. */
  readonly counting?: Counting;
  /** Replication is controlled as in RDS: by its procedures alone. Default: by the statements. */
  readonly rds?: boolean;
}

/**
 * A real MariaDB master and two replicas of it on loopback, all connections by TLS. Ordinary processes
 * that end with this one; their folder is removed then.
 */
export class ReplicationSet {
  /** PEM text of the authority of their certificates. */
  readonly authority: string;

  private constructor(
    private readonly folder: RunFolder,
    private readonly certificates: Certificates,
    readonly master: MariadbServer,
    readonly replicas: readonly [MariadbServer, MariadbServer],
    /** Who may control replication on all servers, and nothing else. */
    readonly promoter: { readonly username: string; readonly password: string },
  ) {
    this.authority = readAuthority(certificates);
  }

  /** PEM file of the authority. */
  get authorityFile(): string {
    return this.certificates.ca;
  }

  /** @throws Error with what to install, where MariaDB is missing */
  static async start(options: SetOptions = {}): Promise<ReplicationSet> {
    const programs = findPrograms();
    const user = machineUser();
    const folder = new RunFolder(user);
    try {
      const certificates = await makeCertificates(
        folder.folder(user, "certificates"),
        serverName,
        user,
      );
      const settings = { programs, user, certificates };
      const [master, one, two] = await makeServers(folder, settings);
      const promoter = { username: "promoter", password: secret() };
      const set = new ReplicationSet(folder, certificates, master, [one, two], promoter);
      await Promise.all([master, one, two].map((server) => server.start()));
      await set.prepare(options);
      return set;
    } catch (error) {
      folder.remove();
      throw error;
    }
  }

  /** Ends the servers and removes their folder. */
  async close(): Promise<void> {
    await Promise.all([this.master, ...this.replicas].map((server) => server.kill()));
    this.folder.remove();
  }

  private async prepare({ counting = "gtid", rds = false }: SetOptions): Promise<void> {
    const { username, password } = this.promoter;
    const replicator = secret();
    const control = rds
      ? ["GRANT EXECUTE ON mysql.* TO promoter@'%'"]
      : ["GRANT REPLICATION SLAVE ADMIN ON *.* TO promoter@'%'"];
    // Before the log begins: each server has them by itself.
    const users = [
      "SET SESSION sql_log_bin = 0",
      ...(rds ? rdsProcedureStatements : []),
      `CREATE USER ${username}@'%' IDENTIFIED BY '${password}' REQUIRE SSL`,
      `GRANT BINLOG MONITOR, SLAVE MONITOR ON *.* TO ${username}@'%'`,
      ...control,
      ...replicatorStatements(replicator),
    ];
    await Promise.all(
      [this.master, ...this.replicas].map((server) => server.query(...users, "RESET MASTER")),
    );
    const follow = followStatements({
      port: this.master.port,
      password: replicator,
      authorityFile: this.certificates.ca,
      counting,
    });
    await Promise.all(this.replicas.map((server) => server.query(...follow)));
  }
}

/** One empty data directory, copied for each: making one takes longer than all else. */
async function makeServers(
  folder: RunFolder,
  settings: ServerSettings,
): Promise<[MariadbServer, MariadbServer, MariadbServer]> {
  const { user } = settings;
  const databases = folder.folder(user, "databases");
  const first = `${databases}/master`;
  await initialise(first, settings);
  const copy = (name: string): string => {
    copyDataDirectory(first, `${databases}/${name}`, user);
    return `${databases}/${name}`;
  };
  const readOnly = { "read-only": "ON" };
  return [
    new MariadbServer(first, 1, settings),
    new MariadbServer(copy("web-1"), 2, settings, readOnly),
    new MariadbServer(copy("web-2"), 3, settings, readOnly),
  ];
}

function secret(): string {
  return randomBytes(18).toString("base64url");
}
