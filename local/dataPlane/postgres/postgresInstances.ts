import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { BehaviourContext } from "../../gateway/behaviour";
import type {
  DatabaseServers,
  InitialDatabase,
} from "../../gateway/behaviours/rds/databaseServers";
import { nameOf, type DatabaseKey } from "../../gateway/behaviours/rds/databaseNames";
import type { MachineUser } from "../machineUser";
import type { RunFolder } from "../runFolder";
import type { DatabaseConnection, Databases } from "../storage";
import type { PostgresBinaries } from "./binaries";
import { copyRunning, copyStopped, initialise } from "./dataDirectory";
import { PostgresServer } from "./postgresServer";
import { DatabaseInstance } from "./databaseInstance";
import { ReplicationLink } from "./replicationLink";
import { StandbyState } from "./standby";

const superuser = "rdsadmin";

/** Real PostgreSQL behind the RDS calls: primaries, streaming standbys, promotion, death. */
export class PostgresInstances implements DatabaseServers, Databases {
  private readonly instances = new Map<string, DatabaseInstance>();
  private readonly password = randomBytes(18).toString("base64url");
  /** The empty cluster that each primary starts as: copying it takes a tenth of making one. */
  private readonly template: string;
  private readonly prepared: Promise<void>;
  private readonly delays = new Map<string, number>();
  private context: BehaviourContext | undefined;
  private count = 0;

  constructor(
    private readonly binaries: PostgresBinaries,
    private readonly folder: RunFolder,
    private readonly user: MachineUser | undefined,
  ) {
    this.template = join(folder.path, "template");
    this.prepared = initialise(this.template, binaries.initdb, user, {
      name: superuser,
      password: this.password,
    });
    // Whoever makes the first instance hears of a failure.
    this.prepared.catch(() => undefined);
  }

  attach(context: BehaviourContext): void {
    this.context = context;
  }

  serves(engine: string): boolean {
    return engine === "postgres";
  }

  has(key: DatabaseKey): boolean {
    return this.instances.has(nameOf(key));
  }

  isRunning(key: DatabaseKey): boolean {
    return this.instances.get(nameOf(key))?.server.isRunning ?? false;
  }

  acceptsWrites(key: DatabaseKey): boolean {
    return this.instances.get(nameOf(key))?.acceptsWrites ?? false;
  }

  connectionTo(region: string, identifier: string): DatabaseConnection | undefined {
    return this.instances.get(nameOf({ region, identifier }))?.connection(this.password);
  }

  measuredLag(region: string, identifier: string): Promise<number | undefined> {
    return this.lagOf({ region, identifier });
  }

  async lagOf(key: DatabaseKey): Promise<number | undefined> {
    const instance = this.instances.get(nameOf(key));
    if (!instance?.standby || !instance.server.isRunning) return undefined;
    const source = this.instances.get(instance.standby.sourceName)?.server;
    try {
      const asked = source?.isRunning === true ? source : undefined;
      return await instance.standby.lag(instance.server, asked, this.ready().clock);
    } catch (error) {
      // It was stopped or died while it was asked.
      if (!this.isRunning(key)) return undefined;
      throw error;
    }
  }

  async createPrimary(key: DatabaseKey, database: InitialDatabase): Promise<void> {
    await this.prepared;
    const folder = this.newFolder();
    copyStopped(this.template, folder, this.user);
    const instance = this.add(key, folder, database, undefined);
    await instance.start();
    await instance.createDatabase(this.password);
  }

  async createStandby(key: DatabaseKey, source: DatabaseKey): Promise<void> {
    const primary = this.known(source);
    const { clock, latencies } = this.ready();
    const usual = latencies.sample("rdsReplicaLag", key.identifier);
    const link = new ReplicationLink(
      () => (primary.server.isRunning ? primary.server.port : undefined),
      () => clock.toReal(this.delays.get(nameOf(key)) ?? usual),
    );
    const upstream =
      `host=127.0.0.1 port=${await link.listen()} user=${superuser} ` +
      `password=${this.password} application_name=standby`;
    const folder = this.newFolder();
    await copyRunning(primary.server, folder, this.user, upstream);
    const standby = new StandbyState(nameOf(source), link);
    await this.add(key, folder, primary.database, standby).start();
  }

  /**
   * Sets how long the source's changes take to get to a standby, for drills and tests. Until then it
   * is the modelled latency of a cross-region replica.
   * @param delay modelled milliseconds
   */
  setReplicationDelay(key: DatabaseKey, delay: number): void {
    this.delays.set(nameOf(key), delay);
  }

  stopReplication(key: DatabaseKey): void {
    this.known(key).standby?.link.close();
  }

  stop(key: DatabaseKey): Promise<void> {
    return this.known(key).stop();
  }

  startPromoted(key: DatabaseKey): Promise<void> {
    return this.known(key).startPromoted();
  }

  async remove(key: DatabaseKey): Promise<void> {
    const instance = this.known(key);
    this.instances.delete(nameOf(key));
    await instance.end();
    await rm(instance.server.folder, { recursive: true, force: true });
  }

  powerOff(key: DatabaseKey): void {
    this.known(key).server.kill();
  }

  powerOn(key: DatabaseKey): Promise<void> {
    const instance = this.known(key);
    return instance.powerUp(() => this.isWanted(instance));
  }

  regionChanged(region: string, alive: boolean): void {
    for (const instance of this.instances.values()) {
      const { key, server, standby } = instance;
      const source = standby && this.instances.get(standby.sourceName);
      if (standby && [key.region, source?.key.region].includes(region)) {
        if (alive) standby.link.mend();
        else standby.link.cut();
      }
      if (key.region !== region) continue;
      if (alive) this.ready().clock.after(0, () => instance.powerUp(() => this.isWanted(instance)));
      else server.kill();
    }
  }

  /** Ends all servers; the folder is its owner's to remove. */
  async stopAll(): Promise<void> {
    const all = [...this.instances.values()];
    this.instances.clear();
    // A failed start has told its caller; here it only matters that nothing runs any more.
    await Promise.all([
      this.prepared.catch(() => undefined),
      ...all.map((instance) => instance.end()),
    ]);
  }

  private add(
    key: DatabaseKey,
    folder: string,
    database: DatabaseInstance["database"],
    standby: StandbyState | undefined,
  ): DatabaseInstance {
    const server = new PostgresServer(folder, {
      postgres: this.binaries.postgres,
      user: this.user,
      superuser,
      password: this.password,
    });
    const instance = new DatabaseInstance(key, server, database, standby);
    this.instances.set(nameOf(key), instance);
    return instance;
  }

  /** False once it was deleted or its region was lost (again). */
  private isWanted(instance: DatabaseInstance): boolean {
    const { key } = instance;
    return this.instances.get(nameOf(key)) === instance && this.ready().regionIsAlive(key.region);
  }

  private newFolder(): string {
    this.count += 1;
    return join(this.folder.folder(this.user, "databases"), String(this.count));
  }

  private known(key: DatabaseKey): DatabaseInstance {
    const instance = this.instances.get(nameOf(key));
    if (!instance) throw new Error(`No database server was made for ${nameOf(key)}.`);
    return instance;
  }

  private ready(): BehaviourContext {
    if (!this.context) throw new Error("The databases were not attached to a gateway.");
    return this.context;
  }
}
