/** What a client needs to open a connection to a database; all of it is made anew for each run. */
export interface DatabaseConnection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** Where the database instances of the local AWS accept connections. */
export interface Databases {
  /**
   * Connection settings of an instance as of now; undefined while it does not run (dead region,
   * never made, stopped). A standby is connected to like a primary, and refuses writes.
   */
  connectionTo(region: string, identifier: string): DatabaseConnection | undefined;
  /**
   * Modelled seconds that a standby is behind its source, measured; undefined for what is no
   * standby or cannot be told.
   */
  measuredLag(region: string, identifier: string): Promise<number | undefined>;
}

/** The directories behind the shared home's access points. */
export interface Homes {
  /**
   * The directory that an access point of a region's file system stands for, made if missing; what
   * is in it is read-only while the file system is the destination of a replication.
   * @param path the access point's root directory, e.g. "/devops".
   */
  directoryOf(region: string, fileSystemId: string, path: string): string;
}
