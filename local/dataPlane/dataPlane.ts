import { join } from "node:path";
import { HomeDirectories } from "./home/homeDirectories";
import { machineUser, type MachineUser } from "./machineUser";
import { findPostgres } from "./postgres/binaries";
import { PostgresInstances } from "./postgres/postgresInstances";
import { RunFolder } from "./runFolder";

/** What is real behind the API calls: databases and homes, in one folder that ends with this process. */
export class DataPlane {
  private constructor(
    private readonly folder: RunFolder,
    readonly databases: PostgresInstances,
    readonly homes: HomeDirectories,
    /** What processes that use databases and homes must run as; undefined: as this process. */
    readonly user: MachineUser | undefined,
    /** For the report, e.g. `PostgreSQL 17.10`. */
    readonly databaseVersion: string,
  ) {}

  /** @throws PostgresUnavailable with the cure; an error on a system without what it needs. */
  static async start(): Promise<DataPlane> {
    if (process.platform === "win32") {
      throw new Error(
        "Real databases and homes need Linux or macOS. Use WSL, or pass --data-plane modelled.",
      );
    }
    const user = machineUser();
    const folder = new RunFolder(user);
    try {
      const binaries = await findPostgres(user, join(folder.path, "native"));
      const databases = new PostgresInstances(binaries, folder, user);
      const homes = new HomeDirectories(folder.folder(user, "homes"), user);
      return new DataPlane(folder, databases, homes, user, `PostgreSQL ${binaries.version}`);
    } catch (error) {
      folder.remove();
      throw error;
    }
  }

  /** Folder for the files of stand-in machines. */
  get machines(): string {
    return this.folder.folder(this.user, "machines");
  }

  /** Ends the servers and has everything removed. */
  async stop(): Promise<void> {
    await this.databases.stopAll();
    this.folder.remove();
  }
}
