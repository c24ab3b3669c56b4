import { expect } from "chai";
import type { ObservationPart, Trigger } from "../../failover/model";
import { run } from "../../failover/run";
import { minutes, SimulatedClock, SimulatedCloud } from "../support/simulatedCloud";

/** What the failure matrix found: a blockage has to name what is in the way, not what it keeps from. */
describe("S8: what cannot be read before anything was touched", () => {
  let clock: SimulatedClock;
  let cloud: SimulatedCloud;

  beforeEach(() => {
    clock = new SimulatedClock();
    cloud = new SimulatedCloud(clock);
    cloud.loseActiveRegion();
    cloud.alarm = "ALARM";
  });

  const invoke = (trigger: Trigger) => {
    const deadline = clock.now() + minutes(1);
    return run(cloud, clock, trigger, { plan: cloud.plan, deadline }, () => undefined);
  };
  const schedule = async (forMinutes: number): Promise<void> => {
    for (let minute = 0; minute < forMinutes; minute += 1) {
      await invoke({ kind: "schedule" });
      clock.advance(minutes(1));
    }
  };

  for (const [part, step] of [
    ["replica", "database"],
    ["home", "home"],
  ] as const) {
    it(`blocks at step ${step} when the ${part} stays unreadable, and goes on once it can be read`, async () => {
      cloud.unreadable.set(part, "failed");
      await schedule(5);
      expect(cloud.record?.phase, "not before its time").to.equal("confirming");
      await schedule(10);
      expect(cloud.record?.blockage?.step).to.equal(step);
      expect(cloud.record?.blockage?.reason).to.include(`The ${part} cannot be read`);
      expect(cloud.record?.blockage?.remedy).to.include("--force");
      cloud.unreadable.delete(part);
      await schedule(20);
      expect(cloud.record?.phase).to.equal("serving");
    });
  }

  it("tells a person who asked the same, instead of to ask again", async () => {
    cloud.unreadable.set("replica", "refused");
    const asked = { kind: "direct", command: "failover", force: false, generation: 1 } as const;
    await invoke({ ...asked, id: "a-person", at: clock.now() });
    await schedule(20);
    expect(cloud.record?.blockage?.reason).to.include("The replica cannot be read");
    expect(cloud.record?.blockage?.remedy).not.to.include("Look at the region yourself");
  });

  it("says which signals do not agree", async () => {
    cloud.unreadable.set("targets", "refused");
    await schedule(20);
    expect(cloud.record?.blockage).to.include({ step: "confirm" });
    expect(cloud.record?.blockage?.reason).to.match(/could not be confirmed.*refused/);
  });

  for (const part of ["waitingGroups", "waitingTeams"] satisfies ObservationPart[]) {
    it(`asks for the permission, and not for capacity or logs, when ${part} is refused`, async () => {
      cloud.unreadable.set(part, "refused");
      await schedule(20);
      expect(cloud.record?.blockage?.reason).to.include("The request was refused");
      expect(cloud.record?.blockage?.remedy).to.include("Give the function's role");
    });
  }
});
