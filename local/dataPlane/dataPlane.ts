import { join } from "node:path";
import { checkWar } from "../war/checkedWar";
import { installWar, type RealJenkins } from "./controllers/war/realJenkins";
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
    /** What runs in the place of the stand-in controllers; undefined: they do. */
    readonly jenkins: RealJenkins | undefined,
  ) {}

  /**
   * @param war path of a jenkins.war to run in the place of the stand-in controllers
   * @throws PostgresUnavailable with the cure; an error on a system without what it needs.
   */
  static async start(war?: string): Promise<DataPlane> {
    if (process.platform === "win32") {
      throw new Error(
        "Real databases and homes need Linux or macOS. Use WSL, or pass --data-plane modelled.",
      );
    }
    const checkedWar = war === undefined ? undefined : await checkWar(war);
    const user = machineUser();
    const folder = new RunFolder(user);
    try {
      const binaries = await findPostgres(user, join(folder.path, "native"));
      const databases = new PostgresInstances(binaries, folder, user);
      const homes = new HomeDirectories(folder.folder(user, "homes"), user);
      const jenkins = checkedWar && installWar(checkedWar, folder.folder(user, "war"), user);
      const version = `PostgreSQL ${binaries.version}`;
      return new DataPlane(folder, databases, homes, user, version, jenkins);
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
