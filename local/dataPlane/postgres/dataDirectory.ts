import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { basicEnvironment } from "../../emulator/isolatedEnvironment";
import { giveTo, type MachineUser } from "../machineUser";
import type { PostgresServer } from "./postgresServer";

const run = promisify(execFile);

/** Makes a data directory with one superuser who needs a password from everywhere. */
export async function initialise(
  folder: string,
  initdb: string,
  user: MachineUser | undefined,
  superuser: { readonly name: string; readonly password: string },
): Promise<void> {
  const passwordFile = `${folder}.password`;
  writeFileSync(passwordFile, superuser.password, { mode: 0o600 });
  giveTo(user, passwordFile);
  const options = {
    pgdata: folder,
    username: superuser.name,
    pwfile: passwordFile,
    auth: "scram-sha-256",
    encoding: "UTF8",
    // Small segments: an empty cluster is copied for each instance.
    "wal-segsize": "1",
  };
  const named = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
  try {
    await run(initdb, [...named, "--no-locale", "--no-sync", "--no-instructions"], {
      env: basicEnvironment(),
      cwd: "/",
      ...user,
    });
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** Copies the data directory of a server that does not run. */
export function copyStopped(from: string, to: string, user: MachineUser | undefined): void {
  mkdirSync(to, { mode: 0o700 });
  giveTo(user, to);
  copyFiles(from, to, "", user, () => true);
}

/** Folders whose content a base backup leaves out, and files that belong to the running server. */
const leftOut =
  /^(postmaster\.(pid|opts)|(pg_wal|pg_replslot|pg_dynshmem|pg_notify|pg_serial|pg_snapshots|pg_stat_tmp|pg_subtrans)\/.+|(.*\/)?(pgsql_tmp.*|pg_internal\.init.*)|(standby|recovery)\.signal|backup_label.*)$/;

/**
 * Makes the data directory of a standby from a running server, by an ordinary connection and a copy
 * of its files: what pg_basebackup does, which not every installation has.
 *
 * Source: PostgreSQL documentation, "Making a Non-Exclusive Base Backup Using the Low-Level API" and
 * "Backing Up the Data Directory".
 *
 * @param upstream connection string of the server that it shall follow
 */
export async function copyRunning(
  source: PostgresServer,
  to: string,
  user: MachineUser | undefined,
  upstream: string,
): Promise<void> {
  mkdirSync(to, { mode: 0o700 });
  giveTo(user, to);
  await source.session(async (query) => {
    await query("SELECT pg_backup_start('standby', fast => true)");
    copyFiles(source.folder, to, "", user, (path) => !leftOut.test(path));
    const [stopped] = await query(
      "SELECT labelfile FROM pg_backup_stop(wait_for_archive => false)",
    );
    write(join(to, "backup_label"), String(stopped?.labelfile), user);
  });
  write(join(to, "standby.signal"), "", user);
  write(join(to, "postgresql.auto.conf"), `primary_conninfo = '${upstream}'\n`, user);
}

function write(path: string, content: string, user: MachineUser | undefined): void {
  writeFileSync(path, content, { mode: 0o600 });
  giveTo(user, path);
}

/** @param keep whether a path, relative to the data directory, is copied */
function copyFiles(
  from: string,
  to: string,
  path: string,
  user: MachineUser | undefined,
  keep: (path: string) => boolean,
): void {
  for (const entry of readdirSync(join(from, path), { withFileTypes: true })) {
    const inner = path === "" ? entry.name : `${path}/${entry.name}`;
    if (!keep(inner)) continue;
    const target = join(to, inner);
    if (entry.isDirectory()) {
      mkdirSync(target, { mode: 0o700 });
      giveTo(user, target);
      copyFiles(from, to, inner, user, keep);
    } else if (entry.isFile() && copied(join(from, inner), target)) {
      giveTo(user, target);
    }
  }
}

/** False for a file that a running server removed meanwhile, which its log then says for the copy. */
function copied(from: string, to: string): boolean {
  try {
    copyFileSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}
