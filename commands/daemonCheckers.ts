import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { statsPasswordVariable } from "../components/pair/haproxyRenderer";
import {
  renderCib,
  type ClusterSection,
  clusterSections,
} from "../components/pair/pacemakerRenderer";
import { keepalivedComplaints, usableInterface } from "./keepalivedChecker";

/** What a daemon's own checker said of one machine's files. */
export interface Verdict {
  readonly daemon: string;
  readonly kind: "fine" | "refused" | "notChecked";
  /** Its complaints, or why it was not asked. */
  readonly text: string;
}

interface Checker {
  readonly daemon: string;
  /** The file that is checked, absolute on the machine. */
  readonly path: string;
  /** @param scratch a folder that is removed afterwards */
  readonly check: (file: string, scratch: string) => Verdict["text"] | undefined;
  /** What this machine lacks besides the daemon. */
  readonly lacking?: () => string | undefined;
}

/** Runs a checker; undefined: it is satisfied. */
function complaintsOf(
  command: string,
  parameters: readonly string[],
  environment = {},
): string | undefined {
  const { status, stdout, stderr } = spawnSync(command, parameters, {
    encoding: "utf8",
    env: { ...process.env, ...environment },
  });
  return status === 0 ? undefined : `${stdout}${stderr}`.trim();
}

const checkers: readonly Checker[] = [
  {
    daemon: "haproxy",
    path: "/etc/haproxy/haproxy.cfg",
    check: (file) =>
      complaintsOf("haproxy", ["-c", "-f", file], { [statsPasswordVariable]: "$6$salt$hash" }),
  },
  {
    daemon: "keepalived",
    path: "/etc/keepalived/keepalived.conf",
    check: (file, scratch) => {
      return keepalivedComplaints(readFileSync(file, "utf8"), scratch, usableInterface() ?? "lo");
    },
    lacking: () =>
      usableInterface() === undefined ? "there is no network interface here" : undefined,
  },
  {
    daemon: "crm_verify",
    path: "/etc/pacemaker/pair/resources.xml",
    check: (file, scratch) => {
      const read = (name: ClusterSection) =>
        readFileSync(file.replace("resources.xml", `${name}.xml`), "utf8");
      const sections = Object.fromEntries(clusterSections.map((name) => [name, read(name)]));
      writeFileSync(
        join(scratch, "cib.xml"),
        renderCib(sections as Record<ClusterSection, string>),
      );
      return complaintsOf("crm_verify", ["-V", "--xml-file", join(scratch, "cib.xml")]);
    },
  },
];

/** Corosync's checker wants to run on one of the cluster's machines. */
const uncheckedHere = [
  {
    daemon: "corosync",
    path: "/etc/corosync/corosync.conf",
    text: "on its machine: corosync -t",
  },
];

/** Asks every daemon's own checker that is installed here. */
export function checkMachine(folder: string): Verdict[] {
  const unchecked = uncheckedHere
    .filter(({ path }) => existsSync(join(folder, path)))
    .map(({ daemon, text }): Verdict => ({ daemon, kind: "notChecked", text }));
  const checked = checkers
    .filter(({ path }) => existsSync(join(folder, path)))
    .map(({ daemon, path, check, lacking }): Verdict => {
      const installed = spawnSync("which", [daemon]).status === 0;
      const missing = installed ? lacking?.() : `${daemon} is not installed here`;
      if (missing !== undefined) return { daemon, kind: "notChecked", text: missing };
      const scratch = mkdtempSync(join(tmpdir(), "pair-check-"));
      try {
        const complaints = check(join(folder, path), scratch);
        return complaints === undefined
          ? { daemon, kind: "fine", text: "" }
          : { daemon, kind: "refused", text: complaints };
      } finally {
        rmSync(scratch, { recursive: true });
      }
    });
  return [...checked, ...unchecked];
}
