import { expect } from "chai";
import type { JenkinsTeam } from "../../../local/drill/jenkins/jenkinsTrial";
import type { JobBuild } from "../../../local/war/jobClient";
import { judgeJenkins } from "../../../local/drill/rules/jenkins";

const build = (number: number, parts: Partial<JobBuild> = {}): JobBuild => ({
  number,
  result: "SUCCESS",
  console: `build ${number}, process 4711`,
  ...parts,
});

const well: JenkinsTeam = {
  team: "ma",
  job: "drill",
  before: [build(1), build(2)],
  after: [build(1), build(2)],
  next: build(3),
  problem: null,
  inOldHome: [1, 2],
};

/** Rules that are missed, and why. */
function missed(parts: Partial<JenkinsTeam>): string[] {
  const results = judgeJenkins({ product: "Hudson 1.395", teams: [{ ...well, ...parts }] });
  return results.flatMap(({ rule, held, evidence }) => (held ? [] : [`${rule}: ${evidence}`]));
}

describe("what must have become of a real Jenkins's work", () => {
  it("holds where all of it is there and it builds on", () => {
    expect(missed({})).to.deep.equal([]);
  });

  it("is missed by a job, a build, a result or a log that is gone", () => {
    expect(missed({ after: null, problem: "404" })).to.deep.equal([
      "Jobs: ma has no job drill: 404",
    ]);
    const second = ["Jobs: Build 2 of ma is not there as it was."];
    expect(missed({ after: [build(1)] })).to.deep.equal(second);
    expect(missed({ after: [build(1), build(2, { result: "ABORTED" })] })).to.deep.equal(second);
    expect(missed({ after: [build(1), build(2, { console: "" })] })).to.deep.equal(second);
  });

  it("is missed by a number given twice or left out, a build that fails, and none at all", () => {
    for (const next of [build(2), build(4), build(3, { result: "FAILURE" }), null]) {
      expect(missed({ next }))
        .to.have.length(1)
        .and.match(/^Next: /);
    }
  });

  it("is missed by a build that the old region still made", () => {
    expect(missed({ inOldHome: [1, 2, 3] })).to.deep.equal([
      "Fence: ma's holds builds 1, 2, 3, not 1, 2.",
    ]);
  });

  it("is not proven by nothing", () => {
    const missedRules = missed({ before: [], after: [], next: build(1), inOldHome: [] });
    expect(missedRules).to.deep.equal(["Jobs: Nothing was built: nothing was proven."]);
  });
});
