import { expect } from "chai";
import { ScaledClock } from "../../../local/gateway/scaledClock";
import { SteppedTime } from "./behaviours/localAws";

const start = Date.parse("2030-01-01T00:00:00Z");

describe("the scaled clock", () => {
  let time: SteppedTime;
  let errors: unknown[];
  let clock: ScaledClock;

  beforeEach(() => {
    time = new SteppedTime();
    errors = [];
    clock = new ScaledClock({
      startAt: start,
      realTime: time,
      onError: (error) => errors.push(error),
    });
  });

  it("lets a modelled minute pass in a real second by default", async () => {
    await time.pass(1000);
    expect(clock.now() - start).to.equal(60_000);
    expect(clock.toReal(60_000)).to.equal(1000);
  });

  it("runs an action at its modelled time, not before", async () => {
    const ran: number[] = [];
    clock.after(90_000, () => ran.push(clock.now() - start));
    await time.pass(1499);
    expect(ran).to.deep.equal([]);
    await time.pass(1);
    expect(ran).to.deep.equal([90_000]);
  });

  it("keeps due times when its pace changes", async () => {
    const ran: number[] = [];
    clock.after(120_000, () => ran.push(clock.now() - start));
    await time.pass(1000);
    clock.setScale(1);
    await time.pass(59_000);
    expect(ran).to.deep.equal([]);
    await time.pass(1000);
    expect(ran).to.deep.equal([120_000]);
  });

  it("goes no faster than real time while it is held, and not before all have let go", async () => {
    const ran: number[] = [];
    clock.after(60_000, () => ran.push(clock.now() - start));
    const [one, other] = [clock.hold(), clock.hold()];
    await time.pass(10_000);
    expect(clock.now() - start).to.equal(10_000);
    one();
    one();
    await time.pass(20_000);
    expect(clock.now() - start).to.equal(30_000);
    other();
    await time.pass(499);
    expect(ran).to.deep.equal([]);
    await time.pass(1);
    expect(ran).to.deep.equal([60_000]);
  });

  it("tells who follows it when its pace changes, and only then", () => {
    const paces: number[] = [];
    clock.onPace(() => paces.push(clock.pace));
    const [one, other] = [clock.hold(), clock.hold()];
    one();
    clock.setScale(30);
    other();
    clock.setScale(30);
    expect(paces).to.deep.equal([1, 30]);
  });

  it("is not made faster by a hold", async () => {
    clock.setScale(0.5);
    clock.hold();
    await time.pass(1000);
    expect(clock.now() - start).to.equal(500);
  });

  it("repeats an action without overtaking one that is still going", async () => {
    let running = 0;
    let most = 0;
    let runs = 0;
    clock.every(60_000, async () => {
      runs += 1;
      most = Math.max(most, ++running);
      await clock.sleep(150_000);
      running -= 1;
    });
    await time.pass(10_500);
    expect(most).to.equal(1);
    expect(runs).to.equal(3);
  });

  it("does not run what was cancelled or what is pending when it stops", async () => {
    let runs = 0;
    clock.after(1000, () => (runs += 1)).cancel();
    clock.every(1000, () => (runs += 1)).cancel();
    clock.after(1000, () => (runs += 1));
    clock.stop();
    clock.after(1000, () => (runs += 1));
    await time.pass(10_000);
    expect(runs).to.equal(0);
  });

  it("reports what actions throw, at once or later", async () => {
    clock.after(1000, () => {
      throw new Error("now");
    });
    clock.after(2000, () => Promise.reject(new Error("later")));
    await time.pass(1000);
    expect(errors.map(String)).to.deep.equal(["Error: now", "Error: later"]);
  });

  it("refuses a scale that is no pace", () => {
    for (const scale of [0, -1, Number.NaN, Infinity]) {
      expect(() => {
        clock.setScale(scale);
      }).to.throw(RangeError, "modelled seconds per real second");
    }
  });
});
