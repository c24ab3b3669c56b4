import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { readOptions as readLocalOptions } from "../../../local/console/options";
import { planDeployment } from "../../../local/drill/deployment";
import { readOptions } from "../../../local/drill/options";
import { ReportFolder } from "../../../local/drill/reportFolder";
import { LocalAws } from "../../../local/localAws";

const root = join(__dirname, "..", "..", "..");

describe("a drill on a bad day", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "bad-day-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const read = (...args: string[]) => readOptions(["node", "drill", ...args]);

  it("names an option's bad value and what is allowed", () => {
    expect(() => read("--teams", "0")).to.throw('"0" is not a whole number from 1 on');
    expect(() => read("--scale", "fast")).to.throw('"fast" is not a whole number');
    expect(() => read("--engine", "terraform")).to.throw("none of auto, standin, pulumi");
    expect(() => read("--emulator", "localstack")).to.throw("must be");
    expect(() => read("--sede", "1")).to.throw("--seed");
    expect(() => readLocalOptions(["node", "local", "--port", "70000"])).to.throw("65535");
  });

  it("plans as many teams as were asked for, by the same settings as the stacks", () => {
    const { settings, limits } = planDeployment({ teams: 7 });
    expect(settings.teams).to.have.length(7);
    expect(limits.requiredTeams).to.be.within(1, 7);
  });

  it("gives the files' last team a warm standby where it is asked for one, and no other team", () => {
    const standbys = (differences: Parameters<typeof planDeployment>[0]) =>
      planDeployment(differences).settings.teams.map(({ standby }) => standby);
    expect(standbys({ pair: true })).to.deep.equal(["cold", "cold", "cold", "warm"]);
    expect(planDeployment({ pair: true }).hasPair).to.equal(true);
    expect(standbys({ pair: true, teams: 2 })).to.deep.equal(["cold", "cold"]);
    expect(planDeployment().hasPair).to.equal(false);
  });

  it("names a folder that reports cannot go to, before anything else", () => {
    writeFileSync(join(folder, "file"), "");
    const bad = join(folder, "file", "reports");
    expect(() => new ReportFolder(bad)).to.throw(`cannot be written to ${bad} (ENOTDIR`);
    expect(() => new ReportFolder(bad)).to.throw("--out FOLDER");
    const made = join(folder, "new", "reports");
    new ReportFolder(made);
    expect(existsSync(made)).to.equal(true);
  });

  describe("with an emulator that answers", () => {
    const server = createServer((socket) => {
      socket.end("HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    });
    let port: number;
    before(async () => {
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const address = server.address();
      if (address === null || typeof address === "string") throw new Error("no port");
      port = address.port;
    });
    after(() => {
      server.close();
    });
    const start = (own = 0): Promise<LocalAws> =>
      LocalAws.start({ emulator: `http://127.0.0.1:${port}`, seed: 1, port: own });

    it("names a port that is taken", async () => {
      const error = await start(port).then(
        () => undefined,
        (reason: unknown) => reason as Error,
      );
      expect(error?.message).to.contain(`Port ${port} of 127.0.0.1 is taken`);
      expect(error?.message).to.contain("--port");
    });

    it("is not disturbed by another one at the same time", async () => {
      const [one, other] = await Promise.all([start(), start()]);
      try {
        expect(one.gateway.endpoint).not.to.equal(other.gateway.endpoint);
        one.gateway.faults.loseRegion("eu-central-1");
        expect(other.gateway.faults.deadRegions()).to.deep.equal([]);
        expect(other.gateway.events.all()).to.deep.equal([]);
      } finally {
        await Promise.all([one.stop(), other.stop()]);
      }
    });

    it("ends its work when it is interrupted, and passes on its failures otherwise", async () => {
      const local = await start();
      try {
        const stop = new AbortController();
        let ended = false;
        const work = local.whileAlive(
          stop.signal,
          (signal) =>
            new Promise((_, reject) => {
              signal.addEventListener("abort", () => {
                ended = true;
                reject(new Error("aborted"));
              });
            }),
        );
        stop.abort(new Error("Interrupted."));
        const failure = (run: Promise<unknown>) =>
          run.then(
            () => "none",
            (error: unknown) => (error as Error).message,
          );
        expect(await failure(work)).to.equal("Interrupted.");
        expect(ended).to.equal(true);
        const never = new AbortController().signal;
        const own = local.whileAlive(never, () => Promise.reject(new Error("own failure")));
        expect(await failure(own)).to.equal("own failure");
        expect(await local.whileAlive(never, () => Promise.resolve(3))).to.equal(3);
      } finally {
        await local.stop();
      }
    });
  });

  /** Skipped where no emulator is installed: a test must not install one. */
  describe("with the real emulator", () => {
    const caches = join(root, ".cache", "emulator");
    const installed =
      existsSync(caches) &&
      readdirSync(caches).some((name) => existsSync(join(caches, name, "complete")));

    let drill: ChildProcess | undefined;
    let local: LocalAws | undefined;
    beforeEach(function () {
      if (!installed || process.platform !== "linux") this.skip();
    });
    afterEach(async () => {
      drill?.kill("SIGKILL");
      await local?.stop();
    });

    it("that is interrupted says so, exits with 2 and leaves no process and no file", async function () {
      this.timeout(120_000);
      const main = join(root, "local", "drill", "main.ts");
      const running = spawn(
        process.execPath,
        ["-r", "./local/transpile/register.js", main, "--engine", "standin", "--out", folder],
        { cwd: root, env: { ...process.env, TMPDIR: folder }, stdio: ["ignore", "pipe", "pipe"] },
      );
      drill = running;
      const errors: string[] = [];
      running.stderr.on("data", (chunk: Buffer) => errors.push(chunk.toString()));
      const ended = new Promise((resolve) => running.once("close", resolve));
      const deploys = new Promise<void>((resolve) => {
        running.stdout.on("data", (chunk: Buffer) => {
          if (chunk.toString().includes("Deploy both regions")) resolve();
        });
      });
      await Promise.race([deploys, ended]);
      const children = childrenOf(running.pid ?? 0);
      expect(children, errors.join("")).not.to.be.empty;
      running.kill("SIGINT");
      expect(await ended, errors.join("")).to.equal(2);
      expect(errors.join("")).to.contain("The drill could not run. Interrupted.");
      expect(children.filter((child) => existsSync(`/proc/${child}`))).to.deep.equal([]);
      // Node's own cache of compiled code is no file of the drill's.
      const left = readdirSync(folder).filter((name) => !name.includes("compile-cache"));
      expect(left).to.deep.equal([]);
    });

    it("names the emulator's death in place of the failures that come of it", async function () {
      this.timeout(60_000);
      local = await LocalAws.start({ emulator: "python", seed: 1 });
      const { endpoint } = local.gateway;
      const run = local.whileAlive(new AbortController().signal, async () => {
        killEmulator(process.pid);
        await fetch(endpoint, { method: "POST" });
        throw new Error("a call failed");
      });
      const error = await run.then(
        () => undefined,
        (reason: unknown) => reason as Error,
      );
      expect(error?.message).to.contain("The AWS emulator ended by itself (signal SIGKILL)");
    });
  });
});

function childrenOf(pid: number): number[] {
  const listing = execFileSync("ps", ["-eo", "pid,ppid"], { encoding: "utf8" });
  const rows = listing.trim().split("\n").slice(1);
  const pairs = rows.map((row) => row.trim().split(/\s+/).map(Number));
  return pairs.flatMap(([child, parent]) => (parent === pid && child !== undefined ? [child] : []));
}

/** Of this drill's own children, the one that is the emulator. */
function killEmulator(pid: number): void {
  for (const child of childrenOf(pid)) {
    const command = readFileSync(`/proc/${child}/cmdline`, "utf8");
    if (command.includes("server.py")) process.kill(child, "SIGKILL");
  }
}
