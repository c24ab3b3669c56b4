import { expect } from "chai";
import { directoryProblems } from "../../../components/home/homePlan";
import { homeDirectories } from "../../../components/jenkins/teamHomes";

const capacity = { min: 2, desired: 2, max: 3 };

describe("the teams' homes", () => {
  it("gives each live controller a home of its own, and every other team one", () => {
    const homes = homeDirectories([
      { name: "devops", strategy: "active-active", capacity },
      { name: "ma", strategy: "active-passive", capacity: { min: 1, desired: 1, max: 1 } },
      { name: "tw", strategy: "local-only", capacity: { min: 1, desired: 1, max: 1 } },
    ]);
    expect(homes).to.deep.equal([
      { name: "devops/controller-1", team: "devops" },
      { name: "devops/controller-2", team: "devops" },
      { name: "devops/controller-3", team: "devops" },
      { name: "ma", team: "ma" },
      { name: "tw", team: "tw" },
    ]);
    expect(directoryProblems(homes)).to.deep.equal([]);
  });
});
