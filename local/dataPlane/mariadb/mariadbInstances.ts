import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { nameOf, type DatabaseKey } from "../../gateway/behaviours/rds/databaseNames";
import type {
  DatabaseServers,
  InitialDatabase,
} from "../../gateway/behaviours/rds/databaseServers";
import type { MachineUser } from "../machineUser";
import type { RunFolder } from "../runFolder";
import { makeCertificates } from "./certificates";
import { copyDataDirectory, initialise, MariadbServer, type ServerSettings } from "./mariadbServer";
import { findPrograms } from "./programs";
import {
  followStatements,
  initialStatements,
  ownStatements,
  serverName,
} from "./replicationStatements";

interface Instance {
  readonly key: DatabaseKey;
  readonly server: MariadbServer;
  running: boolean;
  /** Name of the instance that it follows; undefined for a writer. */
  source: string | undefined;
}

/** Where an instance is reached on this machine; its certificate is for the name. */
export interface MariadbAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * Real MariaDB behind the RDS calls for MySQL and MariaDB: writers, replicas that follow by GTID, and
 * RDS's replication procedures. MySQL's own server is not used: what differs is the dialect of a few
 * statements, which the promotion asks the server for.
 */
export class MariadbInstances implements DatabaseServers {
  private readonly instances = new Map<string, Instance>();
  private readonly password = randomBytes(18).toString("base64url");
  private count = 0;

  private constructor(
    private readonly folder: RunFolder,
    private readonly user: MachineUser | undefined,
    private readonly settings: ServerSettings,
    /** An empty data directory: copying it takes a tenth of making one. */
    private readonly template: string,
  ) {}

  /** @throws Error with what to install, where MariaDB is missing */
  static async prepare(
    folder: RunFolder,
    user: MachineUser | undefined,
  ): Promise<MariadbInstances> {
    const programs = findPrograms();
    const certificates = await makeCertificates(
      folder.folder(user, "certificates"),
      serverName,
      user,
    );
    const settings = { programs, user, certificates };
    const template = join(folder.folder(user, "databases"), "template");
    await initialise(template, settings);
    return new MariadbInstances(folder, user, settings, template);
  }

  /** PEM file of the authority that signed the servers' certificates. */
  get authorityFile(): string {
    return this.settings.certificates.ca;
  }

  /** Undefined while the instance does not run, or is none. */
  addressOf(region: string, identifier: string): MariadbAddress | undefined {
    const instance = this.instances.get(nameOf({ region, identifier }));
    return instance?.running ? { host: serverName, port: instance.server.port } : undefined;
  }

  attach(): void {
    // Nothing here happens by itself.
  }

  serves(engine: string): boolean {
    return engine === "mysql" || engine === "mariadb";
  }

  has(key: DatabaseKey): boolean {
    return this.instances.has(nameOf(key));
  }

  isRunning(key: DatabaseKey): boolean {
    return this.instances.get(nameOf(key))?.running ?? false;
  }

  acceptsWrites(key: DatabaseKey): boolean {
    const instance = this.instances.get(nameOf(key));
    return instance?.running === true && instance.source === undefined;
  }

  async lagOf(key: DatabaseKey): Promise<number | undefined> {
    const instance = this.instances.get(nameOf(key));
    if (instance?.source === undefined || !instance.running) return undefined;
    const [status] = await instance.server.query("SHOW SLAVE STATUS");
    const behind: unknown = status?.Seconds_Behind_Master;
    return typeof behind === "number" ? behind : undefined;
  }

  async createPrimary(key: DatabaseKey, database: InitialDatabase): Promise<void> {
    const { user, name = "web", password } = database;
    if (password === undefined) {
      throw new Error(`${key.identifier} was created without a password for its master user.`);
    }
    const { server } = await this.add(key, undefined, {});
    await server.query(
      ...ownStatements(this.password),
      ...initialStatements({ user, password, name }),
    );
  }

  async createStandby(key: DatabaseKey, source: DatabaseKey): Promise<void> {
    const { server: from } = this.known(source);
    const { server } = await this.add(key, nameOf(source), { "read-only": "ON" });
    await server.query(...ownStatements(this.password));
    await server.query(
      ...followStatements({
        port: from.port,
        password: this.password,
        authorityFile: this.authorityFile,
      }),
    );
    const [end] = await from.query("SELECT @@gtid_binlog_pos AS place");
    const [waited] = await server.query(
      `SELECT MASTER_GTID_WAIT('${String(end?.place)}', 30) AS code`,
    );
    if (waited?.code !== 0) throw new Error(`${key.identifier} did not catch up within 30 s.`);
  }

  stopReplication(key: DatabaseKey): void {
    const { server } = this.known(key);
    // Whoever promotes it waits for that.
    void server.query("STOP SLAVE").catch(() => undefined);
  }

  async stop(key: DatabaseKey): Promise<void> {
    const instance = this.known(key);
    instance.running = false;
    await instance.server.stop();
  }

  async startPromoted(key: DatabaseKey): Promise<void> {
    const instance = this.known(key);
    if (!instance.running) await this.start(instance);
    await instance.server.query("STOP SLAVE", "RESET SLAVE ALL", "SET GLOBAL read_only = OFF");
    instance.source = undefined;
  }

  async remove(key: DatabaseKey): Promise<void> {
    const instance = this.known(key);
    this.instances.delete(nameOf(key));
    await instance.server.kill();
    await rm(instance.server.folder, { recursive: true, force: true });
  }

  powerOff(key: DatabaseKey): void {
    const instance = this.known(key);
    instance.running = false;
    void instance.server.kill();
  }

  async powerOn(key: DatabaseKey): Promise<void> {
    const instance = this.known(key);
    // A second kill waits for the end of the first one.
    await instance.server.kill();
    await this.start(instance);
  }

  regionChanged(region: string, alive: boolean): void {
    for (const { key } of [...this.instances.values()].filter((one) => one.key.region === region)) {
      if (alive) void this.powerOn(key);
      else this.powerOff(key);
    }
  }

  /** Ends all servers; the folder is its owner's to remove. */
  async stopAll(): Promise<void> {
    const all = [...this.instances.values()];
    this.instances.clear();
    await Promise.all(all.map(({ server }) => server.kill()));
  }

  private async add(
    key: DatabaseKey,
    source: string | undefined,
    options: Readonly<Record<string, string>>,
  ): Promise<Instance> {
    this.count += 1;
    const id = this.count;
    const folder = join(this.folder.folder(this.user, "databases"), String(id));
    copyDataDirectory(this.template, folder, this.user);
    const server = new MariadbServer(folder, id, this.settings, options);
    const instance: Instance = { key, server, running: false, source };
    this.instances.set(nameOf(key), instance);
    await this.start(instance);
    return instance;
  }

  private async start(instance: Instance): Promise<void> {
    await instance.server.start();
    instance.running = true;
  }

  private known(key: DatabaseKey): Instance {
    const instance = this.instances.get(nameOf(key));
    if (!instance) throw new Error(`No database server was made for ${nameOf(key)}.`);
    return instance;
  }
}
