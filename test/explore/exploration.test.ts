import { expect } from "chai";
import { quiet } from "../../explore/environment";
import { type Exploration, explore } from "../../explore/exploration";
import { formOf, oneTickLater } from "../../explore/recordForm";
import { now, tick } from "../../explore/time";
import { initialRecord } from "../../failover/model";

describe("the exploration of a small environment", () => {
  let small: Exploration;

  before(() => {
    small = explore({ ...quiet, obstacles: ["lag"], regions: ["illness"] });
  });

  it("comes to a fixpoint with every rule held", () => {
    expect(small.violations).to.deep.equal([]);
    expect(small.complete).to.equal(true);
    expect(small.states).to.be.greaterThan(1000);
  });

  it("comes to its ends in a bounded number of rounds, and out of every obstacle", () => {
    expect(small.bound).to.be.within(1, 20);
    expect(small.ways.repair).to.be.greaterThan(0);
    expect(small.ways.abort).to.be.greaterThan(0);
  });

  it("says so when it gave up before the end", () => {
    const result = explore({ ...quiet, regions: ["illness"] }, undefined, { limit: 100 });
    expect(result.complete).to.equal(false);
  });
});

describe("the form of a record", () => {
  const confirming = {
    ...initialRecord("old", 1, now),
    phase: "confirming",
    downSince: now - tick,
  } as const;

  it("tells no ages apart that no limit tells apart", () => {
    const older = { ...confirming, downSince: now - 5 * tick };
    expect(formOf(older)).to.deep.equal(formOf(confirming));
    expect(formOf({ ...confirming, downSince: now })).to.not.deep.equal(formOf(confirming));
  });

  it("grows older by a tick, and no older than the limits", () => {
    const young = { ...confirming, downSince: now };
    expect(oneTickLater(young)).to.deep.equal(formOf(confirming));
    expect(oneTickLater(formOf(confirming))).to.deep.equal(formOf(confirming));
  });
});
