import { execFile } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { createConnection, type Connection } from "mysql2/promise";
import { basicEnvironment } from "../../emulator/isolatedEnvironment";
import { environmentFile } from "../../gateway/controllers/bootSettings";
import type { LaunchedInstance } from "../../gateway/world";
import { Application } from "./application";

const run = promisify(execFile);

/** Paths of the machine's boot files that matter here. */
const settingsPath = "/etc/webapp/content";
const databasePath = "/etc/webapp/database.json";
const contentScript = "/usr/local/sbin/webapp-content";
const secretsScript = "/usr/local/sbin/webapp-secrets";

/** What a machine finds around it. */
export interface WebSurroundings {
  /** The directory that an access point leads to. */
  readonly directoryOf: (region: string, accessPointId: string) => Promise<string>;
  /** Where a name of the VPC leads on this machine. @throws Error where nothing answers */
  readonly reach: (region: string, name: string) => Promise<{ host: string; port: number }>;
  /** A secret's JSON. */
  readonly secret: (region: string, id: string) => Promise<{ username: string; password: string }>;
  /** PEM text of the authority that signed the databases' certificates. */
  readonly authority: string;
  /** Files of the machine image's document root, by path. */
  readonly image: Readonly<Record<string, string>>;
}

/**
 * A machine of the web application in a folder of its own: the boot files of its user data at their
 * paths below it, the file systems linked where it mounts them, and its content script run for real.
 * PHP and its web server are a stand-in, see application.ts.
 */
export class WebMachine {
  private application: Application | undefined;
  private isOff = false;

  /**
   * @param files of the user data, by path
   * @param root the machine's folder
   */
  constructor(
    readonly instance: LaunchedInstance,
    private readonly files: ReadonlyMap<string, string>,
    private readonly root: string,
    private readonly around: WebSurroundings,
  ) {}

  /** Where the application listens; undefined until it does. */
  get address(): { readonly host: string; readonly port: number } | undefined {
    return this.application?.address;
  }

  /** What the units do at boot: mounts, content, then the web server. */
  async boot(): Promise<void> {
    for (const [path, text] of this.files) if (path.endsWith(".mount")) await this.mount(text);
    const settings = this.settings();
    for (const [path, text] of this.files) this.write(path, text);
    const rooted = [...settings].map(([name, value]) => `${name}='${this.inRoot(value)}'\n`);
    this.write(settingsPath, rooted.join(""));
    for (const [path, text] of Object.entries(this.around.image)) {
      this.write(join(settings.get("DOCUMENT_ROOT") ?? "", path), text);
    }
    await this.content("boot");
    const application = new Application({
      environment: settings.get("ENVIRONMENT") ?? "",
      instance: this.instance.instanceId,
      zone: this.instance.availabilityZone,
      documentRoot: this.at(settings.get("DOCUMENT_ROOT") ?? ""),
      connect: (to) => this.connect(to),
    });
    await application.start();
    this.application = application;
    // It may have lost its power meanwhile.
    if (this.isOff) this.powerOff();
  }

  /** Runs a command of Systems Manager. @throws Error with what the command said */
  async run(command: string): Promise<void> {
    const [, verb] = new RegExp(`^${contentScript} (\\w+)$`).exec(command) ?? [];
    if (verb === undefined) throw new Error(`This machine runs ${contentScript} alone.`);
    await this.content(verb);
  }

  powerOff(): void {
    this.isOff = true;
    this.application?.kill();
    this.application = undefined;
  }

  private settings(): Map<string, string> {
    return environmentFile(this.files.get(settingsPath) ?? "");
  }

  /** An access point's directory where the unit mounts it. */
  private async mount(unit: string): Promise<void> {
    const [, where = ""] = /^Where=(.+)$/m.exec(unit) ?? [];
    const [, accessPoint = ""] = /\baccesspoint=([\w-]+)/.exec(unit) ?? [];
    const directory = await this.around.directoryOf(this.instance.region, accessPoint);
    mkdirSync(dirname(this.at(where)), { recursive: true });
    symlinkSync(directory, this.at(where));
  }

  private async content(verb: string): Promise<void> {
    await run("bash", [this.at(contentScript), verb], {
      env: { ...basicEnvironment(), WEBAPP_SETTINGS: this.at(settingsPath) },
    });
  }

  private async connect(to: "reader" | "writer"): Promise<Connection> {
    const { region } = this.instance;
    const given = JSON.parse(this.files.get(databasePath) ?? "{}") as Record<string, string>;
    const name = given[to];
    if (name === undefined) throw new Error(`This environment has no ${to}.`);
    const [, secretId = ""] =
      /--secret-id "([^"]+)"/.exec(this.files.get(secretsScript) ?? "") ?? [];
    const { username, password } = await this.around.secret(region, secretId);
    const place = await this.around.reach(region, name);
    return createConnection({
      ...place,
      user: username,
      password,
      database: given.database ?? "",
      connectTimeout: 2_000,
      ssl: { ca: this.around.authority, rejectUnauthorized: true },
    });
  }

  private write(path: string, text: string): void {
    mkdirSync(dirname(this.at(path)), { recursive: true });
    // The owner's name is an account of this machine: nobody can give files to root otherwise.
    const own = process.getuid?.() === 0 ? text : text.replace('"root:', '"${OWNER%:*}:');
    writeFileSync(this.at(path), own);
  }

  private inRoot(value: string): string {
    return value.startsWith("/") ? this.at(value) : value;
  }

  private at(path: string): string {
    return join(this.root, path);
  }
}
