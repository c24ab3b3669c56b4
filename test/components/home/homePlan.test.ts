import { expect } from "chai";
import { directoryProblems, lifecycleAge } from "../../../components/home/homePlan";

describe("home plan", () => {
  const bad: readonly [what: string, names: readonly string[], found: RegExp][] = [
    ["no homes", [], /has 0 homes/],
    ["one home twice", ["ma", "ma"], /two controllers would share it/],
    ["a home inside of another", ["ma", "ma/controller-1"], /lies inside of the home "ma"/],
    ["a way out of the file system", ["../etc"], /a-z, 0-9/],
    ["the root", [""], /a-z, 0-9/],
    ["too deep", ["a/b/c/d/e"], /deeper than 4/],
    ["too long", ["a".repeat(100)], /longer than 99/],
  ];
  for (const [what, names, found] of bad) {
    it(`refuses ${what}`, () => {
      const reasons = directoryProblems(names.map((name) => ({ name, team: "x" })));
      expect(reasons.map(({ reason }) => reason).join("\n")).to.match(found);
    });
  }

  it("says ages in EFS's words", () => {
    expect(["never", "1 day", "30 days"].map(lifecycleAge)).to.deep.equal([
      undefined,
      "AFTER_1_DAY",
      "AFTER_30_DAYS",
    ]);
    expect(() => lifecycleAge("31 days")).to.throw(/not an age that EFS knows/);
  });
});
