import { expect } from "chai";
import fc from "fast-check";
import "../../support/propertySeed";
import { describeOutcome } from "../../../failover/rehearsal/outcome";
import type { Phase } from "../../../failover/model";
import { minutes } from "../../support/simulatedCloud";
import { type Kill, samplePlan, SimulatedRegion } from "./simulatedRegion";

async function rehearsed(prepare: (region: SimulatedRegion) => void = () => undefined) {
  const region = new SimulatedRegion();
  prepare(region);
  const result = await region.run(region.start());
  expect(result?.accepted, result?.because).to.equal(true);
  await region.untilQuiet();
  const outcome = region.record?.history.at(-1);
  if (outcome === undefined) throw new Error("the rehearsal left no outcome");
  return { region, outcome };
}

describe("a rehearsal", () => {
  it("brings one machine a team and a copy of the database up, times them and leaves nothing", async () => {
    const { region, outcome } = await rehearsed();
    expect(outcome).to.include({ result: "success", teams: 3, healthy: 3, homeLagSeconds: 300 });
    expect(outcome.problems).to.be.empty;
    expect(outcome.snapshotAgeSeconds).to.equal(300 * 60);
    expect(outcome.databaseMs).to.be.within(minutes(10), minutes(11.5));
    expect(outcome.controllersMs).to.be.within(minutes(2), minutes(3.5));
    expect(region.machines).to.have.length(3);
    expect(region.announced).to.have.length(1);
    expect(describeOutcome(outcome)).to.match(/^success after 10 min .*3 of 3 teams healthy/);
  });

  it("says that there is no snapshot, and still rehearses the controllers", async () => {
    const { outcome } = await rehearsed((region) => (region.snapshot = null));
    expect(outcome).to.include({ result: "failure", healthy: 3 });
    expect(outcome.problems.join()).to.match(/no snapshot of jenkins-g1-replica or jenkins-g1/);
    expect(outcome.endedAt - outcome.startedAt).to.be.below(minutes(6));
  });

  it("needs no database where there is none", async () => {
    const { database, ...plan } = samplePlan;
    expect(database).not.to.equal(undefined);
    const region = new SimulatedRegion();
    await region.run(region.start(), plan);
    while (region.record?.running !== undefined) {
      region.clock.advance(10_000);
      await region.run({ kind: "tick" }, plan);
    }
    expect(region.record?.history.at(-1)?.result).to.equal("success");
    expect(region.requests.map(({ kind }) => kind)).not.to.include("restore");
  });

  it("tries the next zone when one has no machines", async () => {
    const { region, outcome } = await rehearsed(({ fullZones }) => fullZones.add(0));
    expect(outcome.result).to.equal("success");
    const zones = region.requests.flatMap((each) => (each.kind === "launch" ? [each.zone] : []));
    expect([...new Set(zones)].sort()).to.deep.equal([0, 1]);
  });

  it("names the team whose machine ended itself, without waiting for the timeout", async () => {
    const { outcome } = await rehearsed(({ failing }) => failing.add("ma"));
    expect(outcome).to.include({ result: "failure", healthy: 2 });
    expect(outcome.problems.join()).to.match(/^ma: the machine ended itself/);
    expect(outcome.endedAt - outcome.startedAt).to.be.below(minutes(15));
  });

  it("fails at its timeout, with what was refused, and leaves nothing then either", async () => {
    const { region, outcome } = await rehearsed(({ fullZones }) => {
      for (let zone = 0; zone < 1_000; zone++) fullZones.add(zone);
    });
    expect(outcome).to.include({ result: "failure", healthy: 0 });
    expect(outcome.problems.join()).to.match(/no machine .*InsufficientInstanceCapacity/);
    expect(region.announced).to.deep.equal([`jenkins-rehearsal-${outcome.id}`]);
  });

  it("is dropped on request, once, and asked for twice runs once", async () => {
    const region = new SimulatedRegion();
    await region.run(region.start());
    expect((await region.run(region.start()))?.because).to.match(/judged before/);
    expect((await region.run(region.start("two")))?.because).to.match(/is under way/);
    const abort = {
      kind: "abort",
      at: region.clock.now(),
      asked: { id: "three", by: "person" },
    } as const;
    expect((await region.run(abort))?.accepted).to.equal(true);
    await region.untilQuiet();
    expect(region.record?.history.map(({ result }) => result)).to.deep.equal(["aborted"]);
    const again = {
      ...abort,
      at: region.clock.now(),
      asked: { id: "four", by: "person" },
    } as const;
    expect((await region.run(again))?.because).to.equal("No rehearsal is under way.");
  });

  it("refuses a request that is eleven minutes old", async () => {
    const region = new SimulatedRegion();
    const request = region.start();
    region.clock.advance(minutes(11));
    expect((await region.run(request))?.because).to.match(/11 min old/);
    expect(region.requests).to.be.empty;
  });
});

