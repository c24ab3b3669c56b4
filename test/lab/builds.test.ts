import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import {
  buildProblems,
  type HomeBuild,
  lostBuilds,
  readBuildLog,
  readBuilds,
} from "../../lab/measure/builds";

const log = (number: number, machine: string, begun: string, ended?: string) =>
  [
    "Started by user anonymous",
    "+ hostname",
    `+ echo begins ${number} ${machine} ${begun}`,
    `begins ${number} ${machine} ${begun}`,
    "+ sleep 0.3",
    ...(ended === undefined ? [] : [`+ echo ends ${ended}`, `ends ${ended}`, "Finished: SUCCESS"]),
    "",
  ].join("\n");

const build = (number: number, machine: string, begun: number, ended?: number): HomeBuild => ({
  number,
  machine,
  begun,
  ...(ended === undefined ? {} : { ended }),
});

describe("the builds in a real controller's home", () => {
  it("tell where and when they ran, also when they were cut off", () => {
    expect(readBuildLog(log(4, "m1", "10.25", "10.50"))).to.deep.equal(
      build(4, "m1", 10_250, 10_500),
    );
    expect(readBuildLog(log(5, "m1", "11.00"))).to.deep.equal(build(5, "m1", 11_000));
    expect(readBuildLog("Started by user anonymous\n")).to.equal(undefined);
  });

  it("are read from their folders, and not again by the links that bear their numbers", () => {
    const folder = mkdtempSync(join(tmpdir(), "lab-builds-"));
    try {
      for (const [name, text] of [
        ["2026-11-22_09-00-02", log(2, "m2", "2.00", "3.00")],
        ["2026-11-22_09-00-01", log(1, "m1", "1.00", "2.00")],
      ] as const) {
        mkdirSync(join(folder, name));
        writeFileSync(join(folder, name, "log"), text);
      }
      mkdirSync(join(folder, "2026-11-22_09-00-03"));
      symlinkSync("2026-11-22_09-00-01", join(folder, "1"));
      expect(readBuilds(folder).map(({ number }) => number)).to.deep.equal([1, 2]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("are fine when one machine goes on where the other was cut off", () => {
    const builds = [build(1, "m1", 0, 300), build(2, "m1", 500), build(3, "m2", 9_000, 9_300)];
    expect(buildProblems("ma", builds)).to.deep.equal([]);
  });

  it("show a second writer by builds at the same time, or by a number that comes twice", () => {
    expect(buildProblems("ma", [build(3, "m1", 0, 300), build(4, "m2", 200, 500)])).to.deep.equal([
      "ma: build 4 of m2 begins before build 3 of m1 has ended",
    ]);
    for (const number of [2, 3]) {
      const builds = [build(3, "m1", 0, 300), build(number, "m2", 400, 700)];
      expect(buildProblems("ma", builds)).to.deep.equal([
        `ma: build ${number} of m2 comes after build 3 of m1`,
      ]);
    }
  });

  it("are missed where none has begun", () => {
    expect(buildProblems("ma", [])).to.deep.equal(["ma: no build has begun"]);
  });

  it("count as lost when the next controller does not know them as they were", () => {
    const made = { number: 1, result: "SUCCESS", console: log(1, "m1", "1.00", "2.00") };
    expect(lostBuilds([made], [made])).to.deep.equal([]);
    for (const after of [[], [{ ...made, number: 2 }], [{ ...made, console: "" }]]) {
      expect(lostBuilds([made], after)).to.deep.equal(["build 1, which m1 made"]);
    }
  });
});
