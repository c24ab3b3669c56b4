import { expect } from "chai";
import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HomeDirectories } from "../../../local/dataPlane/home/homeDirectories";
import { giveTo, machineUser } from "../../../local/dataPlane/machineUser";
import { ScaledClock } from "../../../local/gateway/scaledClock";
import { SteppedTime } from "../gateway/behaviours/localAws";

const minute = 60_000;
const source = { region: "eu-central-1", fileSystemId: "fs-1" };
const destination = { region: "eu-west-1", fileSystemId: "fs-2" };

describe("the homes' files", () => {
  const user = machineUser();
  let root: string;
  let homes: HomeDirectories;
  let time: SteppedTime;
  let clock: ScaledClock;
  let here: string;
  let there: string;
  let goesOn: boolean;

  /** Starts a pass of ten minutes; it ends as time passes. */
  const pass = () =>
    homes.copy({ source, destination, duration: 10 * minute, clock, goesOn: () => goesOn });
  const wholePass = async (): Promise<boolean> => {
    const running = pass();
    await time.pass(10 * minute);
    return running;
  };
  /** Does it as a controller would: as its account, not as root. */
  const asController = (script: string, folder: string): boolean =>
    spawnSync("sh", ["-c", script], { cwd: folder, stdio: "ignore", ...user }).status === 0;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "homes-test-"));
    giveTo(user, root);
    homes = new HomeDirectories(root, user);
    time = new SteppedTime();
    clock = new ScaledClock({ realTime: time, scale: 1, startAt: 0 });
    goesOn = true;
    here = homes.directoryOf(source.region, source.fileSystemId, "/devops");
    homes.hold(destination);
    there = homes.directoryOf(destination.region, destination.fileSystemId, "/devops");
  });
  afterEach(() => {
    homes.release(destination);
    rmSync(root, { recursive: true });
  });

  it("gives controllers a directory to write in, and none outside of the file system", () => {
    expect(asController("echo 1 > a && mkdir -p b/c", here)).to.equal(true);
    expect(homes.directoryOf(source.region, source.fileSystemId, "/devops")).to.equal(here);
    expect(() => homes.directoryOf("eu-west-1", "fs-1", "/../fs-3")).to.throw("leads out");
    expect(() => homes.directoryOf("eu-west-1", "../x", "/a")).to.throw("no file system");
  });

  it("copies each file as it is when its turn comes, not all as of one moment", async () => {
    for (const name of ["a", "b"]) writeFileSync(join(here, name), "1");
    const running = pass();
    // The directory, a and b: a quarter of the time each.
    await time.pass(6 * minute);
    for (const name of ["a", "b"]) writeFileSync(join(here, name), "2");
    await time.pass(2 * minute);
    expect(readFileSync(join(there, "a"), "utf8")).to.equal("1");
    expect(readFileSync(join(there, "b"), "utf8")).to.equal("2");
    await time.pass(2 * minute);
    expect(await running).to.equal(true);
    expect(await wholePass()).to.equal(true);
    expect(readFileSync(join(there, "a"), "utf8")).to.equal("2");
  });

  it("carries links, modes, growth and deletions along", async () => {
    mkdirSync(join(here, "builds"));
    writeFileSync(join(here, "builds", "1"), "first\n");
    symlinkSync("1", join(here, "builds", "last"));
    writeFileSync(join(here, "key"), "secret");
    chmodSync(join(here, "key"), 0o600);
    await wholePass();
    expect(readlinkSync(join(there, "builds", "last"))).to.equal("1");
    appendFileSync(join(here, "builds", "1"), "second\n");
    rmSync(join(here, "builds", "last"));
    await wholePass();
    expect(readFileSync(join(there, "builds", "1"), "utf8")).to.equal("first\nsecond\n");
    rmSync(join(here, "builds"), { recursive: true });
    writeFileSync(join(here, "builds"), "a file now");
    await wholePass();
    expect(readFileSync(join(there, "builds"), "utf8")).to.equal("a file now");
    rmSync(join(here, "builds"));
    await wholePass();
    expect(existsSync(join(there, "builds"))).to.equal(false);
    homes.release(destination);
    expect(lstatSync(join(there, "key")).mode & 0o777).to.equal(0o600);
  });

  it("keeps controllers from writing while it replicates, and lets them when it is released", async () => {
    mkdirSync(join(here, "jobs"));
    writeFileSync(join(here, "jobs", "a"), "1");
    giveTo(user, join(here, "jobs"));
    giveTo(user, join(here, "jobs", "a"));
    await wholePass();
    const attempts = ["echo 2 >> jobs/a", "echo 2 > jobs/b", "rm -f jobs/a", "mkdir c"];
    for (const attempt of attempts) {
      // An ordinary user's own process is kept by the missing permission; nothing else is meant here.
      expect(asController(attempt, there), attempt).to.equal(false);
    }
    expect(asController("grep -q 1 jobs/a", there)).to.equal(true);
    homes.release(destination);
    for (const attempt of attempts) expect(asController(attempt, there), attempt).to.equal(true);
  });

  it("leaves what arrived when it is given up, and writes nothing after that", async () => {
    for (const name of ["a", "b"]) writeFileSync(join(here, name), "1");
    const running = pass();
    await time.pass(6 * minute);
    goesOn = false;
    await time.pass(4 * minute);
    expect(await running).to.equal(false);
    expect(existsSync(join(there, "a"))).to.equal(true);
    expect(existsSync(join(there, "b"))).to.equal(false);
  });

  it("stops at once when the destination is released in the middle of a pass", async () => {
    writeFileSync(join(here, "a"), "1");
    const running = pass();
    homes.release(destination);
    writeFileSync(join(there, "a"), "of the new writer");
    await time.pass(10 * minute);
    expect(await running).to.equal(false);
    expect(readFileSync(join(there, "a"), "utf8")).to.equal("of the new writer");
  });

  it("overwrites a former writer's files when it becomes a destination", async () => {
    writeFileSync(join(here, "a"), "new");
    homes.release(destination);
    writeFileSync(join(there, "a"), "old");
    writeFileSync(join(there, "only here"), "old");
    homes.hold(destination);
    await wholePass();
    expect(readFileSync(join(there, "a"), "utf8")).to.equal("new");
    expect(existsSync(join(there, "only here"))).to.equal(false);
  });
});
