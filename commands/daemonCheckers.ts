import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { statsPasswordVariable } from "../components/pair/haproxyRenderer";
import { keepalivedPaths, scriptUser } from "../components/pair/keepalivedRenderer";
import {
  renderCib,
  type ClusterSection,
  clusterSections,
} from "../components/pair/pacemakerRenderer";

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
    // Its scripts and their user are on the pair's machines alone.
    check: (file, scratch) => {
      const copy = join(scratch, "keepalived.conf");
      const folder = file.slice(0, -"/etc/keepalived/keepalived.conf".length);
      const { proxyCheck, teamCheck, vipMove, proxyEnded } = keepalivedPaths;
      let text = readFileSync(file, "utf8");
      for (const path of [proxyCheck, teamCheck, vipMove])
        text = text.replaceAll(path, join(folder, path));
      text = text
        .replaceAll(scriptUser, userInfo().username)
        .replaceAll(proxyEnded, join(scratch, "ended"));
      writeFileSync(copy, text.replaceAll('" root\n', `" ${userInfo().username}\n`));
      return complaintsOf("keepalived", ["--config-test", "--use-file", copy]);
    },
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
    .map(({ daemon, path, check }): Verdict => {
      if (spawnSync("which", [daemon]).status !== 0) {
        return { daemon, kind: "notChecked", text: `${daemon} is not installed here` };
      }
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
