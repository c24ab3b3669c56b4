import { type ChildProcess, execFile, spawn } from "node:child_process";
import { cpSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { createConnection, type RowDataPacket } from "mysql2/promise";
import { basicEnvironment } from "../../emulator/isolatedEnvironment";
import { giveTo, type MachineUser } from "../machineUser";
import { freePort } from "../postgres/freePort";
import type { Certificates } from "./certificates";
import type { MariadbPrograms } from "./programs";

const run = promisify(execFile);

/** A start may take this long, real milliseconds: 0.5 s, and many times that on a busy machine. */
const startPatience = 60_000;

/** A port that was free can be taken meanwhile. */
const startAttempts = 5;

/** How a server is run. */
export interface ServerSettings {
  readonly programs: MariadbPrograms;
  /** Account of the server's process; its folder belongs to it. */
  readonly user: MachineUser | undefined;
  readonly certificates: Certificates;
}

/**
 * Runs the server and ends it when this process ends, however it ends: the pipe closes then. Its first
 * line is the server's process id, which is known before the server can do anything.
 */
const guarded = `
exec 3<&0
"$@" 3<&- </dev/null & server=$!
echo "$server"
( read -r _ <&3; kill -KILL "$server" ) 2>/dev/null & guard=$!
wait "$server"; code=$?
kill "$guard" 2>/dev/null
exit "$code"
`;

/** Small and without care for a crash of this machine: a run's data is thrown away with its folder. */
const parameters: Readonly<Record<string, string>> = {
  "bind-address": "127.0.0.1",
  "skip-name-resolve": "ON",
  "require-secure-transport": "ON",
  "log-bin": "mysql-bin",
  "binlog-format": "ROW",
  "sync-binlog": "0",
  "slave-net-timeout": "10",
  "innodb-flush-log-at-trx-commit": "2",
  "innodb-buffer-pool-size": "32M",
  "innodb-log-file-size": "16M",
  "performance-schema": "OFF",
};

/** Makes an empty data directory, in which root needs no password over the server's own socket. */
export async function initialise(folder: string, settings: ServerSettings): Promise<void> {
  await run(
    settings.programs.install,
    [
      "--no-defaults",
      `--datadir=${folder}`,
      "--skip-test-db",
      "--auth-root-authentication-method=normal",
      "--innodb-log-file-size=16M",
    ],
    { env: environmentOf(folder, settings.user), cwd: "/", ...settings.user },
  );
}

/** Temporary tables of servers that share a folder for them can take each other's names. */
function environmentOf(folder: string, user: MachineUser | undefined): Record<string, string> {
  const temporary = `${folder}.temporary`;
  if (mkdirSync(temporary, { recursive: true }) !== undefined) giveTo(user, temporary);
  return { ...basicEnvironment(), TMPDIR: temporary };
}

/** Copies the data directory of a server that does not run, for another one of the account. */
export function copyDataDirectory(from: string, to: string, user: MachineUser | undefined): void {
  cpSync(from, to, { recursive: true });
  giveTo(user, to);
  if (user === undefined) return;
  for (const entry of readdirSync(to, { recursive: true, encoding: "utf8" }))
    giveTo(user, join(to, entry));
}

/** One MariaDB server: a data directory and, while it runs, its process. */
export class MariadbServer {
  /** Port it listens on, with TLS alone; kept over restarts. */
  port = 0;
  private guard: ChildProcess | undefined;
  private pid: number | undefined;
  private exited: Promise<void> = Promise.resolve();
  private log = "";

  /** @param folder its data directory, complete and owned by the account */
  constructor(
    readonly folder: string,
    readonly serverId: number,
    private readonly settings: ServerSettings,
    private readonly more: Readonly<Record<string, string>> = {},
  ) {}

  /** Resolves when it answers. @throws Error with its last lines, when it does not come up */
  async start(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      if (this.port === 0) this.port = await freePort();
      this.spawn();
      if (await this.answers()) return;
      const taken = this.log.includes("Address already in use");
      if (!taken || attempt === startAttempts)
        throw new Error(`MariaDB did not start in ${this.folder}:\n${this.log.slice(-2_000)}`);
      this.port = 0;
    }
  }

  /** Ends it in good order. */
  async stop(): Promise<void> {
    this.signal("SIGTERM");
    await this.exited;
  }

  /** Ends it as a loss of power would. */
  async kill(): Promise<void> {
    this.signal("SIGKILL");
    await this.exited;
  }

  /** Runs statements of root, one after the other. @returns the rows of the last one */
  async query(...statements: readonly string[]): Promise<RowDataPacket[]> {
    const connection = await createConnection({ socketPath: this.socket, user: "root" });
    try {
      let result: unknown = [];
      for (const statement of statements) [result] = await connection.query(statement);
      return Array.isArray(result) ? (result as RowDataPacket[]) : [];
    } finally {
      connection.destroy();
    }
  }

  private signal(signal: NodeJS.Signals): void {
    if (this.pid === undefined) return;
    try {
      process.kill(this.pid, signal);
    } catch (error) {
      // It has ended by itself.
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }

  private spawn(): void {
    const { certificates, programs, user } = this.settings;
    const options = {
      ...parameters,
      datadir: this.folder,
      socket: this.socket,
      "pid-file": `${this.folder}.pid`,
      port: String(this.port),
      "server-id": String(this.serverId),
      "ssl-ca": certificates.ca,
      "ssl-cert": certificates.certificate,
      "ssl-key": certificates.key,
      ...this.more,
    };
    this.log = "";
    const child = spawn(
      "sh",
      [
        ...["-c", guarded, "mariadb", programs.server, "--no-defaults"],
        ...Object.entries(options).map(([name, value]) => `--${name}=${value}`),
      ],
      // Ctrl-C on the terminal is for this process, which ends its servers in order.
      {
        ...{ cwd: "/", detached: true, stdio: "pipe" },
        env: environmentOf(this.folder, user),
        ...user,
      },
    );
    child.stdout.setEncoding("utf8").once("data", (line: string) => {
      this.pid = Number(line.trim());
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.log = (this.log + text).slice(-8_000);
    });
    this.guard = child;
    this.exited = new Promise((resolve) => {
      child.once("error", ({ message }) => {
        this.log += message;
        resolve();
      });
      child.once("close", () => {
        this.guard = undefined;
        this.pid = undefined;
        resolve();
      });
    });
  }

  /** False when it ended instead. */
  private async answers(): Promise<boolean> {
    const child = this.guard;
    const giveUpAt = performance.now() + startPatience;
    while (this.guard === child) {
      try {
        await this.query("SELECT 1");
        return true;
      } catch (error) {
        if (performance.now() > giveUpAt) {
          await this.kill();
          this.log += `\nIt did not answer for ${startPatience / 1000} s: ${(error as Error).message}`;
          return false;
        }
      }
      await sleep(50);
    }
    return false;
  }

  /** Beside the data directory, whose own folder is the account's alone. */
  private get socket(): string {
    return join(`${this.folder}.socket`);
  }
}
