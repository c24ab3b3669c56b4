import { expect } from "chai";
import { paceFor, processStart } from "../../../local/drill/pace";

describe("the drill's pace", () => {
  it("is a minute a second where a process starts at once, and less the longer that takes", () => {
    const paces = [20, 166, 200, 400, 2_000].map(paceFor);
    expect(paces).to.deep.equal([60, 60, 50, 25, 10]);
  });

  it("is judged by how long a process takes to start here", async () => {
    expect(await processStart()).to.be.within(1, 30_000);
  });
});
