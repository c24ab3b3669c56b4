import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** MariaDB's programs on this machine. */
export interface MariadbPrograms {
  /** The server. */
  readonly server: string;
  /** Makes an empty data directory. */
  readonly install: string;
}

/** Debian keeps servers where an ordinary user's PATH does not look. */
const besides = ["/usr/sbin", "/usr/local/sbin", "/usr/libexec"];

/** @throws Error with what to install, where they are missing */
export function findPrograms(path = process.env.PATH ?? ""): MariadbPrograms {
  const folders = [...path.split(delimiter).filter((folder) => folder !== ""), ...besides];
  const find = (name: string): string | undefined =>
    folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
  const server = find("mariadbd");
  const install = find("mariadb-install-db");
  if (server !== undefined && install !== undefined) return { server, install };
  throw new Error(
    `There is no ${server === undefined ? "mariadbd" : "mariadb-install-db"} on this machine. ` +
      "Install MariaDB's server (Debian: apt-get install --no-install-recommends mariadb-server); " +
      "it need not run as a service.",
  );
}
