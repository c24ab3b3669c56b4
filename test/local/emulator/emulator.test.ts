import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { parseEmulatorChoice, startEmulator } from "../../../local/emulator/emulator";
import { withFolderLock } from "../../../local/emulator/folderLock";
import { EmulatorUnavailable } from "../../../local/emulator/unavailable";
import { errorOf } from "../gateway/behaviours/refusals";

/** A Python that makes environments whose Python does what `body` (shell) says. */
function fakePython(folder: string, body: string, venv = "true"): string {
  const program = join(folder, "python");
  const inner = `#!/bin/sh\nif [ "$1" = -m ]; then ${body.includes("pip fails") ? 'echo "ERROR: No matching distribution found" >&2; exit 1' : "exit 0"}; fi\n${body}\n`;
  writeFileSync(join(folder, "inner"), inner);
  writeFileSync(
    program,
    `#!/bin/sh
case "$1" in
-c) echo 3.12 ;;
-m) ${venv} && mkdir -p "$3/bin" && cp "${folder}/inner" "$3/bin/python" && chmod +x "$3/bin/python" ;;
esac
`,
  );
  chmodSync(program, 0o755);
  return program;
}

describe("the emulator", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "pilot-light-emulator-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const failure = (pythons: string[], cacheFolder = join(folder, "cache")): Promise<Error> =>
    errorOf(startEmulator({ cacheFolder, pythons }));

  it("says how to get Python where there is none or an old one", async () => {
    const old = join(folder, "old");
    writeFileSync(old, "#!/bin/sh\necho 3.8\n");
    chmodSync(old, 0o755);
    const error = await failure(["/nonexistent/python3", old]);
    expect(error).to.be.instanceOf(EmulatorUnavailable);
    expect(error.message).to.contain("needs Python 3.10 or newer");
    expect(error.message).to.contain(`/nonexistent/python3 does not run, ${old} is 3.8`);
    expect(error.message).to.contain("apt install python3");
  });

  it("says what to install where venv is missing", async () => {
    const python = fakePython(folder, "", 'echo "ensurepip is not available" >&2; exit 1');
    const error = await failure([python]);
    expect(error.message).to.contain("ensurepip is not available");
    expect(error.message).to.contain("apt install python3-venv");
  });

  it("names the folder that cannot be written and the way out", async () => {
    const python = fakePython(folder, "");
    writeFileSync(join(folder, "file"), "");
    const error = await failure([python], join(folder, "file"));
    expect(error.message).to.contain(`The cache folder ${join(folder, "file", "emulator")}`);
    expect(error.message).to.contain("JENKINS_PILOT_LIGHT_CACHE");
  });

  it("shows why pip failed, and starts afresh the next time", async () => {
    const error = await failure([fakePython(folder, "# pip fails")]);
    expect(error.message).to.contain("No matching distribution found");
    expect(error.message).to.contain("PIP_INDEX_URL");
    const served = fakePython(folder, 'echo " * Running on http://127.0.0.1:9"; exec cat');
    const emulator = await startEmulator({
      cacheFolder: join(folder, "cache"),
      pythons: [served],
    });
    expect(emulator.endpoint).to.equal("http://127.0.0.1:9");
    await emulator.stop();
  });

  it("names its death with the last lines of its log", async () => {
    const python = fakePython(
      folder,
      'echo " * Running on http://127.0.0.1:9"; echo "KeyError: boom" >&2; sleep 0.2; exit 3',
    );
    const emulator = await startEmulator({ cacheFolder: join(folder, "cache"), pythons: [python] });
    const death = await emulator.died;
    expect(death.message).to.contain("ended by itself (exit code 3)");
    expect(death.message).to.contain("KeyError: boom");
    expect(emulator.lastError()).to.equal("KeyError: boom");
    await emulator.stop();
  });

  it("reports a death before it was ready instead of waiting", async () => {
    const error = await failure([fakePython(folder, 'echo "ImportError: moto" >&2; exit 1')]);
    expect(error.message).to.contain("ended by itself (exit code 1)");
    expect(error.message).to.contain("ImportError: moto");
  });

  it("does not call a stop on request a death", async () => {
    const python = fakePython(folder, 'echo " * Running on http://127.0.0.1:9"; exec cat');
    const emulator = await startEmulator({ cacheFolder: join(folder, "cache"), pythons: [python] });
    let died = false;
    void emulator.died.then(() => (died = true));
    await emulator.stop();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(died).to.equal(false);
  });

  it("is in no group that a terminal's Ctrl-C ends: who stops the drill still uses it", async () => {
    const group = join(folder, "group");
    const body = `cut -d' ' -f5 /proc/$$/stat >${group}; echo " * Running on http://127.0.0.1:9"; exec cat`;
    const pythons = [fakePython(folder, body)];
    const emulator = await startEmulator({ cacheFolder: join(folder, "cache"), pythons });
    const [, ownGroup] = /^\d+ \(.*\) \S \d+ (\d+)/.exec(readFileSync("/proc/self/stat", "utf8"))!;
    await emulator.stop();
    expect(readFileSync(group, "utf8").trim()).not.to.equal(ownGroup);
  });

  /** The server's program on a stand-in of moto, whose `main` does what `serve` (Python) says. */
  function serveWith(serve: string): ChildProcessWithoutNullStreams {
    for (const service of ["backup", "route53"]) {
      mkdirSync(join(folder, "moto", service), { recursive: true });
    }
    // Regular packages, so that they win over one that the machine's own Python may have.
    writeFileSync(join(folder, "moto", "__init__.py"), "");
    writeFileSync(join(folder, "moto", "route53", "__init__.py"), "");
    writeFileSync(
      join(folder, "moto", "route53", "models.py"),
      "def create_route53_zone_id():\n    return 'A'\n",
    );
    writeFileSync(
      join(folder, "moto", "backup", "models.py"),
      "class BackupBackend:\n    def create_backup_plan(self):\n        pass\n",
    );
    writeFileSync(
      join(folder, "moto", "server.py"),
      `import threading, time
class DomainDispatcherApplication:
    inside = most = 0
    def __call__(self, environ, start_response):
        self.inside += 1
        self.most = max(self.most, self.inside)
        time.sleep(0.05)
        self.inside -= 1
def main(arguments):
${serve.replace(/^/gm, "    ")}
`,
    );
    const script = join(__dirname, "..", "..", "..", "local", "emulator", "server.py");
    return spawn("python3", [script, "127.0.0.1", "0"], {
      env: { PATH: process.env.PATH, PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: "1" },
      timeout: 10_000,
      killSignal: "SIGKILL",
    });
  }

  it("answers one call after the other: moto fails where two threads change one table", async () => {
    const server = serveWith(`application = DomainDispatcherApplication()
calls = [threading.Thread(target=application, args=({}, None)) for _ in range(3)]
for call in calls: call.start()
for call in calls: call.join()
print(application.most, flush=True)`);
    const printed = await new Promise((resolve) => server.stdout.once("data", resolve));
    expect(String(printed)).to.equal("1\n");
  });

  it("ends with its parent, however that dies: its standard input closes", async () => {
    const server = serveWith("print('serving', flush=True)\ntime.sleep(60)");
    const ended = new Promise((resolve) => server.once("exit", resolve));
    const served = new Promise((resolve) => server.stdout.once("data", resolve));
    expect(String(await Promise.race([served, ended]))).to.equal("serving\n");
    server.stdin.end();
    expect(await ended).to.equal(0);
  });

  describe("in a container", () => {
    const path = process.env.PATH;
    afterEach(() => {
      process.env.PATH = path;
    });
    const docker = (script: string): void => {
      writeFileSync(join(folder, "docker"), `#!/bin/sh\n${script}\n`);
      chmodSync(join(folder, "docker"), 0o755);
      process.env.PATH = `${folder}:${path ?? ""}`;
    };

    it("is reached by the port that docker published on loopback", async () => {
      docker(`case "$1" in
run) echo "$@" >"${folder}/arguments"; echo " * Running on http://127.0.0.1:5000"; exec cat ;;
port) echo 127.0.0.1:9 ;;
esac`);
      const emulator = await startEmulator({ choice: "docker" });
      expect(emulator.endpoint).to.equal("http://127.0.0.1:9");
      await emulator.stop();
      const given = readFileSync(join(folder, "arguments"), "utf8");
      expect(given).to.contain("--publish 127.0.0.1::5000");
      expect(given).to.match(/motoserver\/moto:5\.2\.5 \/server\.py/);
      expect(given).to.contain("--rm --interactive");
    });

    it("says what docker said when it cannot run", async () => {
      docker('echo "Cannot connect to the Docker daemon" >&2; exit 125');
      const error = await errorOf(startEmulator({ choice: "docker" }));
      expect(error).to.be.instanceOf(EmulatorUnavailable);
      expect(error.message).to.contain("Cannot connect to the Docker daemon");
    });

    it("says so where there is no docker", async () => {
      process.env.PATH = folder;
      const error = await errorOf(startEmulator({ choice: "docker" }));
      expect(error.message).to.contain("spawn docker ENOENT");
    });
  });

  it("pins one version in all places", () => {
    const source = join(__dirname, "..", "..", "..", "local", "emulator");
    const pin = /moto\[server\]==(\S+)/.exec(
      readFileSync(join(source, "requirements.txt"), "utf8"),
    )?.[1];
    expect(readFileSync(join(source, "emulatorProcess.ts"), "utf8")).to.contain(
      `motoserver/moto:${pin!}`,
    );
  });

  it("knows its three choices and refuses the rest, the real AWS first", () => {
    expect(parseEmulatorChoice("docker")).to.equal("docker");
    expect(parseEmulatorChoice("http://127.0.0.1:5000")).to.equal("http://127.0.0.1:5000");
    expect(() => parseEmulatorChoice("localstack")).to.throw(EmulatorUnavailable, "must be");
    expect(() => parseEmulatorChoice("https://rds.eu-west-1.amazonaws.com")).to.throw(
      "belongs to the real AWS",
    );
  });

  it("says so when nothing answers at the given address", async () => {
    const error = await errorOf(startEmulator({ choice: "http://127.0.0.1:9" }));
    expect(error).to.be.instanceOf(EmulatorUnavailable);
    expect(error.message).to.contain("No emulator answers at http://127.0.0.1:9");
  });

  describe("the installation's lock", () => {
    it("lets one in at a time and tells the others why they wait", async () => {
      const lock = join(folder, "lock");
      const told: string[] = [];
      let inside = 0;
      const work = async (): Promise<void> => {
        expect(++inside).to.equal(1);
        await new Promise((resolve) => setTimeout(resolve, 30));
        inside -= 1;
      };
      const tell = (message: string) => told.push(message);
      await Promise.all([withFolderLock(lock, tell, work), withFolderLock(lock, tell, work)]);
      expect(told).to.deep.equal(["Another process installs the AWS emulator; waiting for it …"]);
      expect(existsSync(lock)).to.equal(false);
    });

    it("is taken from a holder that died", async () => {
      const lock = join(folder, "lock");
      const gone = spawn(process.execPath, ["-e", ""]);
      await new Promise((resolve) => gone.once("exit", resolve));
      mkdirSync(lock);
      writeFileSync(join(lock, "pid"), String(gone.pid));
      expect(await withFolderLock(lock, undefined, () => Promise.resolve("done"))).to.equal("done");
    });

    it("is given back when the work fails", async () => {
      const lock = join(folder, "lock");
      await errorOf(withFolderLock(lock, undefined, () => Promise.reject(new Error("pip"))));
      expect(existsSync(lock)).to.equal(false);
    });
  });
});
