import { spawn } from "node:child_process";
import { once } from "node:events";
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
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { WarProcess } from "../../../../../local/dataPlane/controllers/war/warProcess";
import { giveTo, machineUser } from "../../../../../local/dataPlane/machineUser";

/**
 * In the place of java: serves 503 and, after a moment, 200 on the port that it is told, as a Jenkins
 * that loads does. It takes its time to end, and leaves a mark when it has.
 */
const java = `#!${process.execPath}
const fs = require("node:fs");
const port = Number(process.argv.find((each) => each.startsWith("--httpPort=")).slice(11));
const home = process.env.HUDSON_HOME;
fs.writeFileSync(home + "/pid", String(process.pid));
let status = 503;
setTimeout(() => (status = 200), 100);
require("node:http").createServer((_, answer) => answer.writeHead(status).end()).listen(port, "127.0.0.1");
if (fs.existsSync(home + "/broken")) { console.error("SEVERE: Failed to initialize"); process.exit(3); }
process.on("SIGTERM", () => setTimeout(() => { fs.writeFileSync(home + "/ended", ""); process.exit(143); }, 100));
`;

const programs = join(__dirname, "../../../../../local/dataPlane/controllers/programs");

describe("the process of a war", function () {
  this.timeout(15_000);
  let folder: string;
  let home: string;
  let jenkins: WarProcess | undefined;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "war-process-"));
    home = join(folder, "home");
    mkdirSync(home);
    for (const path of [folder, home]) giveTo(machineUser(), path);
    writeFileSync(join(folder, "java"), java);
    chmodSync(join(folder, "java"), 0o755);
  });
  afterEach(() => {
    jenkins?.kill();
    rmSync(folder, { recursive: true });
  });

  function start(): WarProcess {
    const guard = join(folder, "guarded.sh");
    writeFileSync(guard, readFileSync(join(programs, "guarded.sh")));
    const installed = {
      war: { path: "", product: "Hudson", version: "1.395" },
      java: join(folder, "java"),
      files: { war: "the.war", launcher: "L.java", guard },
      user: machineUser(),
    } as const;
    jenkins = new WarProcess(installed, {
      home: { name: "ma", directory: home },
      generation: 1,
      region: "eu-west-1",
      instance: "i-1",
      folder,
    });
    return jenkins;
  }

  it("has loaded when it answers with more than 503", async () => {
    const running = start();
    await running.loaded;
    expect(await running.healthCheckStatus("/login")).to.equal(200);
    expect(readFileSync(join(home, "config.xml"), "utf8")).to.contain("<version>1.395</version>");
  });

  it("leaves a configuration that is there as it is", async () => {
    writeFileSync(join(home, "config.xml"), "a team's own");
    await start().loaded;
    expect(readFileSync(join(home, "config.xml"), "utf8")).to.equal("a team's own");
  });

  it("has ended only when Jenkins has, not when it was asked to", async () => {
    const running = start();
    await running.loaded;
    running.terminate();
    expect(await running.exited).to.equal(143);
    expect(existsSync(join(home, "ended"))).to.equal(true);
  });

  it("says why it ended by itself", async () => {
    writeFileSync(join(home, "broken"), "");
    const running = start();
    expect(await running.exited).to.equal(3);
    expect(running.lastWords).to.equal("SEVERE: Failed to initialize");
  });

  it("does not outlive a loss of power", async () => {
    const running = start();
    await running.loaded;
    const { port = 0 } = running.address ?? {};
    running.kill();
    await running.exited;
    const answers = () => fetch(`http://127.0.0.1:${port}/login`).then(Boolean, () => false);
    for (let look = 0; look < 50 && (await answers()); look += 1) await sleep(20);
    expect(await answers()).to.equal(false);
    expect(existsSync(join(home, "ended"))).to.equal(false);
  });

  it("does not outlive the drill, whose end closes its input", async () => {
    const guarded = spawn("sh", [join(programs, "guarded.sh"), "sleep", "60"], {
      stdio: ["pipe", "ignore", "ignore"],
    });
    const ended = once(guarded, "exit");
    guarded.stdin.end();
    // As a shell tells of SIGKILL.
    expect(await ended).to.deep.equal([137, null]);
  });
});
