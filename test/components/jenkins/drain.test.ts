import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import {
  renderDrainScript,
  renderDrainUnit,
} from "../../../components/jenkins/drainScriptRenderer";
import {
  checkDrainTiming,
  defaultDrainTiming,
  longestDrain,
  terminateHookSeconds,
} from "../../../components/jenkins/drainTiming";
import { configurationSecrets } from "../../../components/jenkins/jenkinsConfigurationRenderer";
import { renderJenkinsDropIn } from "../../../components/jenkins/systemdUnitRenderer";
import { parseUnit } from "./unitFile";
import { installed } from "../../support/installed";

/** Made up for each run; with all that a shell, JSON or a header could stumble over. */
const password = `p"a\\s$s ${Math.random()}:%`;

/** Jenkins as far as draining asks it: a crumb for a session, quiet down, and builds that end. */
class StandInJenkins {
  readonly asked: string[] = [];
  /** Builds that run; one ends with each question. */
  busy = 0;
  hangs = false;
  private readonly server: Server = createServer((request, response) => {
    this.answer(request, response);
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const path = (request.url ?? "").split("?")[0] ?? "";
    this.asked.push(path);
    if (this.hangs) return;
    const { authorization, cookie } = request.headers;
    const expected = `Basic ${Buffer.from(`admin:${password}`).toString("base64")}`;
    if (authorization !== expected) {
      response.writeHead(401).end();
    } else if (path === "/crumbIssuer/api/json") {
      response.setHeader("Set-Cookie", "JSESSIONID=session-1; Path=/");
      response.end('{"_class":"X","crumb":"crumb-1","crumbRequestField":"Jenkins-Crumb"}');
    } else if (path === "/quietDown") {
      const may =
        request.headers["jenkins-crumb"] === "crumb-1" && cookie === "JSESSIONID=session-1";
      response.writeHead(may ? 302 : 403, { Location: "/" }).end();
    } else if (path === "/computer/api/json") {
      response.end(`{"_class":"hudson.model.ComputerSet","busyExecutors":${this.busy}}`);
      this.busy = Math.max(0, this.busy - 1);
    } else {
      response.writeHead(404).end();
    }
  }
}

describe("draining before Jenkins stops", () => {
  let folder: string;
  let jenkins: StandInJenkins;
  let address: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "drain-"));
    for (const name of ["lease", "secrets", "scratch"]) mkdirSync(join(folder, name));
    writeFileSync(join(folder, "lease/held"), "ma i-1 1 session 1000\n");
    writeFileSync(join(folder, "secrets", configurationSecrets.administrator), password);
    jenkins = new StandInJenkins();
    address = await jenkins.start();
  });
  afterEach(() => {
    jenkins.stop();
    rmSync(folder, { recursive: true });
  });

  const drain = async (wait = 30) => {
    const started = performance.now();
    // Without: bash takes a command on a socket for a remote login, and reads the user's ~/.bashrc.
    const child = spawn("bash", ["--norc", "-c", renderDrainScript({ wait, call: 1 })], {
      env: {
        PATH: process.env.PATH,
        TMPDIR: join(folder, "scratch"),
        JENKINS_URL: address,
        SECRETS: join(folder, "secrets"),
        LEASE_DIRECTORY: join(folder, "lease"),
      },
    });
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    const status = await new Promise<number | null>((resolve) => child.once("close", resolve));
    expect(status, "a stop goes on, whatever draining came to").to.equal(0);
    expect(readdirSync(join(folder, "scratch")), "nothing is left behind").to.deep.equal([]);
    return { said, seconds: (performance.now() - started) / 1000 };
  };

  it("lets Jenkins begin no build, and waits for those that run", async () => {
    jenkins.busy = 1;
    expect((await drain()).said).to.include("no build runs");
    expect(jenkins.asked).to.deep.equal([
      "/crumbIssuer/api/json",
      "/quietDown",
      "/computer/api/json",
      "/computer/api/json",
    ]);
  });

  it("waits for builds no longer than it may", async () => {
    jenkins.busy = 1_000;
    const { said, seconds } = await drain(1);
    expect(said).to.include("builds still run after 1 s");
    expect(seconds).to.be.below(10);
  });

  it("does not wait for a Jenkins that hangs, that is gone, or that refuses the password", async () => {
    jenkins.hangs = true;
    expect((await drain()).said).to.include("does not answer");
    jenkins.hangs = false;
    writeFileSync(join(folder, "secrets", configurationSecrets.administrator), "another");
    expect((await drain()).said).to.include("does not answer");
    jenkins.stop();
    expect((await drain()).said).to.include("does not answer");
    expect(jenkins.asked).not.to.include("/quietDown");
  });

  it("asks nothing where the lease must stop Jenkins, or where none is held", async () => {
    writeFileSync(join(folder, "lease/urgent"), "");
    await drain();
    rmSync(join(folder, "lease"), { recursive: true });
    await drain();
    expect(jenkins.asked).to.deep.equal([]);
  });

  it("ends as soon as the lease must stop Jenkins after all", async () => {
    jenkins.busy = 1_000;
    const draining = drain();
    while (!jenkins.asked.includes("/computer/api/json")) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    writeFileSync(join(folder, "lease/urgent"), "");
    expect((await draining).said).to.include("the lease comes first");
  });

  it("has no finding of shellcheck", function () {
    if (!installed("shellcheck")) this.skip();
    const input = renderDrainScript(defaultDrainTiming);
    const { stdout } = spawnSync("shellcheck", ["-"], { input, encoding: "utf8" });
    expect(stdout).to.equal("");
  });

  it("comes before Jenkins's own stop, with time for it, and inside of the terminate hook", () => {
    const unit = parseUnit(renderDrainUnit(defaultDrainTiming));
    expect(unit.all("Unit", "PartOf")).to.deep.equal(["jenkins.service"]);
    expect(unit.all("Unit", "After")).to.deep.equal(["jenkins.service"]);
    const dropIn = parseUnit(renderJenkinsDropIn(2_048));
    expect(dropIn.all("Unit", "Wants")).to.include("jenkins-drain.service");
    const limit = Number(unit.one("Service", "TimeoutStopSec"));
    expect(limit).to.be.above(longestDrain(defaultDrainTiming));
    const whole = limit + Number(dropIn.one("Service", "TimeoutStopSec"));
    expect(whole).to.be.below(terminateHookSeconds);
  });

  it("refuses a wait that the terminate hook would cut off, and says the longest one", () => {
    let longest = 0;
    try {
      checkDrainTiming({ wait: 600, call: 5 });
    } catch (error) {
      longest = Number(/at most (\d+)$/.exec((error as Error).message)?.[1]);
    }
    expect(longest).to.be.within(120, 299);
    checkDrainTiming({ wait: longest, call: 5 });
    expect(() => {
      checkDrainTiming({ wait: longest + 1, call: 5 });
    }).to.throw(/terminate hook/);
  });
});
