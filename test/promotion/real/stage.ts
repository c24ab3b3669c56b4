import { CreateTableCommand, DeleteTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { type MariadbServer } from "../../../local/dataPlane/mariadb/mariadbServer";
import { ReplicationSet, type SetOptions } from "../../../local/dataPlane/mariadb/replicationSet";
import { serverName } from "../../../local/dataPlane/mariadb/replicationStatements";
import { type Emulator, startEmulator } from "../../../local/emulator/emulator";
import { fakeCredentials, isolatedEnvironment } from "../../../local/emulator/isolatedEnvironment";
import type { PromotionTarget } from "../../../promotion/target";
import { promotionItemId } from "../../../promotion/record/promotionTable";

/**
 * `PROMOTION=1 npx mocha --no-parallel "test/promotion/real/*.test.ts"`: real MariaDB and rsync, which not
 * every machine has, and two minutes of them, which is nothing for `npm test`.
 */
export const wanted = process.env.PROMOTION === "1";

const root = join(__dirname, "..", "..", "..");
const region = "eu-central-1";
const recordTable = "web-prod-promotion";

/** What a command came to. */
export interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly seconds: number;
}

/** A command under way. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when it has printed this; or has ended. */
  says(pattern: RegExp): Promise<void>;
}

/** Dev and prod for real: servers, folders, and an emulator for secret and record. */
export class Stage {
  readonly folder = mkdtempSync(join(tmpdir(), "promotion-"));
  readonly dev = join(this.folder, "dev");
  readonly prod = join(this.folder, "prod");
  readonly targetFile = join(this.folder, "target.yaml");
  target!: PromotionTarget;

  private constructor(
    readonly set: ReplicationSet,
    private readonly emulator: Emulator,
  ) {}

  static async open(options: SetOptions = {}): Promise<Stage> {
    const [set, emulator] = await Promise.all([ReplicationSet.start(options), startEmulator()]);
    const stage = new Stage(set, emulator);
    await stage.prepare();
    return stage;
  }

  get endpoint(): string {
    return this.emulator.endpoint;
  }

  async close(): Promise<void> {
    await Promise.all([this.set.close(), this.emulator.stop()]);
    rmSync(this.folder, { recursive: true });
  }

  /** Begins `npm run promote` as a person would. */
  begin(argv: readonly string[], more: Readonly<Record<string, string>> = {}): Running {
    const began = performance.now();
    const child = spawn(
      process.execPath,
      ["-r", "./local/transpile/register.js", "commands/promote.ts", ...argv],
      {
        cwd: root,
        env: { ...isolatedEnvironment(this.endpoint), ...more },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    let output = "";
    const waiting: { pattern: RegExp; resolve: () => void }[] = [];
    const hear = (text: Buffer): void => {
      output += text.toString();
      for (const { pattern, resolve } of waiting) if (pattern.test(output)) resolve();
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    const ended = new Promise<Ended>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => {
        resolve({ code, output, seconds: (performance.now() - began) / 1_000 });
      });
    });
    const says = (pattern: RegExp): Promise<void> =>
      Promise.race([
        ended.then(() => undefined),
        new Promise<void>((resolve) => {
          waiting.push({ pattern, resolve });
          if (pattern.test(output)) resolve();
        }),
      ]);
    return { child, ended, says };
  }

  /** Runs it to its end with the stage's target. */
  run(...argv: readonly string[]): Promise<Ended> {
    return this.begin([...argv, "--target", this.targetFile]).ended;
  }

  /** Writes a target that differs from the stage's own. @returns its file */
  variant(name: string, changes: Partial<PromotionTarget>): string {
    const file = join(this.folder, `${name}.yaml`);
    writeFileSync(file, stringify({ ...this.target, ...changes }));
    return file;
  }

