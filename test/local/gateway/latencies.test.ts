import { expect } from "chai";
import * as fc from "fast-check";
import {
  LatencyTable,
  modelledLatencies,
  toMilliseconds,
  type Duration,
  type LatencyName,
} from "../../../local/gateway/latencies";

const names = Object.keys(modelledLatencies) as LatencyName[];

describe("the latency table", () => {
  it("names a source for every figure and keeps spreads sensible", () => {
    for (const name of names) {
      const { typical, spread, source } = modelledLatencies[name];
      expect(toMilliseconds(typical), name).to.be.greaterThan(0);
      expect(spread, name).to.be.within(0, 1);
      expect(source.length, name).to.be.greaterThan(20);
    }
  });

  it("draws within typical × (1 ± spread)", () => {
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.integer(), fc.string(), (name, seed, key) => {
        const { typical, spread } = modelledLatencies[name];
        const middle = toMilliseconds(typical);
        const drawn = new LatencyTable({ seed }).sample(name, key);
        expect(Math.abs(drawn - middle)).to.be.at.most(middle * spread + 0.5);
      }),
    );
  });

  it("draws the same for the same seed, in whatever order things happen", () => {
    const one = new LatencyTable({ seed: 7 });
    const other = new LatencyTable({ seed: 7 });
    const a = [one.sample("instanceBoot", "i-1"), one.sample("instanceBoot", "i-2")];
    const b2 = other.sample("instanceBoot", "i-2");
    other.sample("jenkinsLoad", "i-2");
    expect([other.sample("instanceBoot", "i-1"), b2]).to.deep.equal(a);
    expect(one.sample("instanceBoot", "i-1")).to.not.equal(a[0]);
  });

  it("draws differently for another seed and uses the whole range", () => {
    const draws = Array.from({ length: 200 }, (_, seed) =>
      new LatencyTable({ seed }).chance("test"),
    );
    expect(new Set(draws).size).to.be.greaterThan(190);
    expect(Math.min(...draws)).to.be.lessThan(0.1);
    expect(Math.max(...draws)).to.be.greaterThan(0.9);
  });

  it("takes an override without spread, and remembers what was drawn", () => {
    const table = new LatencyTable({ overrides: { jenkinsLoad: "2 minutes" } });
    expect(table.sample("jenkinsLoad", "i-1")).to.equal(120_000);
    expect(table.drawn()).to.deep.equal([{ name: "jenkinsLoad", key: "i-1", value: 120_000 }]);
  });

  it("refuses a length of time without sense", () => {
    for (const duration of ["-1 seconds", "x minutes", "5 fortnights"]) {
      expect(() => toMilliseconds(duration as Duration)).to.throw(RangeError, duration);
    }
  });
});
