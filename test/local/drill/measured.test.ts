import { expect } from "chai";
import type { UserRequest } from "../../../local/dataPlane/client/userTraffic";
import { measure, type Observations } from "../../../local/drill/measured";
import { type RealPaces, toModelled, toReal } from "../../../local/drill/realPace";
import { judgeMeasured } from "../../../local/drill/rules/measured";
import { build } from "../dataPlane/builds";
import { lost, serving } from "./trace";

const before = [1, 2, 3].map((number) => build(number));
const after = build(4, { region: serving, instance: "i-2", generation: 2, at: 60_000 });

function write(of: typeof after): UserRequest {
  const { at } = of;
  return { team: "ma", kind: "write", sentAt: at, endedAt: at, status: 200, build: of };
}

/** A loss at 10 s, a lag of 120 modelled seconds (2 real ones), a new writer at 60 s: all is well. */
const seen: Observations = {
  teams: ["ma"],
  requests: [...before, after].map(write),
  during: { from: 0, to: 70_000 },
  paces: [{ real: 0, modelled: 0, scale: 60 }],
  lostRegion: lost,
  servingRegion: serving,
  lostAt: 4_000,
  committedAt: 20_000,
  homes: [
    { region: lost, lines: before, damaged: 0 },
    { region: serving, lines: [...before.slice(0, 1), after], damaged: 1 },
  ],
  hasHome: true,
  homeLag: 120,
  jenkins: null,
  database: {
    version: "PostgreSQL 17",
    rows: [
      { region: lost, builds: before },
      { region: serving, builds: [...before, after] },
    ],
    lag: 3,
  },
};

/** Rules that are missed. */
function missed(observed: Observations): string[] {
  return judgeMeasured(measure(observed), serving)
    .filter(({ held }) => !held)
    .map(({ rule }) => rule);
}

describe("what a drill measures", () => {
  it("is counted, on the modelled clock and in real time", () => {
    const measured = measure(seen);
    expect(measured.builds).to.deep.equal({
      acknowledged: 4,
      lost: 2,
      withinLag: 2,
      lagSeconds: 120,
      unexplained: 0,
    });
    expect(measured.rows).to.deep.include({ lost: 0, withinLag: 0 });
    expect(measured.homes).to.deep.include({ read: 2, lines: 5, damaged: 1, writers: 2 });
    expect(measured.teams[0]?.longestGap).to.deep.equal({
      realMilliseconds: 57_000,
      modelledMilliseconds: 3_420_000,
      from: -60_000,
    });
    expect(missed(seen)).to.deep.equal([]);
  });

  it("misses a build that is lost and older than the lag", () => {
    expect(missed({ ...seen, homeLag: 60 })).to.deep.equal(["Builds"]);
    const rows = [{ region: serving, builds: [after] }];
    expect(missed({ ...seen, database: { version: "", rows, lag: 3 } })).to.deep.equal(["Rows"]);
    expect(missed({ ...seen, database: { version: "", rows, lag: null } })).to.deep.equal(["Rows"]);
  });

  it("misses two writers in one home", () => {
    const homes = [{ region: serving, lines: [...before, after, build(5)], damaged: 0 }];
    expect(missed({ ...seen, homes })).to.include("Writers");
  });

  it("misses a write of the old side after the commit, wherever it shows", () => {
    const late = build(9, { at: 20_001 });
    expect(missed({ ...seen, requests: [...seen.requests, write(late), write(after)] })).to.include(
      "Fence",
    );
    const homes = [...seen.homes, { region: lost, lines: [late], damaged: 0 }];
    expect(missed({ ...seen, homes })).to.deep.equal(["Fence"]);
    // Nobody was fenced: whatever came after the loss counts.
    const odd = {
      ...seen,
      committedAt: undefined,
      homes: [...seen.homes, { ...homes[2]!, lines: [build(5)] }],
    };
    expect(missed(odd)).to.deep.equal(["Fence"]);
  });

  it("misses a team whose users cannot write in the new region", () => {
    expect(missed({ ...seen, requests: before.map(write) })).to.include("Users");
    expect(missed({ ...seen, requests: [] })).to.include.members(["Users", "Builds"]);
  });

  it("counts no rows where the database is modelled", () => {
    const measured = measure({ ...seen, database: undefined });
    expect(measured.rows).to.equal(null);
    expect(judgeMeasured(measured, serving).map(({ rule }) => rule)).not.to.include("Rows");
  });

  it("judges a real Jenkins by its jobs, because its users only read", () => {
    const jenkins = { product: "Jenkins 2", teams: [] };
    const measured = measure({ ...seen, jenkins });
    expect(measured).to.include({ builds: null, rows: null });
    expect(measured.teams[0]?.longestWriteGap).to.equal(null);
    expect(judgeMeasured(measured, serving).map(({ rule }) => rule)).to.deep.equal([
      "Jobs",
      "Next",
      "Fence",
    ]);
  });

  it("goes from modelled to real time and back, also across a change of pace", () => {
    const paces: RealPaces = [
      { real: 1_000, modelled: 500_000, scale: 50 },
      { real: 5_000, modelled: 700_000, scale: 10 },
    ];
    for (const [real, modelled] of [
      [0, 450_000],
      [3_000, 600_000],
      [6_000, 710_000],
    ] as const) {
      expect(toReal(paces, modelled)).to.equal(real);
      expect(toModelled(paces, real)).to.equal(modelled);
    }
  });
});
