import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";

/**
 * `LAB=1 npx mocha test/lab/killed.test.ts`, as root: half a minute of real machines, which is nothing
 * for `npm test`.
 */
const wanted = process.env.LAB === "1";

const root = resolve(__dirname, "../..");
const command = ["-r", join(root, "local/transpile/register.js"), join(root, "lab/main.ts")];

/** Every process of a lab inherits this variable, whatever namespaces it is in. */
const mark = "LAB_KILLED_TEST";

/** Signals and the stretches of time in which one comes, s: starting, up, hit, watching, anywhere. */
const deaths = [
  ["SIGKILL", 0.2, 1.5],
  ["SIGKILL", 1.5, 4],
  ["SIGTERM", 3, 7],
  ["SIGINT", 3, 9],
  ["SIGKILL", 4, 12],
] as const;

describe("a lab that is killed", function () {
  before(function () {
    if (!wanted) this.skip();
    expect(process.getuid?.(), "this test needs root").to.equal(0);
    // Compilers keep caches in the temporary folder when they find none.
    execFileSync(process.execPath, [...command, "--help"], { cwd: root });
  });

  for (const [signal, from, to] of deaths) {
    it(`leaves nothing behind after ${signal} between ${from} and ${to} s`, async () => {
      const folder = mkdtempSync(join(tmpdir(), "lab-killed-"));
      const id = randomUUID();
      const before = world();
      try {
        const lab = start(folder, id);
        const ended = new Promise((done) => lab.once("close", done));
        await sleep(1_000 * (from + Math.random() * (to - from)));
        expect(marked(id), "processes of the lab before its end").not.to.be.empty;
        lab.kill(signal);
        await ended;
        const end = Date.now() + 3_000;
        while (marked(id).length > 0 && Date.now() < end) await sleep(50);
        expect(marked(id)).to.be.empty;
        expect(world()).to.deep.equal(before);
        expect(readdirSync(folder, { recursive: true })).to.deep.equal([]);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }
});

function start(folder: string, id: string): ChildProcess {
  const args = ["--only", "link-down", "--rounds", "3", "--out", folder];
  return spawn(process.execPath, [...command, ...args], {
    cwd: root,
    stdio: "ignore",
    env: { ...process.env, TMPDIR: folder, [mark]: id },
  });
}

/** The commands of all processes that a lab has started and that still run. */
function marked(id: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const environment = readFileSync(`/proc/${pid}/environ`, "utf8");
        if (!environment.includes(`${mark}=${id}`)) return [];
        return [readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")];
      } catch (error) {
        // Ended meanwhile, or the first process of a container, which even root may not look into.
        if (["ENOENT", "ESRCH", "EACCES"].includes((error as NodeJS.ErrnoException).code ?? ""))
          return [];
        throw error;
      }
    });
}

/** What the lab could have left outside of its room: mounts, interfaces, files of daemons. */
function world(): unknown {
  return {
    mounts: readFileSync("/proc/mounts", "utf8")
      .split("\n")
      .filter((line) => /overlay|lab|nsfs/.test(line)),
    interfaces: readdirSync("/sys/class/net").filter((name) => /^(segment|m\ds)/.test(name)),
    files: [
      "/run/lab",
      "/run/pair",
      "/run/units",
      "/usr/local/libexec/pair",
      "/var/log/pair",
    ].filter((path) => existsSync(path)),
    configuration: ["/etc/haproxy", "/etc/keepalived", "/etc/systemd/system"].map((path) =>
      existsSync(path) ? readdirSync(path) : [],
    ),
  };
}
