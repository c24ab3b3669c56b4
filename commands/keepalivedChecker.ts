import { spawnSync } from "node:child_process";
import { chmodSync, readdirSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { keepalivedPaths, scriptUser } from "../components/pair/keepalivedRenderer";

/** A network interface of this machine that Keepalived would use; it refuses the loopback one. */
export function usableInterface(): string | undefined {
  return readdirSync("/sys/class/net").find((name) => name !== "lo");
}

/**
 * Asks Keepalived's own checker about a configuration. It wants the interface, the scripts and their
 * user to be there, which they are on a pair's machine alone: a copy with this machine's is checked.
 *
 * @param scratch a folder that is removed afterwards
 * @param networkInterface one that exists here, see {@link usableInterface}
 * @returns what it complains about; undefined if it is satisfied
 */
export function keepalivedComplaints(
  configuration: string,
  scratch: string,
  networkInterface: string,
): string | undefined {
  const script = join(scratch, "script");
  writeFileSync(script, "#!/bin/sh\n");
  chmodSync(script, 0o755);
  const { proxyCheck, teamCheck, vipMove, proxyEnded } = keepalivedPaths;
  const { username } = userInfo();
  let text = configuration
    .replace(/^( +interface ).*$/gm, `$1${networkInterface}`)
    .replaceAll(proxyEnded, join(scratch, "ended"))
    .replaceAll(scriptUser, username)
    // The user that a notify script runs as.
    .replace(/ root$/gm, ` ${username}`);
  for (const path of [proxyCheck, teamCheck, vipMove]) text = text.replaceAll(path, script);
  const copy = join(scratch, "keepalived.conf");
  writeFileSync(copy, text);
  const { status, stdout, stderr } = spawnSync(
    "keepalived",
    ["--config-test", "--use-file", copy],
    {
      encoding: "utf8",
    },
  );
  const said = `${stdout}${stderr}`.trim();
  if (status === 0 && said === "") return undefined;
  return said === "" ? `exit status ${String(status)}` : said;
}
