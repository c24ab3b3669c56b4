import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import * as fc from "fast-check";
import {
  type ProxyFiles,
  renderHaproxy,
  statsPasswordVariable,
} from "../../../components/pair/haproxyRenderer";
import type { PairStrategy, PairTls, ProxyPair } from "../../../components/pair/pair";
import { pairProblems } from "../../../components/pair/pairProblems";
import { proxyTimings } from "../../../components/pair/proxyTiming";
import { samplePair } from "./samplePair";

const hasHaproxy = spawnSync("haproxy", ["-v"]).status === 0;
const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

describe("haproxy.cfg of a pair", () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "pair-haproxy-"));
    if (!hasOpenssl) return;
    const [key, certificate] = [join(folder, "key.pem"), join(folder, "site.pem")];
    const made = spawnSync("openssl", [
      ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"],
      ...["-subj", "/CN=example.com", "-keyout", key, "-out", certificate],
    ]);
    expect(made.status).to.equal(0);
    writeFileSync(`${certificate}.key`, spawnSync("cat", [key]).stdout);
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  /** What HAProxy's own checker says; empty when it has nothing to say. */
  const complaints = (files: ProxyFiles): string => {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    const { status, stdout, stderr } = spawnSync(
      "haproxy",
      ["-c", "-f", join(folder, "haproxy.cfg")],
      { env: { ...process.env, [statsPasswordVariable]: "$6$salt$hash" }, encoding: "utf8" },
    );
    const said = `${stdout}${stderr}`.replace("Configuration file is valid", "").trim();
    return status === 0 ? said : `exit ${status}: ${said}`;
  };
  const configuration = (pair: ProxyPair, machine = 0): string =>
    renderHaproxy(pair, pair.machines[machine]!, proxyTimings.fast)["haproxy.cfg"] ?? "";
  const section = (text: string, head: string): string =>
    text.split("\n\n").find((part) => part.startsWith(head)) ?? "";

  describe("is taken by HAProxy without a warning", function () {
    before(function () {
      if (!hasHaproxy) this.skip();
    });
    for (const profile of Object.keys(proxyTimings) as (keyof typeof proxyTimings)[]) {
      for (const kind of ["none", "terminate", "passthrough"] as const) {
        it(`profile ${profile}, TLS ${kind}, on both machines`, function () {
          if (kind === "terminate" && !hasOpenssl) this.skip();
          const tls: PairTls =
            kind === "terminate" ? { kind, certificates: join(folder, "site.pem") } : { kind };
          const teams = samplePair.teams.map((team) => ({ ...team, prefixed: false }));
          const pair = { ...samplePair, tls, ...(kind === "passthrough" ? { teams } : {}) };
          expect(pairProblems(pair)).to.deep.equal([]);
          for (const machine of pair.machines) {
            expect(complaints(renderHaproxy(pair, machine, proxyTimings[profile]))).to.equal("");
          }
        });
      }
    }

    it("whatever teams there are, 100 of them too", () => {
      const pairs = fc.integer({ min: 1, max: 100 }).chain((count) =>
        fc.array(fc.constantFrom<PairStrategy>("active-passive", "active-active", "local-only"), {
          minLength: count,
          maxLength: count,
        }),
      );
      fc.assert(
        fc.property(pairs, (strategies) => {
          const teams = strategies.map((strategy, index) => ({
            name: `t${"x".repeat(index % 25)}${index}`,
            strategy,
            webPort: 10_000 + index,
            agents: { controllerPort: 20_000 + index, pairPort: 30_000 + index },
          }));
          const pair = { ...samplePair, teams };
          expect(pairProblems(pair)).to.deep.equal([]);
          expect(complaints(renderHaproxy(pair, pair.machines[1], proxyTimings.fast))).to.equal("");
        }),
        { numRuns: 8 },
      );
    });
  });

  it("lets an active-passive team's second server wait, without a cookie that could reach it", () => {
    const backend = section(configuration(samplePair), "backend jenkins_backend_ma\n");
    expect(backend).to.include("server ma-m1 10.0.1.10:8081 check\n");
    expect(backend).to.include("server ma-m2 10.0.2.10:8081 check backup");
    expect(backend).not.to.include("cookie");
    const other = section(configuration(samplePair), "backend jenkins_backend_ba\n");
    expect(other).to.include("server ba-m1 10.0.1.10:8082 check backup");
  });

  it("keeps an active-active team's users with the controller that they met, by weight", () => {
    const backend = section(configuration(samplePair), "backend jenkins_backend_tw\n");
    expect(backend).to.include("cookie PAIR-tw insert indirect nocache httponly");
    expect(backend).to.include("server tw-m2 10.0.2.10:8083 check cookie m2 weight 50");
  });

  it("shows a local-only team this machine's controller alone", () => {
    for (const [index, { name, address }] of samplePair.machines.entries()) {
      const backend = section(configuration(samplePair, index), "backend jenkins_backend_devops\n");
      const servers = backend.split("\n").filter((line) => line.trim().startsWith("server "));
      expect(servers).to.deep.equal([`    server devops-${name} ${address}:8084 check`]);
    }
  });

  it("gives agents that came by TCP back to the first controller when it is up again", () => {
    const backend = section(configuration(samplePair), "backend agents_backend_ma\n");
    expect(backend).to.include(
      "server ma-m1 10.0.1.10:50001 check on-marked-up shutdown-backup-sessions",
    );
    expect(backend).to.include("server ma-m2 10.0.2.10:50001 check backup");
  });

  it("holds no secret, no admin level and no statistics page on an address of users", () => {
    const text = configuration(samplePair);
    expect(text).not.to.match(/stats admin|level admin/);
    expect(section(text, "frontend stats")).to.include("bind 10.0.9.1:8404");
    expect(section(text, "userlist stats")).to.include(`"\${${statsPasswordVariable}}"`);
  });

  it("replays what has no effect alone, and never in the reference profile", () => {
    expect(configuration(samplePair)).to.include("disable-l7-retry unless METH_GET");
    const reference = renderHaproxy(samplePair, samplePair.machines[0], proxyTimings.reference);
    expect(reference["haproxy.cfg"]).to.include("inter 5000ms fall 3 rise 2");
    expect(reference["haproxy.cfg"]).not.to.include("retry-on");
  });

  it("takes nothing that could end a line or begin a word of its own", () => {
    const hostile = fc
      .string({ minLength: 1, unit: "grapheme" })
      .filter((text) => /[^a-z0-9-]/.test(text));
    fc.assert(
      fc.property(
        hostile,
        fc.constantFrom("name", "machine", "domain", "path", "user"),
        (text, where) => {
          const [first, ...rest] = samplePair.teams;
          const teams = [
            {
              ...first!,
              ...(where === "name" ? { name: text } : {}),
              ...(where === "path" ? { healthPath: `/ ${text}` } : {}),
            },
            ...rest,
          ];
          const [m1, m2] = samplePair.machines;
          const pair: ProxyPair = {
            ...samplePair,
            teams,
            machines: where === "machine" ? [{ ...m1, name: text }, m2] : [m1, m2],
            domain: where === "domain" ? `${text} .com` : samplePair.domain,
            stats: { ...samplePair.stats, user: where === "user" ? `${text} x` : "operator" },
          };
          expect(pairProblems(pair)).not.to.deep.equal([]);
        },
      ),
    );
  });

  it("reaches teams that have machines of their own, which take no port of the pair's", () => {
    const elsewhere = (name: string, third: number) => ({
      name,
      webPort: 8080,
      agents: { controllerPort: 50000, pairPort: 51000 + third },
      addresses: { m1: `10.0.${third}.1`, m2: `10.0.${third}.2` },
    });
    const pair = { ...samplePair, teams: [elsewhere("ma", 7), elsewhere("ba", 8)] };
    expect(pairProblems(pair)).to.deep.equal([]);
    const text = configuration(pair);
    expect(section(text, "backend jenkins_backend_ba")).to.include("server ba-m2 10.0.8.2:8080");
    expect(section(text, "backend agents_backend_ma")).to.include("server ma-m1 10.0.7.1:50000");
    const half = { ...pair, teams: [{ ...pair.teams[0]!, addresses: { m1: "10.0.7.1" } }] };
    expect(pairProblems(half).map(({ path }) => path)).to.deep.equal(["teams[0].addresses.m2"]);
  });
});