describe("a rehearsal and a failover", () => {
  const busy: Phase[] = ["confirming", "recovering", "serving", "blocked", "aborted"];
  for (const phase of busy) {
    it(`does not begin in phase ${phase}`, async () => {
      const region = new SimulatedRegion();
      region.enter(phase);
      expect((await region.run(region.start()))?.because).to.match(new RegExp(`phase ${phase}`));
      expect(region.requests).to.be.empty;
    });
  }

  it("begins after an aborted failover that has put everything back", async () => {
    const region = new SimulatedRegion();
    region.enter("aborted", true);
    expect((await region.run(region.start()))?.accepted).to.equal(true);
  });

  it("does not begin before there is a record, nor with another generation's", async () => {
    const region = new SimulatedRegion();
    region.failover = null;
    expect((await region.run(region.start()))?.because).to.match(/no failover record yet/);
    region.failover = {
      phase: "standby",
      generation: 2,
      activeRegion: "eu-west-1",
      settled: false,
    };
    expect((await region.run(region.start("two")))?.because).to.match(/roles have changed/);
    expect(region.requests).to.be.empty;
  });

  it("gives way at once, and leaves nothing", async () => {
    const region = new SimulatedRegion();
    await region.run(region.start());
    region.enter("confirming");
    const before = region.requests.length;
    await region.run();
    const after = region.requests.slice(before).map(({ kind }) => kind);
    expect(after).to.include("terminate").and.not.to.include("launch");
    await region.untilQuiet();
    expect(region.record?.history.at(-1)?.result).to.equal("preempted");
  });
});

describe("a rehearsal that is interrupted", () => {
  /** Everything that a run may find on its way. */
  const course = fc.record({
    kill: fc.record({
      at: fc.nat(130),
      when: fc.constantFrom<Kill["when"]>("before", "after"),
    }),
    again: fc.boolean(),
    failoverAt: fc.option(fc.nat(25)),
    withSnapshot: fc.boolean(),
    failing: fc.subarray(["devops", "ma"]),
  });

  it("leaves nothing, touches nothing of others, and makes one machine a team at most", () =>
    fc.assert(
      fc.asyncProperty(course, async ({ kill, again, failoverAt, withSnapshot, failing }) => {
        const region = new SimulatedRegion();
        const others = region.databases.length;
        if (!withSnapshot) region.snapshot = null;
        for (const team of failing) region.failing.add(team);
        region.kill = kill;
        await region.run(region.start());
        for (let minute = 0; minute < 25; minute++) {
          if (region.calls > kill.at) region.kill = undefined;
          if (minute === failoverAt) region.enter("recovering");
          region.clock.advance(10_000);
          await region.run();
        }
        region.kill = undefined;
        if (again) await region.run(region.start("two"));
        await region.untilQuiet();
        // A frozen run's last request may arrive after all: the next minute takes it down, too.
        expect(region.leftovers()).to.be.empty;
        expect(region.databases.filter(({ rehearsal }) => rehearsal === undefined)).to.have.length(
          others,
        );
        for (const { deletedAt, rehearsal } of region.databases) {
          if (rehearsal === undefined) expect(deletedAt).to.equal(undefined);
        }
        const made = region.machines.map(({ rehearsal, team }) => `${rehearsal ?? ""} ${team}`);
        expect(new Set(made).size).to.equal(made.length);
      }),
      { numRuns: 60 },
    ));

  it("takes down what a request made that arrived after the end", async () => {
    const { region } = await rehearsed();
    region.machines.push({
      instanceId: "i-late",
      rehearsal: "20260101t000000",
      team: "ma",
      token: "late",
      at: region.clock.now(),
    });
    await region.untilQuiet();
    expect(region.requests.at(-1)).to.deep.equal({ kind: "terminate", instanceIds: ["i-late"] });
  });
});
