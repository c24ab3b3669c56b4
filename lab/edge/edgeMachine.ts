import { appendFileSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { haproxyPaths, statsPasswordVariable } from "../../components/pair/haproxyRenderer";
import { scriptUser } from "../../components/pair/keepalivedRenderer";
import { type EdgePairSettings, statsPasswordFile } from "../../components/pair/pairFiles";
import type { Machine } from "../machines/machine";
import { labFiles } from "./publishedGuide";

/** Any password's hash: nobody logs in to the statistics page here. */
const passwordHash = "$5$lab$yHnMpgVkPVFGuWnDnZQ4CEBzTjHNk9E/sfKqRlqcUkD";

/** Writes the rendered files, and does what systemd would with those that are meant for it. */
export async function installEdgeMachine(
  machine: Machine,
  settings: EdgePairSettings,
): Promise<void> {
  const own = settings.pair.machines.find(({ name }) => name === machine.name);
  if (own === undefined) throw new Error(`${machine.name} is none of the pair's machines.`);
  for (const file of labFiles(settings, own)) machine.write(file);
  machine.write({
    path: statsPasswordFile,
    content: `${statsPasswordVariable}='${passwordHash}'\n`,
    permissions: "0644",
  });
  // systemd-sysusers and systemd-tmpfiles need a systemd.
  const passwd = machine.path("/etc/passwd");
  if (!readFileSync(passwd, "utf8").includes(`${scriptUser}:`)) {
    appendFileSync(passwd, `${scriptUser}:x:59999:59999::/:/usr/sbin/nologin\n`);
    appendFileSync(machine.path("/etc/group"), `${scriptUser}:x:59999:\n`);
  }
  await machine.run(
    `install -d /run/pair ${dirname(haproxyPaths.socket)} && ` +
      `install -d -o ${scriptUser} -g ${scriptUser} /var/log/pair`,
  );
}

/** The last that a machine's daemons and controllers said; nothing without power. */
export function lastLogLines(machine: Machine, teams: readonly string[]): string[] {
  return ["haproxy", "keepalived", ...teams.map((team) => `jenkins-${team}`)].flatMap((unit) => {
    const log = readIfThere(machine.path(`/var/log/${unit}.log`));
    // Not what HAProxy writes about each request.
    const lines = log.split("\n").filter((line) => line !== "" && !line.startsWith("{"));
    return lines.length === 0 ? [] : [`--- ${machine.name}, ${unit}`, ...lines.slice(-25)];
  });
}

/** A machine that lost its power has no files any more. */
function readIfThere(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) return "";
    throw error;
  }
}
