import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { DescribeAccessPointsCommand, EFSClient } from "@aws-sdk/client-efs";
import {
  DescribeAssociationCommand,
  SSMClient,
  StartAssociationsOnceCommand,
} from "@aws-sdk/client-ssm";
import { createConnection, type Connection } from "mysql2/promise";
import { HomeDirectories } from "../../dataPlane/home/homeDirectories";
import { machineUser } from "../../dataPlane/machineUser";
import { MariadbInstances } from "../../dataPlane/mariadb/mariadbInstances";
import { RunFolder } from "../../dataPlane/runFolder";
import { WebMachines } from "../../dataPlane/webApp/webMachines";
import { fakeCredentials } from "../../emulator/isolatedEnvironment";
import type { LocalAws, RealParts } from "../../localAws";

/** What the machine image has in its document root: the application as it was configured. */
const image = {
  "index.php": "<?php /* release 1 */\n",
  "wp-config.php": "<?php /* dev's own settings */\n",
  "wp-content/themes/style.css": "body { color: black }\n",
};

/** What is real in this drill, in one folder that ends with this process. */
export class WebPlaces implements RealParts {
  private constructor(
    private readonly folder: RunFolder,
    readonly databases: MariadbInstances,
    readonly homes: HomeDirectories,
    readonly machines: WebMachines,
  ) {}

  /** @throws Error with what to install, where MariaDB is missing */
  static async prepare(): Promise<WebPlaces> {
    const user = machineUser();
    const folder = new RunFolder(user);
    try {
      const databases = await MariadbInstances.prepare(folder, user);
      const homes = new HomeDirectories(folder.folder(user, "homes"), user);
      const machines = folder.folder(user, "machines");
      return new WebPlaces(
        folder,
        databases,
        homes,
        new WebMachines({ databases, homes, machines, image }),
      );
    } catch (error) {
      folder.remove();
      throw error;
    }
  }

  /** A file for the drill itself, e.g. a promotion's target. */
  write(name: string, text: string): string {
    const path = join(this.folder.path, name);
    writeFileSync(path, text);
    return path;
  }

  async stop(): Promise<void> {
    await this.databases.stopAll();
    this.folder.remove();
  }
}

/** What people do in the two environments, by the calls and folders that they have. */
export class WebPeople {
  private readonly settings;

  constructor(
    local: LocalAws,
    private readonly places: WebPlaces,
    private readonly region: string,
  ) {
    this.settings = {
      endpoint: local.gateway.endpoint,
      region,
      credentials: fakeCredentials,
      userAgentAppId: "drill",
    };
  }

  /**
   * The applications' trees on this machine.
   * @param devAccessPoint dev's; the region's only other one is prod's
   */
  async treesOf(devAccessPoint: string): Promise<{ dev: string; prod: string }> {
    const efs = new EFSClient(this.settings);
    const { AccessPoints = [] } = await efs.send(new DescribeAccessPointsCommand({}));
    efs.destroy();
    const treeOf = (isDevs: boolean): string => {
      const found = AccessPoints.find((one) => (one.AccessPointId === devAccessPoint) === isDevs);
      const { FileSystemId = "", RootDirectory } = found ?? {};
      const path = RootDirectory?.Path ?? "/";
      return join(this.places.homes.directoryOf(this.region, FileSystemId, path), "html");
    };
    return { dev: treeOf(true), prod: treeOf(false) };
  }

  /** Writes a file of a tree, as an editor over the file system would. */
  edit(tree: string, path: string, text: string): void {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), text);
  }

  /** Has machines serve the code of their tree: `aws ssm start-associations-once`. */
  async deploy(associationId: string): Promise<void> {
    const ssm = new SSMClient(this.settings);
    await ssm.send(new StartAssociationsOnceCommand({ AssociationIds: [associationId] }));
    // Machine by machine: until then some serve what they did before.
    for (let status = "Pending"; status === "Pending";) {
      await sleep(100);
      const found = await ssm.send(
        new DescribeAssociationCommand({ AssociationId: associationId }),
      );
      status = found.AssociationDescription?.Overview?.Status ?? "missing";
      if (status !== "Pending" && status !== "Success") {
        throw new Error(
          `Association ${associationId} is ${status}: not all machines serve new code.`,
        );
      }
    }
    ssm.destroy();
  }

  /** Works on a database as the user of a secret. */
  async withDatabase<Result>(
    identifier: string,
    secretArn: string,
    work: (database: Connection) => Promise<Result>,
  ): Promise<Result> {
    const place = this.places.databases.addressOf(this.region, identifier);
    if (place === undefined) throw new Error(`${identifier} does not run.`);
    const secrets = new SecretsManagerClient(this.settings);
    const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: secretArn }));
    secrets.destroy();
    const { username, password } = JSON.parse(SecretString ?? "{}") as Record<string, string>;
    const database = await createConnection({
      ...place,
      user: username ?? "",
      password: password ?? "",
      database: "web",
      ssl: { ca: readFileSync(this.places.databases.authorityFile, "utf8") },
    });
    try {
      return await work(database);
    } finally {
      database.destroy();
    }
  }
}
