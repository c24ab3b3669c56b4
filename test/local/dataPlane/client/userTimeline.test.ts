import { expect } from "chai";
import { findLosses } from "../../../../local/dataPlane/client/losses";
import { experiences, longestGap } from "../../../../local/dataPlane/client/userTimeline";
import type { UserRequest } from "../../../../local/dataPlane/client/userTraffic";
import { build } from "../builds";

function answered(endedAt: number, status?: number, parts: Partial<UserRequest> = {}): UserRequest {
  return { team: "ma", kind: "read", sentAt: endedAt - 5, endedAt, status, ...parts };
}

const during = { from: 0, to: 1_000 };

describe("what users meet", () => {
  it("is a gap between two successes, whatever failed in between", () => {
    const requests = [answered(100, 200), answered(300, 503), answered(400), answered(700, 200)];
    expect(longestGap(requests, during)).to.deep.equal({ from: 100, milliseconds: 600 });
  });

  it("is a gap before the first success and after the last one, too", () => {
    expect(longestGap([answered(900, 200)], during)).to.deep.equal({ from: 0, milliseconds: 900 });
    const early = [answered(100, 200)];
    expect(longestGap(early, during)).to.deep.equal({ from: 100, milliseconds: 900 });
    expect(longestGap([], during)).to.deep.equal({ from: 0, milliseconds: 1_000 });
  });

  it("takes answers by their end, in whatever order they came", () => {
    const requests = [answered(800, 200), answered(200, 200), answered(500, 200)];
    expect(longestGap(requests, during)).to.deep.equal({ from: 200, milliseconds: 300 });
  });

  it("is told team by team, and of writes apart", () => {
    const write = { kind: "write", build: build(1) } as const;
    const requests = [
      answered(100, 200, write),
      answered(500, 200),
      answered(900, 500, { kind: "write" }),
      answered(900, 200, { team: "tw" }),
    ];
    const [ma, tw] = experiences(["ma", "tw"], requests, during);
    expect(ma).to.deep.equal({
      team: "ma",
      requests: 3,
      failed: 1,
      acknowledged: 1,
      longestGap: { from: 500, milliseconds: 500 },
      longestWriteGap: { from: 100, milliseconds: 900 },
    });
    expect(tw?.failed).to.equal(0);
  });
});

describe("what is lost with a region", () => {
  const loss = { region: "eu-central-1", mayMissSince: 7_500 };
  const builds = [1, 7, 8, 9].map((number) => build(number));

  it("is explained by the lag, build by build", () => {
    const found = findLosses(builds, new Set(["r-1", "r-7", "r-8"]), loss);
    expect(found).to.deep.include({ acknowledged: 4, lost: 1, withinLag: 2, unexplained: [] });
  });

  it("is unexplained when it is older than the lag, however few are lost", () => {
    const { unexplained } = findLosses(builds, new Set(["r-7", "r-8", "r-9"]), loss);
    expect(unexplained).to.deep.equal(["r-1"]);
  });

  it("is unexplained when the new region had acknowledged it, or the lag is unknown", () => {
    const there = [build(12, { region: "eu-west-1", at: 9_000 })];
    expect(findLosses(there, new Set(), loss).unexplained).to.deep.equal(["r-12"]);
    const unknown = findLosses([build(9)], new Set(), { ...loss, mayMissSince: null });
    expect(unknown).to.deep.include({ withinLag: 0, unexplained: ["r-9"] });
  });
});
