import { spawn, spawnSync } from "node:child_process";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { keepalivedComplaints, usableInterface } from "../../../commands/keepalivedChecker";
import { renderKeepalived } from "../../../components/pair/keepalivedRenderer";
import { priorities, teamsDownWeight, vipTimings } from "../../../components/pair/keepalivedTiming";
import {
  renderLogRotation,
  renderProxyCheckScript,
  renderTeamHealthScript,
} from "../../../components/pair/teamHealthScriptRenderer";
import { weightProblems } from "../../../components/pair/vipProblems";
import type { Vip } from "../../../components/pair/vip";
import { samplePair } from "./samplePair";
import { installed } from "../../support/installed";

const vips: readonly Vip[] = [
  { kind: "arp", address: "10.0.1.100/24" },
  {
    kind: "overlayRoute",
    address: "172.31.255.1/32",
    region: "eu-central-1",
    routeTableIds: ["rtb-0123456789abcdef0"],
  },
  { kind: "elasticIp", region: "eu-central-1", allocationId: "eipalloc-0123456789abcdef0" },
];
const peers = { networkInterface: "eth0", routerId: 51 };

describe("the shared address of a pair", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "pair-vip-"));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  describe("keepalived.conf is taken by Keepalived without a word", function () {
    const networkInterface = usableInterface() ?? "";
    before(function () {
      if (!installed("keepalived") || networkInterface === "") this.skip();
    });
    for (const vip of vips) {
      for (const profile of ["reference", "fast"] as const) {
        it(`VIP by ${vip.kind}, profile ${profile}, on both machines`, () => {
          for (const machine of samplePair.machines) {
            const timing = vipTimings[profile];
            const text = renderKeepalived(samplePair, machine, { vip, peers, timing });
            expect(keepalivedComplaints(text, folder, networkInterface)).to.equal(undefined);
          }
        });
      }
    }
  });

  it("is given up at once by a machine whose HAProxy is dead or silent, not outbid after a delay", () => {
    const [machine] = samplePair.machines;
    const timing = vipTimings.fast;
    const text = renderKeepalived(samplePair, machine, { vip: vips[0]!, peers, timing });
    const block = (start: string) => new RegExp(`${start} \\{[^}]*\\}`).exec(text)?.[0];
    // A check without a weight takes the instance out while it fails; a file's weight is 1 by default.
    expect(block("vrrp_script proxy_alive")).to.include("fall 2").and.not.include("weight");
    expect(block("vrrp_track_file proxy_ended")).to.include("weight 0\n");
    expect(block("vrrp_script team_health")).to.include(`weight ${teamsDownWeight}\n`);
  });

  it("goes to the other machine for its teams, and stays where things are equal", () => {
    const { preferred, other } = priorities;
    expect(preferred + teamsDownWeight).to.be.below(other);
    expect(preferred + teamsDownWeight).to.be.above(other + teamsDownWeight);
    expect(other + teamsDownWeight, "VRRP's least priority").to.be.at.least(1);
  });

  it("refuses a weight that would move nothing, and names the distance", () => {
    expect(weightProblems()).to.deep.equal([]);
    const [problem, ...others] = weightProblems(-20);
    expect(others).to.deep.equal([]);
    expect(problem?.path).to.equal("teamsDownWeight");
    expect(problem?.reason).to.match(/is -20, no more than the distance .* = 50.*give -51 or less/);
  });

  describe("the team health check", function () {
    let server: Server;
    let csv: string;
    let log: string;

    before(async function () {
      if (!installed("curl")) this.skip();
      writeFileSync(join(folder, "team-health"), renderTeamHealthScript(samplePair.machines[0]));
      server = createServer((_, response) => response.end(csv));
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    });
    after(() => {
      server.close();
    });
    beforeEach(() => {
      log = join(folder, `log-${Math.random()}`);
    });

    /** HAProxy's own columns; the third holds what a wrong reader would take for the status. */
    const row = (proxy: string, name: string, status: string): string =>
      [proxy, name, "UP", ...Array<string>(14).fill("0"), status, "1"].join(",");
    const run = async (states: Record<string, string>, other = "UP") => {
      csv = [
        "# pxname,svname,qcur",
        row("web", "FRONTEND", "OPEN"),
        ...Object.entries(states).flatMap(([team, status]) => [
          row(`jenkins_backend_${team}`, `${team}-m1`, status),
          row(`jenkins_backend_${team}`, `${team}-m2`, other),
          row(`jenkins_backend_${team}`, "BACKEND", "UP"),
          row(`agents_backend_${team}`, `${team}-m1`, "DOWN"),
        ]),
      ].join("\n");
      const { port } = server.address() as AddressInfo;
      const child = spawn("bash", [join(folder, "team-health")], {
        env: {
          PATH: process.env.PATH,
          TEAM_HEALTH_LOG: log,
          TEAM_HEALTH_URL: `http://127.0.0.1:${port}/`,
        },
      });
      return new Promise<number | null>((resolve) => child.once("close", resolve));
    };
    const logged = (): string[] => readFileSync(log, "utf8").trim().split("\n");

    it("holds as long as half of the teams, or two of them, are up", async () => {
      expect(await run({ devops: "UP", ma: "UP", ba: "DOWN", tw: "UP 1/2" })).to.equal(0);
      expect(logged().at(-1)).to.match(
        /^20\d\d-\d\d-\d\dT[\d:]+Z Overall: 3\/4 \(75%\) \| Teams: devops:UP\(2\/2\) ma:UP\(2\/2\) ba:UP\(1\/2\) tw:UP\(2\/2\)$/,
      );
      expect(await run({ a: "UP", b: "UP", c: "DOWN", d: "DOWN" })).to.equal(0);
      expect(await run({ a: "UP", b: "UP", c: "DOWN", d: "DOWN", e: "DOWN" })).to.equal(0);
      expect(await run({ a: "UP", b: "DOWN" })).to.equal(0);
    });

    it("fails when fewer than half and fewer than two of this machine's are up, whatever the other has", async () => {
      expect(await run({ a: "UP", b: "DOWN", c: "DOWN", d: "DOWN 1/2" })).to.equal(1);
      expect(await run({ a: "DOWN" })).to.equal(1);
      expect(await run({ a: "DOWN", b: "DOWN" }, "DOWN")).to.equal(1);
      expect(logged().at(-1)).to.include("Overall: 0/2 (0%) | Teams: a:DOWN(0/2) b:DOWN(0/2)");
    });

    it("does not count what a person took out", async () => {
      expect(await run({ a: "UP", b: "MAINT", c: "DRAIN" })).to.equal(0);
      expect(await run({ a: "MAINT", b: "MAINT" })).to.equal(0);
      expect(logged().at(-1)).to.include("Overall: 0/0 (100%)");
    });

    it("writes what it sees when that changes, and not each second", async () => {
      await run({ a: "UP" });
      await run({ a: "UP" });
      expect(logged()).to.have.length(1);
      await run({ a: "DOWN" });
      expect(logged()).to.have.length(2);
    });

    it("tells a silent HAProxy from dead teams", () => {
      const child = spawnSync("bash", [join(folder, "team-health")], {
        env: {
          PATH: process.env.PATH,
          TEAM_HEALTH_LOG: log,
          TEAM_HEALTH_URL: "http://127.0.0.1:9/",
        },
      });
      expect(child.status).to.equal(2);
    });
  });

  it("has scripts without a finding of shellcheck and a log rotation that logrotate takes", function () {
    const [machine] = samplePair.machines;
    if (installed("shellcheck")) {
      for (const script of [renderTeamHealthScript(machine), renderProxyCheckScript()]) {
        const { stdout } = spawnSync("shellcheck", ["-"], { input: script, encoding: "utf8" });
        expect(stdout).to.equal("");
      }
    }
    if (!installed("logrotate")) return;
    writeFileSync(join(folder, "rotation"), renderLogRotation());
    const { status, stderr } = spawnSync(
      "logrotate",
      ["--debug", "--state", join(folder, "state"), join(folder, "rotation")],
      { encoding: "utf8" },
    );
    expect(`${status}: ${stderr}`).not.to.match(/error:/);
  });
});
