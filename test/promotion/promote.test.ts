import { expect } from "chai";
import fc from "fast-check";
import { promote, type Outcome, type PromotionRequest } from "../../promotion/promote";
import { standingOf } from "../../promotion/standing";
import { observeReplicas } from "../../promotion/observe";
import { FakeEnvironment, type FakeReplica, owner, sampleTarget } from "./fakeEnvironment";

const start: PromotionRequest = { verb: "start", stopAfter: false };
const freeze: PromotionRequest = { verb: "start", stopAfter: true };
const stop: PromotionRequest = { verb: "stop", stopAfter: false };

let runs = 0;
function run(
  world: FakeEnvironment,
  request: PromotionRequest,
  signal = new AbortController().signal,
): Promise<Outcome> {
  const asking = { owner, token: `run-${runs++}`, hasEnded: () => true };
  return promote(world, sampleTarget, request, asking, signal);
}

const places = ({ one, two }: FakeEnvironment): number[] => [one.offset, two.offset];
const said = ({ says }: Outcome): string => says.join("\n");

describe("a promotion", () => {
  let world: FakeEnvironment;
  beforeEach(() => {
    world = new FakeEnvironment();
  });

  it("starts both, waits until they have what dev had, and copies the files then", async () => {
    world.two.speed = 90;
    world.source.speed = 30;
    const outcome = await run(world, start);
    expect(outcome.code, said(outcome)).to.equal(0);
    expect(world.files.copies).to.have.length(1);
    expect(Math.min(...world.files.copies[0]!.replicas)).to.be.at.least(1_000);
    expect(said(outcome)).to.include("All replicas follow dev.");
    expect(world.records.record.last).to.include({ verb: "start", result: "done", by: owner.by });
    expect(world.records.record.current).to.equal(undefined);
    expect(world.records.lock).to.equal(undefined);
  });

  it("freezes both at one place of dev, which writes on", async () => {
    world.source.speed = 70;
    world.two.speed = 90;
    const outcome = await run(world, freeze);
    expect(outcome.code, said(outcome)).to.equal(0);
    expect(places(world)).to.deep.equal([1_000, 1_000]);
    expect([world.one.idle, world.two.idle]).to.deep.equal([true, true]);
    expect(Object.keys(world.records.record.stoppedSince)).to.deep.equal(["web-1", "web-2"]);
  });

  it("stops both and brings the one behind to where the other stopped", async () => {
    await run(world, start);
    Object.assign(world.one, { offset: 900, speed: 10 });
    const outcome = await run(world, stop);
    expect(outcome.code, said(outcome)).to.equal(0);
    expect(places(world)).to.deep.equal([1_000, 1_000]);
    expect(world.files.copies).to.have.length(1);
  });

  for (const [name, request] of Object.entries({ start, freeze, stop }))
    it(`does no harm the second time: ${name}`, async () => {
      await run(world, request);
      const before = [places(world), world.one.idle, world.two.idle];
      const outcome = await run(world, request);
      expect(outcome.code, said(outcome)).to.equal(0);
      expect([places(world), world.one.idle, world.two.idle]).to.deep.equal(before);
    });

  it("stops the other when one breaks, says which is ahead, and goes on from there", async () => {
    world.two.brokenAt = 500;
    world.one.speed = 1_000;
    const outcome = await run(world, start);
    expect(outcome.code).to.equal(1);
    expect([world.one.idle, world.two.idle]).to.deep.equal([true, true]);
    expect(said(outcome)).to.include("Duplicate entry");
    expect(said(outcome)).to.include("web-2 is stopped at bin.000001:500, behind the other");
    expect(world.files.copies).to.have.length(0);
    world.two.brokenAt = Infinity;
    const again = await run(world, start);
    expect(again.code, said(again)).to.equal(0);
  });

  it("brings both to one place when the broken one is ahead", async () => {
    Object.assign(world.two, { offset: 800, brokenAt: 800 });
    world.one.speed = 100;
    const outcome = await run(world, start);
    expect(outcome.code).to.equal(1);
    expect(places(world)).to.deep.equal([800, 800]);
  });

  it("stops what answers when the other is silent, and says what is unknown", async () => {
    await run(world, start);
    world.two.silent = true;
    const outcome = await run(world, stop);
    expect(outcome.code).to.equal(1);
    expect(world.one.idle).to.equal(true);
    expect(said(outcome)).to.include("web-2 does not answer: connect ETIMEDOUT");
  });

  it("says what a replica answers to a request that it refuses", async () => {
    world.two.refuses = true;
    const outcome = await run(world, start);
    expect(outcome.code).to.equal(1);
    expect(said(outcome)).to.include("web-2 did not start replication: EXECUTE command denied");
    expect(world.one.idle).to.equal(true);
  });

  it("keeps the replicas as they are when files cannot be copied", async () => {
    world.files.failure = new Error("Copying was not complete");
    const outcome = await run(world, start);
    expect(outcome.code).to.equal(1);
    expect(said(outcome)).to.include("Copying was not complete").and.include("follow dev");
    expect(world.records.record.last?.result).to.equal("failed");
  });

  it("stops at one place as well as it can where servers have no procedure for it", async () => {
    for (const replica of world.replicas) replica.canStopAt = false;
    expect((await run(world, freeze)).code).to.equal(0);
    expect(places(world)).to.deep.equal([1_000, 1_000]);
    Object.assign(world.source, { offset: 1_500, speed: 100 });
    world.one.speed = 110;
    const outcome = await run(world, freeze);
    expect(outcome.code).to.equal(1);
    expect(said(outcome)).to.include("dev wrote on");
    expect([world.one.idle, world.two.idle]).to.deep.equal([true, true]);
  });

  it("clears away what an unfinished promotion told a replica", async () => {
    Object.assign(world.one, { fetching: "yes", applying: true, until: 600, offset: 100 });
    const outcome = await run(world, start);
    expect(outcome.code, said(outcome)).to.equal(0);
    expect(world.one.until).to.equal(undefined);
  });

  it("promotes files alone where prod has a database of its own", async () => {
    const { source, files, records, clock, progress } = world;
    const own = { ...{ source, files, records, clock, progress }, replicas: [] };
    world.source.down = true;
    const asking = { owner, token: "own", hasEnded: () => true };
    const outcome = await promote(own, sampleTarget, start, asking, new AbortController().signal);
    expect(outcome.code, said(outcome)).to.equal(0);
    expect(world.files.copies).to.have.length(1);
    expect(said(outcome)).to.include("files alone");
  });

  it("touches nothing when something is wrong beforehand", async () => {
    const empty = { fine: false, problem: { kind: "emptySource" } } as const;
    const cases: [(w: FakeEnvironment) => void, number, string][] = [
      [(w) => (w.source.down = true), 1, "dev's database cannot be read"],
      [(w) => (w.two.silent = true), 1, "web-2 does not answer"],
      [(w) => (w.two.gone = true), 1, "web-2 is no replica (any more)"],
      [(w) => (w.files.finding = empty), 2, "never empties prod"],
    ];
    for (const [spoil, code, text] of cases) {
      const spoilt = new FakeEnvironment();
      spoil(spoilt);
      const outcome = await run(spoilt, start);
      expect(outcome.code).to.equal(code);
      expect(said(outcome)).to.include(text);
      expect([...spoilt.one.asked, ...spoilt.two.asked]).to.deep.equal([]);
      expect(spoilt.records.saved).to.deep.equal([]);
    }
  });

  it("gives up when the lock was taken over, and writes nothing more", async () => {
    world.one.speed = 1;
    world.clock.ticks.push(() => {
      if (world.one.offset > 5) world.records.lock = { ...world.records.lock!, token: "other" };
    });
    const outcome = await run(world, start);
    expect(outcome.code).to.equal(1);
    expect(said(outcome)).to.include("lock");
    expect(world.records.record.last).to.equal(undefined);
  });

  const replicaStart = fc.record({
    fetching: fc.constantFrom("yes" as const, "no" as const, "connecting" as const),
    applying: fc.boolean(),
    until: fc.option(fc.integer({ min: 0, max: 1_000 }), { nil: undefined }),
    offset: fc.integer({ min: 0, max: 1_000 }),
    speed: fc.integer({ min: 50, max: 1_000 }),
    brokenAt: fc.oneof(
      { weight: 3, arbitrary: fc.constant(Infinity) },
      fc.integer({ min: 0, max: 1_200 }),
    ),
  });
  const anyRequest = fc.constantFrom(start, freeze, stop);

  it("tells the truth and is mended by the next one, whatever it began with and wherever it ended", async () => {
    const anything = fc.record({
      one: replicaStart,
      two: replicaStart,
      devWrites: fc.integer({ min: 0, max: 40 }),
      first: anyRequest,
      interruptAfter: fc.oneof(fc.constant(Infinity), fc.integer({ min: 0, max: 12 })),
      second: anyRequest,
    });
    await fc.assert(
      fc.asyncProperty(anything, async (given) => {
        const env = new FakeEnvironment();
        Object.assign(env.one, given.one);
        Object.assign(env.two, given.two);
        env.source.speed = given.devWrites;
        const interrupt = new AbortController();
        let ticks = 0;
        env.clock.ticks.push(() => {
          if (ticks++ === given.interruptAfter) interrupt.abort(new Error("Interrupted."));
        });
        const first = await run(env, given.first, interrupt.signal);
        await tellsTheTruth(env, given.first, first);
        for (const replica of env.replicas) replica.brokenAt = Infinity;
        const second = await run(env, given.second);
        expect(second.code, said(second)).to.equal(0);
        await tellsTheTruth(env, given.second, second);
      }),
      { numRuns: 150 },
    );
  });
});

async function tellsTheTruth(
  world: FakeEnvironment,
  { verb, stopAfter }: PromotionRequest,
  outcome: Outcome,
): Promise<void> {
  const standing = standingOf(await observeReplicas(world));
  const idle = world.replicas.map((each: FakeReplica) => each.idle);
  expect(world.records.lock).to.equal(undefined);
  if (outcome.code === 0) {
    expect(standing.kind).to.equal(verb === "stop" || stopAfter ? "frozen" : "following");
    if (verb === "start")
      expect(Math.min(...world.files.copies.at(-1)!.replicas)).to.be.at.least(1_000);
  }
  if (outcome.code === 1) expect(idle, said(outcome)).to.deep.equal([true, true]);
  if (standing.kind === "apart") {
    expect(outcome.code).to.be.oneOf([1, 130]);
    if (outcome.says[0] !== "Interrupted before anything was touched.")
      expect(said(outcome)).to.include("NOT in one state");
  }
}
