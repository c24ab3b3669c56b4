import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { Stage, sums, wanted } from "./stage";

/** Where one is killed: what it did, after it said what, and how many milliseconds later. */
const deaths: readonly [verb: string, said: RegExp, later: number, mend: string][] = [
  ["start", /bring the replicas up/, 0, "start"],
  ["start", /start replication/, 0, "stop"],
  ["start", /web-2 at /, 0, "start"],
  ["start", /copy the files/, 0, "stop"],
  ["start", /copy the files/, 20, "start"],
  ["start --stop-after", /copy the files/, 0, "start"],
  ["start --stop-after", /stop the replicas, to run/, 0, "stop"],
  ["start --stop-after", /stop replication/, 20, "start --stop-after"],
  ["start --stop-after", /and no farther/, 0, "start"],
  ["start --stop-after", /replicate up to the common point/, 300, "stop"],
  ["stop", /stop the replicas/, 0, "start"],
  ["start --stop-after", /web-2 at /, 0, "stop"],
];

describe("a promotion that is killed", function () {
  this.timeout(180_000);
  let stage: Stage;
  let version = 0;
  let killed = 0;
  before(async function () {
    if (!wanted) this.skip();
    stage = await Stage.open();
    await stage.writeRows(1_000);
    // So that catching up takes a while.
    await stage.set.replicas[1].query(
      "STOP SLAVE",
      "CHANGE MASTER TO MASTER_DELAY = 2",
      "START SLAVE",
    );
    stage.writeFiles(300, version, 100_000);
    expect((await stage.run("start", "--stop-after")).code).to.equal(0);
  });
  after(async () => {
    await (stage as Stage | undefined)?.close();
  });

  /** @returns false if it had ended before it was killed; everything was checked all the same. */
  async function dies(verb: string, said: RegExp, later: number, mend: string): Promise<boolean> {
    version++;
    stage.writeFiles(300, version, 100_000);
    await stage.writeRows(200);
    const whole = [stage.prod, stage.dev].map(sums);
    const dying = stage.begin([...verb.split(" "), "--target", stage.targetFile]);
    await dying.says(said);
    await sleep(later);
    dying.child.kill("SIGKILL");
    const { code, output } = await dying.ended;
    const finished = code !== null;
    await filesAreWhole(stage, whole);

    const { status, running, places } = await statusAtRest(stage);
    if (!finished) {
      expect(status.code, status.output).to.equal(1);
      expect(status.output).to.include("A promotion died on the way").and.include("unfinished");
    }
    tellsTheTruth(status.output, running, places);

    const mended = await stage.run(...mend.split(" "));
    expect(mended.code, `${output}\n${mended.output}`).to.equal(0);
    const expected = mend === "start" ? "Yes/Yes" : "No/No";
    expect(await stage.running()).to.deep.equal([expected, expected]);
    if (mend !== "start") expect(new Set(await stage.places()).size).to.equal(1);
    if (mend === "start --stop-after") expect(new Set(await stage.tableSums()).size).to.equal(1);
    if (mend.startsWith("start")) {
      const [prod, dev] = [sums(stage.prod), sums(stage.dev)];
      expect({ ...prod, "wp-config.php": "" }).to.deep.equal({ ...dev, "wp-config.php": "" });
    }
    expect(readFileSync(`${stage.prod}/wp-config.php`, "utf8")).to.equal("prod's own");
    const after = await stage.run("status");
    expect(after.code, after.output).to.equal(0);
    expect(leftovers(stage)).to.deep.equal([]);
    return !finished;
  }

  for (const [verb, said, later, mend] of deaths)
    it(`${verb}, ${later} ms after ${String(said)}: the next status tells, the next ${mend} mends`, async () => {
      // On a busy machine a promotion may end before it is killed: that proves nothing.
      for (let attempt = 1; attempt <= 3; attempt++) {
        if (await dies(verb, said, later, mend)) {
          killed++;
          return;
        }
      }
    });

  it("happened at ten points at least, before the promotion's own end", () => {
    expect(killed).to.be.at.least(10);
  });
});

/** Each file of prod is one of its version or of dev's, at any moment, also while an orphan copies on. */
async function filesAreWhole(
  stage: Stage,
  whole: readonly Record<string, string>[],
): Promise<void> {
  for (let look = 0; look < 3; look++) {
    for (const [path, sum] of Object.entries(sums(stage.prod)))
      expect(sum, path).to.be.oneOf(whole.map((each) => each[path]));
    await sleep(30);
  }
}

/**
 * The status, and what root finds in the servers, of a moment in which nothing changes: what the dead
 * promotion has begun, a server may still end by itself.
 */
async function statusAtRest(stage: Stage) {
  const look = async () => ({ running: await stage.running(), places: await stage.places() });
  for (let before = await look(); ;) {
    const status = await stage.run("status");
    const after = await look();
    if (isDeepStrictEqual(before, after)) return { status, ...after };
    before = after;
  }
}

/** What the status says of the servers is what root finds in them. */
function tellsTheTruth(
  status: string,
  running: readonly string[],
  places: readonly string[],
): void {
  const words: Readonly<Record<string, RegExp>> = {
    "Yes/Yes": / running/,
    "Connecting/Yes": / running, connecting/,
    "No/No": / STOPPED/,
    "Yes/No": / HALF STOPPED/,
    "No/Yes": / HALF STOPPED/,
  };
  const lines = status.split("\n");
  running.forEach((state, index) => {
    const line = lines.find((each) => each.startsWith(`web-${index + 1} `)) ?? "";
    expect(line).to.match(words[state] ?? /unexpected/);
    if (state === "No/No") expect(line).to.include(`at ${places[index]}`);
  });
  const equal =
    new Set(running).size === 1 && (running[0] !== "No/No" || new Set(places).size === 1);
  if (!equal) expect(status).to.include("NOT in one state");
}

/** Half files outside of prod's work folder, what is in it, and copies that still run. */
function leftovers(stage: Stage): string[] {
  const temporary = readdirSync(stage.prod, { recursive: true, encoding: "utf8" }).filter((path) =>
    /(^|\/)\.(?!promotion(\/lock)?$)/.test(path),
  );
  const copies = execFileSync("ps", ["-eo", "args"], { encoding: "utf8" })
    .split("\n")
    .filter((line) => line.startsWith("rsync") && line.includes(stage.prod));
  return [...temporary, ...copies];
}