  /** Writes dev's files; a version makes their content differ. */
  writeFiles(count: number, version: number, bytes = 400): void {
    for (let index = 0; index < count; index++) {
      const folder = join(this.dev, `part-${index % 20}`);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, `file ${index}.php`), contentOf(index, version, bytes));
    }
    writeFileSync(join(this.dev, "wp-config.php"), "dev's own");
  }

  /** Adds rows to dev's table. */
  async writeRows(count: number): Promise<void> {
    await this.set.master.query(
      "CREATE DATABASE IF NOT EXISTS app",
      "CREATE TABLE IF NOT EXISTS app.posts (id INT PRIMARY KEY AUTO_INCREMENT, text VARCHAR(200))",
      `INSERT INTO app.posts (text) SELECT CONCAT('post ', seq) FROM app.seq_1_to_${count}`,
    );
  }

  /** The content of the table on each server. */
  async tableSums(): Promise<string[]> {
    const servers: readonly MariadbServer[] = [this.set.master, ...this.set.replicas];
    return Promise.all(
      servers.map(async (server) =>
        String((await server.query("CHECKSUM TABLE app.posts"))[0]?.Checksum),
      ),
    );
  }

  /** Whether each replica replicates, by its own account. */
  async running(): Promise<string[]> {
    return Promise.all(
      this.set.replicas.map(async (server) => {
        const [row] = await server.query("SHOW SLAVE STATUS");
        return `${String(row?.Slave_IO_Running)}/${String(row?.Slave_SQL_Running)}`;
      }),
    );
  }

  /** Where each replica is in dev's log. */
  async places(): Promise<string[]> {
    return Promise.all(
      this.set.replicas.map(async (server) => {
        const [row] = await server.query("SHOW SLAVE STATUS");
        if (row?.Using_Gtid === "No")
          return `${String(row.Relay_Master_Log_File)}:${String(row.Exec_Master_Log_Pos)}`;
        return String((await server.query("SELECT @@gtid_slave_pos AS place"))[0]?.place);
      }),
    );
  }

  /** Forgets what was promoted before, as a new table would. */
  async clearRecord(): Promise<void> {
    const client = new DynamoDBClient(this.client);
    await client.send(new DeleteTableCommand({ TableName: recordTable }));
    await this.createTable();
  }

  async createTable(): Promise<void> {
    await new DynamoDBClient(this.client).send(
      new CreateTableCommand({
        TableName: recordTable,
        AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
        BillingMode: "PAY_PER_REQUEST",
      }),
    );
  }

  /** Settings for clients of the emulator. */
  get client() {
    return { region, endpoint: this.endpoint, credentials: fakeCredentials };
  }

  private async prepare(): Promise<void> {
    mkdirSync(this.dev);
    mkdirSync(this.prod);
    // Owners of files are others where this runs as root.
    chmodSync(this.folder, 0o755);
    writeFileSync(join(this.prod, "wp-config.php"), "prod's own");
    const { ARN } = await new SecretsManagerClient(this.client).send(
      new CreateSecretCommand({
        Name: "promotion",
        SecretString: JSON.stringify(this.set.promoter),
      }),
    );
    await this.createTable();
    const address = serverName;
    this.target = {
      region,
      source: { address, port: this.set.master.port },
      replicas: this.set.replicas.map(({ port }, index) => ({
        identifier: `web-${index + 1}`,
        ...{ address, port },
      })),
      secretArn: ARN ?? "",
      recordTable,
      files: {
        source: this.dev,
        target: this.prod,
        staticFiles: ["wp-config.php"],
        owner: ownerOfFiles(),
      },
      ca: this.set.authorityFile,
    };
    writeFileSync(this.targetFile, stringify(this.target));
  }
}

export { promotionItemId };

/** Root gives files away, as it does on the environment's machines. */
function ownerOfFiles(): string {
  if (process.getuid?.() === 0) return "nobody:nogroup";
  const name = (flag: string): string =>
    execFileSync("id", [flag, "-n"], { encoding: "utf8" }).trim();
  return `${name("-u")}:${name("-g")}`;
}

export function contentOf(index: number, version: number, bytes: number): string {
  return `${index} in version ${version} `.padEnd(bytes, `${version}`);
}

/** Paths of all files of a folder with the sums of their content. What a copy works in is left out. */
export function sums(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((path) => !path.startsWith(".promotion") && lstatSync(join(folder, path)).isFile())
      .sort()
      .map((path) => [
        path,
        createHash("sha256")
          .update(readFileSync(join(folder, path)))
          .digest("hex"),
      ]),
  );
}
