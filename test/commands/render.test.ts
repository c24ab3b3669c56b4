import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { PairFileError, readPairFile } from "../../commands/pairFile";
import { ForeignFilesError, writeFolder } from "../../commands/renderedFolder";

const root = join(__dirname, "../..");
const sample = readFileSync(join(root, "examples/pair.yaml"), "utf8");

describe("npm run render -- pair", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "render-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const run = (...parameters: string[]) =>
    spawnSync(
      process.execPath,
      [
        "-r",
        join(root, "local/transpile/register.js"),
        join(root, "commands/render.ts"),
        ...parameters,
      ],
      { encoding: "utf8", cwd: root },
    );

  it("writes every machine's files and says which daemon took them", () => {
    const out = join(folder, "out");
    const { status, stdout } = run("pair", "--config", "examples/pair.yaml", "--out", out);
    expect(status, stdout).to.equal(0);
    expect(readdirSync(out).sort()).to.deep.equal([".rendered.json", "c1", "c2", "m1", "m2"]);
    expect(stdout).to.match(/m1, haproxy: (takes it|not checked: haproxy is not installed here)/);
    expect(stdout).to.include("c1, corosync: not checked: on its machine: corosync -t");
  });

  it("writes nothing with a wrong command line", () => {
    for (const parameters of [
      [],
      ["pear"],
      ["pair", "--out", folder],
      ["pair", "--config", "none", "--out", folder],
    ]) {
      const { status, stderr } = run(...parameters);
      expect(status).to.equal(2);
      expect(stderr).to.include("Usage: npm run render");
    }
  });

  describe("the pair file", () => {
    const problemsOf = (text: string): string => {
      try {
        readPairFile("pair.yaml", text);
      } catch (error) {
        expect(error).to.be.instanceOf(PairFileError);
        return (error as Error).message;
      }
      return "";
    };

    it("is read with defaults for what it leaves out", () => {
      const { edge, cluster, profile } = readPairFile("pair.yaml", sample);
      expect(profile).to.equal("fast");
      expect(edge?.peers).to.deep.equal({ networkInterface: "eth0", routerId: 51 });
      expect(edge?.pair.stats).to.deep.include({ port: 8404, user: "operator" });
      expect(cluster?.home).to.include({ directory: "/var/lib/jenkins" });
    });

    it("is refused with everything that is wrong, and both places where two disagree", () => {
      const wrong = sample
        .replace("webPort: 8082", "webPort: 8081")
        .replace("pairPort: 51001", "pairPort: 443")
        .replace("[10.0.1.1]", "[10.0.1.20]")
        .replace("preferred: m2", "preferred: m3");
      const message = problemsOf(wrong);
      expect(message).to.include("pair.yaml has 4 problems; nothing was written.");
      expect(message).to.include("edge.teams[1].webPort is 8081, as is teams[0].webPort");
      expect(message).to.include(
        "edge.teams[0].agents.pairPort is 443, as is the pair's own HTTPS",
      );
      expect(message).to.include(
        'edge.teams[1].preferred is "m3"; give one of the machines: m1, m2',
      );
      expect(message).to.include(
        "cluster.tieBreaker.targets[0] is 10.0.1.20, as is machines[0].address",
      );
    });

    it("is refused with a key that does not exist, and the one that was meant", () => {
      expect(problemsOf(sample.replace("webPort: 8083", "webport: 8083"))).to.include(
        "edge.teams[2].webport is no setting of a pair; did you mean webPort?",
      );
    });

    it("names an unknown key together with what is wrong beside it", () => {
      const wrong = sample
        .replace("webPort: 8082", "webPort: 8081")
        .replace("    weights:", "    wieghts:");
      const message = problemsOf(wrong);
      expect(message).to.include("has 2 problems");
      expect(message).to.include("did you mean weights?");
      expect(message).to.include("edge.teams[1].webPort is 8081, as is teams[0].webPort");
    });

    it("has no way to switch fencing off, nor to put a secret into the cluster", () => {
      expect(problemsOf(sample.replace(/ {2}fencing:[\s\S]*(?= {2}tieBreaker)/, ""))).to.include(
        "cluster.fencing",
      );
      expect(
        problemsOf(
          sample.replaceAll("password_script: /etc/pacemaker/ipmi-password", "password: x"),
        ),
      ).to.include("cluster.fencing.options.c1.password is a secret");
    });

    it("is refused when it is empty or no YAML", () => {
      expect(problemsOf("")).to.include("describes nothing: give edge, cluster or both");
      expect(problemsOf("edge: [")).to.include("is no YAML");
    });
  });

  describe("the folder", () => {
    const files = (content: string) =>
      new Map([["m1", [{ path: "/etc/a", content, permissions: "0644" as const }]]]);

    it("is written again without asking as long as only this command wrote there", () => {
      expect(writeFolder(folder, files("one"), false)).to.deep.equal(["m1/etc/a"]);
      expect(writeFolder(folder, files("one"), false)).to.deep.equal([]);
      expect(writeFolder(folder, files("two"), false)).to.deep.equal(["m1/etc/a"]);
      expect(readFileSync(join(folder, "m1/etc/a"), "utf8")).to.equal("two");
    });

    it("keeps what a person changed or put there, unless told to lose it", () => {
      writeFolder(folder, files("one"), false);
      appendFileSync(join(folder, "m1/etc/a"), " by hand");
      expect(() => writeFolder(folder, files("two"), false)).to.throw(
        ForeignFilesError,
        "m1/etc/a",
      );
      expect(readFileSync(join(folder, "m1/etc/a"), "utf8")).to.equal("one by hand");
      writeFolder(folder, files("two"), true);
      expect(readFileSync(join(folder, "m1/etc/a"), "utf8")).to.equal("two");
    });

    it("takes a person's file that is the same for its own", () => {
      writeFolder(folder, files("one"), false);
      rmSync(join(folder, ".rendered.json"));
      expect(writeFolder(folder, files("one"), false)).to.deep.equal([]);
      writeFileSync(join(folder, ".rendered.json"), "{}");
      expect(() => writeFolder(folder, files("two"), false)).to.throw(ForeignFilesError);
    });
  });
});
