import { expect } from "chai";
import { initialRecord } from "../../../failover/model";
import { failoverBounds, programBound } from "../../../local/bench/bounds";
import { benchTeams, shardsOf } from "../../../local/bench/benchPlan";
import { type FailoverMeasurement, itemBytes } from "../../../local/bench/measurement";

const four: FailoverMeasurement = {
  teams: 4,
  describes: 300,
  changes: 80,
  rtoMs: 720_000,
  healthyTeams: 4,
  criticalPathMs: 700_000,
  failedRuns: [],
  memoryMb: 100,
  recordBytes: 2_000,
};

const good: FailoverMeasurement = { ...four, teams: 500, describes: 390, changes: 580 };

function missed(large: Partial<FailoverMeasurement>): string[] {
  return failoverBounds([four, { ...good, ...large }])
    .filter(({ held }) => !held)
    .map(({ says }) => says);
}

describe("the bench's bounds", () => {
  it("hold for a failover whose polling does not grow with its teams", () => {
    expect(missed({})).to.deep.equal([]);
  });

  it("each find what they are there for, with the figure", () => {
    expect(missed({ describes: 3_600, changes: 100 }).join()).to.match(/grow 12\.0-fold/);
    expect(missed({ changes: 700 }).join()).to.match(/costs 1\.43 calls/);
    expect(missed({ rtoMs: 771_000 }).join()).to.match(/500 teams .* 1\.10 of the critical path/);
    expect(missed({ failedRuns: ["Task timed out"] }).join()).to.match(/1 runs .*; Task timed out/);
    expect(missed({ memoryMb: 256 }).join()).to.match(/256 MB with 500 teams/);
    expect(missed({ recordBytes: 400 * 1024 + 1 }).join()).to.match(/400\.0 kB/);
  });

  it("tell a program that is linear from one that is not", () => {
    const sized = (cost: (teams: number) => number) =>
      [4, 50, 500].map((teams) => {
        return { teams, resources: 0, wallSeconds: 0, cpuSeconds: cost(teams) };
      });
    expect(programBound(sized((teams) => 3 + teams * 0.2)).held).to.equal(true);
    expect(programBound(sized((teams) => 3 + teams ** 2 * 0.01)).held).to.equal(false);
  });

  it("count a record's bytes as DynamoDB does: names and values", () => {
    const record = initialRecord("eu-west-1", 1, 0);
    const longer = { ...record, lag: { database: 1 } };
    const added = JSON.stringify(longer).length - JSON.stringify(record).length;
    expect(itemBytes(longer) - itemBytes(record)).to.equal(added);
    expect(itemBytes(record)).to.be.greaterThan(JSON.stringify(record).length);
  });
});

describe("the bench's teams", () => {
  it("sit behind as many load balancers as the stacks would make", () => {
    const shards = shardsOf(benchTeams("b", 500));
    expect(shards.map((teams) => teams.length)).to.deep.equal([90, 90, 90, 90, 90, 50]);
  });
});
