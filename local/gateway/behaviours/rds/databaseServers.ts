import type { BehaviourContext } from "../../behaviour";
import type { DatabaseKey } from "./databaseNames";

/**
 * Real servers behind the database instances. The behaviour decides what happens and when; these
 * carry it out. Instances of another engine than theirs have none and stay modelled.
 */
export interface DatabaseServers {
  /** Called once, when the gateway listens and before any instance is made. */
  attach(context: BehaviourContext): void;
  /** True for an engine, as RDS names it, that there are servers for. */
  serves(engine: string): boolean;
  /** True while the instance has a server, running or not. */
  has(key: DatabaseKey): boolean;
  /** True while the instance's server accepts connections. */
  isRunning(key: DatabaseKey): boolean;
  /** True while it runs and is no standby. */
  acceptsWrites(key: DatabaseKey): boolean;
  /** Modelled seconds that a standby is behind; undefined for what is none or cannot be told. */
  lagOf(key: DatabaseKey): Promise<number | undefined>;
  /** Makes an instance with a database of its own; resolves when it accepts connections. */
  createPrimary(key: DatabaseKey, database: InitialDatabase): Promise<void>;
  /** Makes a streaming standby of an instance that has a server; resolves when it can be read. */
  createStandby(key: DatabaseKey, source: DatabaseKey): Promise<void>;
  /** Nothing of the source arrives at the standby any more. */
  stopReplication(key: DatabaseKey): void;
  /** Ends the server in order, as a reboot begins. */
  stop(key: DatabaseKey): Promise<void>;
  /**
   * Starts a stopped standby as a primary of its own; resolves when it accepts writes. Repeating it
   * changes nothing.
   */
  startPromoted(key: DatabaseKey): Promise<void>;
  /** Ends the server and throws its data away. */
  remove(key: DatabaseKey): Promise<void>;
  /** Cuts an instance's power, as when its zone is lost. */
  powerOff(key: DatabaseKey): void;
  /**
   * Starts what has no power as what it was, on the same data: a Multi-AZ instance's standby has all
   * that was committed. Resolves when it accepts connections.
   */
  powerOn(key: DatabaseKey): Promise<void>;
  /** A dead region's servers lose their power; a region that is back starts them as they were. */
  regionChanged(region: string, alive: boolean): void;
}

/** What CreateDBInstance names. */
export interface InitialDatabase {
  /** The master user; never the server's superuser. */
  readonly user: string;
  /** Undefined makes none besides the engine's own. */
  readonly name: string | undefined;
  /** The master user's, where the call names it: for servers whose clients read it from a secret. */
  readonly password?: string;
}
