import { gunzipSync } from "node:zlib";
import type { LaunchedInstance } from "../world";

/** What a controller's machine learns from its user data. */
export interface BootSettings {
  readonly region: string;
  readonly peerRegion: string;
  /** The role that its region had when the user data was rendered. */
  readonly role: "active" | "waiting";
  /** The generation when it was rendered; older records are ignored. */
  readonly generation: number;
  /** Name of the failover record's table in both regions. */
  readonly recordTable: string;
  /** The file system that its home lives on. */
  readonly fileSystemId: string;
}

/** What a controller's machine has besides Jenkins itself. */
export interface ControllerFiles {
  /** The settings of the unit that runs the lease script. */
  readonly environment: ReadonlyMap<string, string>;
  readonly leaseScript: string;
  /** The unit that mounts the home, as it was rendered. */
  readonly mountUnit: string;
  readonly fileSystemId: string;
  /**
   * Jenkins's PostgreSQL database, by the first label of the host name in its configuration. Absent
   * for a database of another kind, and for none.
   */
  readonly databaseIdentifier?: string;
}

/** Where user data puts the script of a rehearsal's machine. */
const rehearsalPath = "/usr/local/sbin/jenkins-rehearsal";

/** Where user data puts Jenkins's configuration. */
const configurationPath = "/etc/jenkins-pilot-light/jenkins.yaml";

/** Where user data puts the lease script. */
const scriptPath = "/usr/local/sbin/jenkins-lease";

/** The file that the lease script reads. */
const settingsPath = "/etc/jenkins-pilot-light/controller.env";

interface CloudConfig {
  readonly write_files?: readonly {
    readonly path: string;
    readonly encoding?: string;
    readonly content: string;
  }[];
}

/**
 * Reads the boot files out of a `#cloud-config` as cloud-init would.
 * @returns undefined for a machine that is no controller (an agent, a builder).
 */
export function readBootSettings(instance: LaunchedInstance): BootSettings | undefined {
  const files = bootFiles(instance.userData);
  const text = files.get(settingsPath);
  if (text === undefined) return undefined;
  const values = environmentFile(text);
  const value = (name: string): string => {
    const found = values.get(name);
    if (found === undefined) {
      throw new Error(
        `The user data of ${instance.instanceId} (${instance.autoScalingGroupName}) lacks ${name} in ${settingsPath}.`,
      );
    }
    return found;
  };
  return {
    region: value("REGION"),
    peerRegion: value("PEER_REGION"),
    role: value("ROLE") === "active" ? "active" : "waiting",
    generation: Number(value("GENERATION")),
    recordTable: value("RECORD_TABLE"),
    fileSystemId: fileSystemOf(files),
  };
}

/**
 * Reads what a real machine would run as cloud-init would write it.
 * @returns undefined for a machine that is no controller.
 * @throws Error for a controller without a lease script.
 */
export function readControllerFiles(instance: LaunchedInstance): ControllerFiles | undefined {
  const files = bootFiles(instance.userData);
  const settings = files.get(settingsPath);
  if (settings === undefined) return undefined;
  const leaseScript = files.get(scriptPath);
  if (leaseScript === undefined) {
    throw new Error(
      `The user data of ${instance.instanceId} (${instance.autoScalingGroupName}) installs no ${scriptPath}.`,
    );
  }
  const [, databaseIdentifier] =
    /\bpostgreSQL\b[^}]*\bhostname"?: *"?([a-z0-9-]+)\./.exec(files.get(configurationPath) ?? "") ??
    [];
  return {
    environment: environmentFile(settings),
    leaseScript,
    mountUnit: mountUnitOf(files),
    fileSystemId: fileSystemOf(files),
    ...(databaseIdentifier === undefined ? {} : { databaseIdentifier }),
  };
}

/** True for a machine that starts Jenkins on a copy, for a rehearsal. */
export function isRehearsal({ userData }: LaunchedInstance): boolean {
  return bootFiles(userData).has(rehearsalPath);
}

/** The files that a `#cloud-config` writes, by path. */
export function bootFiles(userData: string): Map<string, string> {
  const json = /^#cloud-config\s*\n(\{.*\})\s*$/s.exec(userData)?.[1];
  const config = json === undefined ? {} : (JSON.parse(json) as CloudConfig);
  return new Map(
    (config.write_files ?? []).map(({ path, encoding, content }) => [
      path,
      encoding === "gz+b64" ? gunzipSync(Buffer.from(content, "base64")).toString() : content,
    ]),
  );
}

/** `NAME=value` lines, values possibly in quotes. */
function environmentFile(text: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [, name, value = ""] = /^([A-Z_]+)=(.*)$/.exec(line) ?? [];
    if (name !== undefined) values.set(name, value.replace(/^(["'])(.*)\1$/, "$2"));
  }
  return values;
}

function fileSystemOf(files: ReadonlyMap<string, string>): string {
  const id = /\bfs-[0-9a-f]+\b/.exec(mountUnitOf(files))?.[0];
  if (id !== undefined) return id;
  throw new Error("The user data mounts no file system, but a controller needs its home.");
}

/** Empty if there is none. */
function mountUnitOf(files: ReadonlyMap<string, string>): string {
  return [...files].find(([path]) => path.endsWith(".mount"))?.[1] ?? "";
}
