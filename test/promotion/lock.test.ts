import { expect } from "chai";
import { lockLength, LockedError, takeLock } from "../../promotion/lock";
import { FakeEnvironment, owner } from "./fakeEnvironment";

const never = new AbortController().signal;

describe("the lock of a promotion", () => {
  let world: FakeEnvironment;
  beforeEach(() => {
    world = new FakeEnvironment();
    world.records.lock = { owner, token: "other", beat: 7, expiresAt: 0 };
  });

  it("is taken over when it stood still for its whole length by one's own clock", async () => {
    const began = world.clock.now();
    const lock = await takeLock(world, "mine", owner, () => false, never);
    expect(world.clock.now() - began).to.be.at.least(lockLength);
    expect(world.records.lock?.token).to.equal("mine");
    await lock.release();
    expect(world.records.lock).to.equal(undefined);
  });

  it("is left to who renews it, however late", async () => {
    world.clock.ticks.push(() => {
      if (world.clock.now() - Date.UTC(2026, 0, 1) === lockLength - 500)
        world.records.lock = { ...world.records.lock!, beat: 8 };
    });
    try {
      await takeLock(world, "mine", owner, () => false, never);
      expect.fail("it was taken");
    } catch (error) {
      expect(error).to.be.instanceOf(LockedError);
      expect((error as Error).message).to.include("by ada on desk since");
    }
  });

  it("is taken at once from a process of this place that has ended", async () => {
    const began = world.clock.now();
    const lock = await takeLock(world, "mine", owner, () => true, never);
    expect(world.clock.now()).to.equal(began);
    await lock.release();
  });

  it("is lost when somebody else has it, and nothing is written then", async () => {
    world.records.lock = undefined;
    const lock = await takeLock(world, "mine", owner, () => false, never);
    world.records.lock = { owner, token: "other", beat: 0, expiresAt: 0 };
    expect(await lock.save({ stoppedSince: { "web-1": 1 } })).to.equal(false);
    expect(lock.lost.aborted).to.equal(true);
    expect(world.records.record.stoppedSince).to.deep.equal({});
    await lock.release();
    expect(world.records.lock).to.have.property("token", "other");
  });
});
