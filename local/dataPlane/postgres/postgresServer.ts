import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client, type QueryResultRow } from "pg";
import { basicEnvironment } from "../../emulator/isolatedEnvironment";
import type { MachineUser } from "../machineUser";
import { freePort } from "./freePort";

/** A start may take this long, real milliseconds: 0.1 s, and many times that on a busy machine. */
const startPatience = 30_000;

/** A port that was free can be taken meanwhile, and a killed server's memory be in use for a moment. */
const startAttempts = 10;

const retryable =
  /Address already in use|pre-existing shared memory block|could not create any TCP/;

/** How a server is run; see {@link PostgresServer}. */
export interface ServerSettings {
  /** The program. */
  readonly postgres: string;
  /** Account of the server's process; its own folder belongs to it. */
  readonly user: MachineUser | undefined;
  /** Superuser and its password, as the data directory was made with. */
  readonly superuser: string;
  readonly password: string;
}

/**
 * Small and without care for a crash of this machine: a run's data is thrown away with its folder.
 * A crash of the server alone loses nothing by that, the system keeps what was written.
 */
const parameters: Readonly<Record<string, string>> = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  fsync: "off",
  shared_buffers: "16MB",
  dynamic_shared_memory_type: "mmap",
  max_connections: "60",
  max_wal_senders: "6",
  // A standby that was away for a while finds what it missed.
  wal_keep_size: "256MB",
  wal_retrieve_retry_interval: "100ms",
  autovacuum: "off",
  log_min_messages: "warning",
};

/** One PostgreSQL server: a data directory and, while it runs, its process. */
export class PostgresServer {
  /** Port it listens on, or did when it ran last; 0 before its first start. */
  port = 0;
  private process: ChildProcess | undefined;
  private exited: Promise<void> = Promise.resolve();
  private ready = false;
  private log = "";

  /** @param folder its data directory, complete and owned by the account */
  constructor(
    readonly folder: string,
    private readonly settings: ServerSettings,
  ) {}

  /** True while it accepts connections. */
  get isRunning(): boolean {
    return this.ready;
  }

  /** Starts it and resolves when it accepts connections. @throws with its log when it does not. */
  async start(): Promise<void> {
    if (this.ready) return;
    for (let attempt = 1; ; attempt++) {
      if (this.port === 0 || attempt > 1) this.port = await freePort();
      this.spawn();
      if (await this.becomesReady()) return;
      if (attempt === startAttempts || !retryable.test(this.log)) {
        throw new Error(
          `PostgreSQL did not start in ${this.folder} (attempt ${attempt}). Its log:\n${this.log.trim()}`,
        );
      }
      await sleep(100);
    }
  }

  /** Ends it in order. A server that does not run is left as it is. */
  async stop(): Promise<void> {
    this.ready = false;
    this.process?.kill("SIGINT");
    await this.exited;
  }

  /**
   * Ends it as a loss of power would: no statement ends, no connection is closed in order, nothing is
   * written any more. Returns at once. By PostgreSQL's immediate shutdown: a SIGKILL would leave its
   * children to finish what they are at, and its shared memory to the system for ever.
   */
  kill(): void {
    this.ready = false;
    this.process?.kill("SIGQUIT");
  }

  /** Resolves when its process is gone. */
  get ended(): Promise<void> {
    return this.exited;
  }

  /** Runs statements of the superuser on a connection of their own. */
  async session<Result>(
    work: (query: (text: string) => Promise<QueryResultRow[]>) => Promise<Result>,
    database = "postgres",
  ): Promise<Result> {
    const { superuser: user, password } = this.settings;
    const client = new Client({ host: "127.0.0.1", port: this.port, user, password, database });
    // A server that dies breaks idle connections too; the next statement says so.
    client.on("error", () => undefined);
    await client.connect();
    try {
      return await work(async (text) => (await client.query<QueryResultRow>(text)).rows);
    } finally {
      await client.end();
    }
  }

  /** Runs one statement of the superuser. */
  query(text: string): Promise<QueryResultRow[]> {
    return this.session((query) => query(text));
  }

  private spawn(): void {
    rmSync(this.statusFile, { force: true });
    this.log = "";
    const options = Object.entries({ ...parameters, port: String(this.port) });
    const child = spawn(
      this.settings.postgres,
      ["-D", this.folder, ...options.flatMap(([name, value]) => ["-c", `${name}=${value}`])],
      {
        // Ctrl-C on the terminal is for this process, which ends its servers in order.
        detached: true,
        env: basicEnvironment(),
        stdio: ["ignore", "ignore", "pipe"],
        ...this.settings.user,
      },
    );
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.log = (this.log + text).slice(-8_000);
    });
    this.process = child;
    this.exited = new Promise((resolve) => {
      const gone = (why?: Error): void => {
        if (why) this.log += why.message;
        this.ready = false;
        this.process = undefined;
        resolve();
      };
      child.once("error", gone);
      child.once("exit", () => {
        gone();
      });
    });
  }

  /** False when it ended instead. */
  private async becomesReady(): Promise<boolean> {
    const child = this.process;
    const giveUpAt = performance.now() + startPatience;
    while (this.process === child && child !== undefined) {
      if (this.saysReady()) {
        this.ready = true;
        return true;
      }
      if (performance.now() > giveUpAt) {
        this.kill();
        await this.exited;
        this.log += `\nIt was not ready after ${startPatience / 1000} s.`;
        return false;
      }
      await sleep(10);
    }
    return false;
  }

  /** PostgreSQL writes its state into the eighth line of its lock file, for pg_ctl. */
  private saysReady(): boolean {
    if (!existsSync(this.statusFile)) return false;
    return readFileSync(this.statusFile, "utf8").split("\n")[7]?.trim() === "ready";
  }

  private get statusFile(): string {
    return join(this.folder, "postmaster.pid");
  }
}
