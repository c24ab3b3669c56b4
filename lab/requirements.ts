import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** What the lab starts, and the Debian and Ubuntu package that each comes with. */
export const packageOf = {
  haproxy: "haproxy",
  keepalived: "keepalived",
  nft: "nftables",
  corosync: "corosync",
  pacemakerd: "pacemaker",
  crm_mon: "pacemaker-cli-utils",
  // For the agents of the same package, which are on no path.
  "ocf-tester": "resource-agents",
  fence_heuristics_ping: "fence-agents",
  ping: "iputils-ping",
  modprobe: "kmod",
  ip: "iproute2",
  curl: "curl",
  pidof: "sysvinit-utils",
  bash: "bash",
  awk: "mawk",
  mount: "mount",
  unshare: "util-linux",
  nsenter: "util-linux",
  setpriv: "util-linux",
  setsid: "util-linux",
  hostname: "hostname",
} as const satisfies Record<string, string>;

/** Where Debian keeps what only root starts; not on everybody's PATH. */
const systemFolders = ["/usr/sbin", "/sbin"];

/** The programs that are not installed. */
export function missingPrograms(path = process.env.PATH ?? ""): (keyof typeof packageOf)[] {
  const folders = [...path.split(delimiter), ...systemFolders];
  return (Object.keys(packageOf) as (keyof typeof packageOf)[]).filter(
    (program) => !folders.some((folder) => isExecutable(join(folder, program))),
  );
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    // Whatever keeps it from being started, it counts as missing here.
    return false;
  }
}

/** Makes the system's programs reachable for all that the lab starts. */
export function addSystemFolders(): void {
  process.env.PATH = [process.env.PATH ?? "", ...systemFolders].join(delimiter);
}

/**
 * Whether this machine can carry the lab.
 * @throws Error with everything that it lacks
 */
export function requireMachine(): void {
  const lacks = whatMachineLacks();
  if (lacks.length > 0) throw new Error(lacks.join(" "));
  addSystemFolders();
}

function whatMachineLacks(): string[] {
  if (process.platform !== "linux") return ["It needs Linux: its machines are network namespaces."];
  if (process.getuid?.() !== 0) return ["It needs root: sudo npm run lab."];
  const missing = missingPrograms();
  if (missing.length > 0) {
    return [`${missing.join(", ")} not found. Install what is missing: npm run lab:setup.`];
  }
  const tried = spawnSync(
    "unshare",
    [
      ...["--mount", "--net", "--pid", "--fork", "--mount-proc"],
      "ip",
      "link",
      "add",
      "probe",
    ].concat(["type", "veth"]),
    { encoding: "utf8" },
  );
  if (tried.status === 0) return [];
  return [
    `No namespaces can be made here (${tried.stderr.trim()}): run it on a machine of your own, or in a privileged container.`,
  ];
}
