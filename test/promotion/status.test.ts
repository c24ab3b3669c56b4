import { expect } from "chai";
import type { Observation } from "../../promotion/model";
import { observe } from "../../promotion/observe";
import { stoppedSince, stopWarnings } from "../../promotion/standing";
import {
  deletionText,
  needsAttention,
  statusText,
  withLivingLock,
} from "../../promotion/statusText";
import { FakeEnvironment, owner, sampleTarget } from "./fakeEnvironment";

const day = 24 * 3_600_000;
const now = Date.UTC(2026, 5, 30);

describe("the status of a promotion", () => {
  let world: FakeEnvironment;
  beforeEach(() => {
    world = new FakeEnvironment();
    for (const replica of world.replicas) replica.offset = 1_000;
  });
  const look = async (): Promise<[string, boolean]> => {
    const seen = await observe(world);
    return [statusText(seen, sampleTarget, now).join("\n"), needsAttention(seen, now)];
  };

  it("warns from day 20 of a stopped replication on, with the day on which RDS ends it", async () => {
    const after = async (days: number): Promise<Observation> => {
      world.records.record = { stoppedSince: { "web-1": now - days * day } };
      return observe(world);
    };
    expect(stopWarnings(await after(19.9), now)).to.deep.equal([]);
    const [warning] = stopWarnings(await after(20), now);
    expect(warning).to.include("web-1 has been stopped for 20 days").and.include("(2026-07-10)");
    expect((await look())[1]).to.equal(true);
    await world.one.start();
    expect(stopWarnings(await after(29), now)).to.deep.equal([]);
  });

  it("keeps since when a replica is stopped, until it runs", async () => {
    const { replicas } = await observe(world);
    expect(stoppedSince({ "web-1": 5 }, replicas, 9)).to.deep.equal({ "web-1": 5, "web-2": 9 });
    await world.one.start();
    world.two.silent = true;
    const later = await observe(world);
    const kept = stoppedSince({ "web-1": 5, "web-2": 9 }, later.replicas, 12);
    expect(kept).to.deep.equal({ "web-2": 9 });
  });

  it("is quiet about replicas at one point, and loud about all else", async () => {
    expect(await look()).to.have.property("1", false);
    world.two.offset = 900;
    const [text, loud] = await look();
    expect(text).to.include("web-2 is stopped at bin.000001:900, behind the other");
    expect(loud).to.equal(true);
    await world.one.start();
    expect((await look())[0]).to.include("web-1 runs while web-2 is stopped");
    world.source.down = true;
    expect((await look())[0]).to.include("DOES NOT ANSWER: connect ECONNREFUSED dev");
  });

  it("tells a promotion under way from one that died", async () => {
    const current = { verb: "start", stopAfter: false, by: "ada", startedAt: now, step: "copy" };
    world.records.record = { stoppedSince: {}, current: { ...current, verb: "start" } };
    world.records.lock = { owner, token: "t", beat: 1, expiresAt: now + 1 };
    const seen = await observe(world);
    expect(
      needsAttention(
        withLivingLock(seen, now, () => false),
        now,
      ),
    ).to.equal(false);
    for (const dead of [
      withLivingLock(seen, now + 1, () => false),
      withLivingLock(seen, now, () => true),
    ]) {
      expect(needsAttention(dead, now)).to.equal(true);
      expect(statusText(dead, sampleTarget, now).join("\n")).to.include("died on the way");
    }
  });

  it("lists what would be deleted, or says that it stays", () => {
    const state = { differing: 0, bytes: 0, attributes: 0, surplus: 3, surplusPaths: ["a", "b"] };
    expect(deletionText(state, false)[0]).to.include("leave 3 files").and.include("--delete");
    expect(deletionText(state, true).slice(1)).to.deep.equal([
      "    a",
      "    b",
      "    … and 1 more",
    ]);
  });
});
