import { expect } from "chai";
import fc from "fast-check";
import {
  type BuildLine,
  findTwoWriters,
  parseBuildLog,
} from "../../../../local/dataPlane/controllers/buildLog";
import { build } from "../builds";

const other = { instance: "i-2", pid: 200, generation: 2, region: "eu-west-1" };

describe("the log of a home's builds", () => {
  it("is read line by line, and where a copy was cut off that is counted", () => {
    const text = `${JSON.stringify(build(1))}\n{"number":2,"requ\n${JSON.stringify(build(3))}\n`;
    const { lines, damaged } = parseBuildLog(text);
    expect(lines.map(({ number }) => number)).to.deep.equal([1, 3]);
    expect(damaged).to.equal(1);
    expect(parseBuildLog("")).to.deep.equal({ lines: [], damaged: 0 });
  });

  it("shows nothing when one writer follows the other", () => {
    expect(findTwoWriters([])).to.deep.equal([]);
    const handedOver = [build(1), build(2), build(3, other), build(4, other)];
    expect(findTwoWriters(handedOver)).to.deep.equal([]);
    // The copy had not got all lines; the next writer goes on after what it has.
    expect(findTwoWriters([build(1), build(2), build(9, other)])).to.deep.equal([]);
  });

  const traces: [string, BuildLine[], string][] = [
    [
      "a writer that goes on after its successor",
      [build(1), build(2, other), build(3)],
      "had succeeded",
    ],
    ["one number given twice", [build(1), build(2), build(2, other)], "after build 2 by i-1"],
    ["a generation that goes back", [build(1, other), build(2)], "older generation"],
    [
      "another process on the same machine",
      [build(1), build(2, { pid: 101 }), build(3)],
      "process 100",
    ],
  ];
  for (const [what, lines, words] of traces) {
    it(`shows ${what}`, () => {
      expect(findTwoWriters(lines).join("; ")).to.contain(words);
    });
  }

  it("shows two writers however their lines interleave, and never one after the other", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 2, maxLength: 30 }), (turns) => {
        // Each writer counts for itself, as a process does that has read the home once.
        const counts = { first: 0, second: 0 };
        const lines = turns.map((isFirst) =>
          isFirst ? build(++counts.first) : build(++counts.second, { ...other, generation: 1 }),
        );
        const changes = turns.filter((turn, index) => index > 0 && turn !== turns[index - 1]);
        // Both began at 1, so that even one change of hands gives a number twice.
        expect(findTwoWriters(lines).length > 0).to.equal(changes.length > 0);
      }),
    );
  });
});
