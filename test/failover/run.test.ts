import { expect } from "chai";
import type { Trigger } from "../../failover/model";
import { run } from "../../failover/run";
import { minutes, SimulatedClock, SimulatedCloud } from "../support/simulatedCloud";

/** The loop around the decisions: what it stores, repeats, logs and gives back. */
describe("a run", () => {
  let clock: SimulatedClock;
  let cloud: SimulatedCloud;
  let lines: { readonly event: string; readonly details: Readonly<Record<string, unknown>> }[];
  let saves: number;

  beforeEach(() => {
    clock = new SimulatedClock();
    cloud = new SimulatedCloud(clock);
    lines = [];
    saves = 0;
    cloud.onCall = (call) => {
      if (call === "save") saves += 1;
    };
  });

  const schedule: Trigger = { kind: "schedule" };
  const person = (changes: object = {}): Trigger => ({
    kind: "direct",
    id: "request-1",
    at: clock.now(),
    command: "failover",
    force: false,
    generation: 1,
    ...changes,
  });
  const invoke = (trigger: Trigger, milliseconds = 0) =>
    run(
      cloud,
      clock,
      trigger,
      { plan: cloud.plan, deadline: clock.now() + milliseconds },
      (event, details) => lines.push({ event, details }),
    );
  const logged = (event: string) => lines.filter((line) => line.event === event);
  const failing = (...failed: string[]) => {
    cloud.onCall = (call) => {
      if (failed.includes(call)) throw new TypeError(`${call} is down`);
    };
  };

  it("writes the first record, and later none that says the same", async () => {
    await invoke(schedule);
    expect(cloud.record).to.include({ version: 1, phase: "standby" });
    await invoke(schedule);
    expect(cloud.record).to.include({ version: 1 });
    expect(saves).to.equal(1);
    expect(cloud.measured).to.deep.equal(["standby", "standby"]);
    expect(lines, "a quiet minute leaves no line").to.deep.equal([]);
  });

  it("tells its caller what came of the trigger and where things stand", async () => {
    const asked = await invoke(person());
    expect(asked).to.deep.equal({
      phase: "recovering",
      generation: 1,
      activeRegion: "us-east-1",
      accepted: true,
      trigger: "Accepted direct request-1.",
      rounds: 1,
    });
    const repeated = await invoke(person());
    expect(repeated).to.include({ accepted: false, trigger: "request-1 was seen before." });
    expect(logged("trigger").map(({ details }) => details.verdict)).to.deep.equal([
      "Accepted direct request-1.",
      "request-1 was seen before.",
    ]);
  });

  it("judges its trigger once, however many rounds it makes", async () => {
    const { rounds, accepted } = await invoke(person(), minutes(1));
    expect(rounds).to.be.greaterThan(3);
    expect(accepted).to.equal(true);
    expect(logged("trigger")).to.have.length(1);
  });

  it("makes no round at its deadline or after it", async () => {
    const began = clock.now();
    await invoke(person(), minutes(1));
    expect(clock.now()).to.be.within(began + 45_000, began + minutes(1) - 1);
  });

  it("ends where a round's own calls used its time up, and never sleeps backwards", async () => {
    const slept: number[] = [];
    const sleep = clock.sleep.bind(clock);
    clock.sleep = (milliseconds) => {
      slept.push(milliseconds);
      return sleep(milliseconds);
    };
    cloud.onCall = (call) => {
      if (call === "announce") clock.advance(minutes(2));
    };
    await invoke(person(), minutes(1));
    expect(slept).to.deep.equal([]);
    clock.advance(minutes(1));
    cloud.onCall = (call) => {
      if (call === "observe") clock.advance(1);
      if (call.startsWith("act")) clock.advance(20_000);
    };
    await invoke(schedule, minutes(1));
    expect(slept.every((milliseconds) => milliseconds >= 0)).to.equal(true);
  });

  it("logs what changed, by phase and step, and not what stayed", async () => {
    await invoke(person(), 3_000);
    expect(logged("phase").map(({ details }) => details)).to.deep.equal([
      { from: "standby", to: "recovering" },
    ]);
    const steps = logged("step").map(
      ({ details }) => `${String(details.name)} ${String(details.state)}`,
    );
    expect(new Set(steps).size, "each state of a step once").to.equal(steps.length);
    expect(steps).to.include.members(["confirm done", "fence running", "capacity running"]);
    const fence = logged("step").find(({ details }) => details.name === "fence");
    expect(fence?.details.waitsFor).to.include("instances of the old region");
    expect(
      logged("acted").map(({ details }) => (details.action as { kind: string }).kind),
    ).to.include("fenceGroups");
  });

  it("looks again with its trigger when somebody else was faster", async () => {
    await invoke(schedule);
    let stolen = false;
    cloud.onCall = (call) => {
      if (call !== "save" || stolen) return;
      stolen = true;
      cloud.record = { ...cloud.record!, version: 7 };
    };
    const { accepted, rounds } = await invoke(person());
    expect(accepted).to.equal(true);
    expect(rounds).to.equal(2);
    expect(logged("conflict").map(({ details }) => details)).to.deep.equal([{ version: 1 }]);
    expect(cloud.record?.version).to.be.greaterThan(7);
    expect(cloud.record?.seenTriggers).to.have.length(1);
  });

  it("goes on when a request is refused, logs it, and tells the next decision", async () => {
    cloud.active.teamsHealthy = 0;
    failing("act fenceGroups");
    await invoke(person(), 5_000);
    expect(logged("refused")[0]?.details).to.deep.include({
      error: "TypeError: act fenceGroups is down",
    });
    expect(cloud.requested("raiseCapacity")).to.be.greaterThan(0);
    clock.advance(cloud.plan.limits.stepLimit);
    await invoke(schedule, 15_000);
    expect(cloud.record?.blockage?.reason).to.include(
      "The last request failed: TypeError: act fenceGroups is down",
    );
  });

  it("logs what was thrown, also where it is no error", async () => {
    const words = "just words" as unknown as Error;
    cloud.act = () => Promise.reject(words);
    await invoke(person(), 3_000);
    expect(logged("refused")[0]?.details).to.deep.include({ error: "just words" });
  });

  it("keeps a message until it was accepted, and only that one", async () => {
    failing("announce");
    await invoke(person());
    expect(cloud.record?.outbox).to.have.length(1);
    expect(logged("notAnnounced")[0]?.details).to.deep.include({
      error: "TypeError: announce is down",
    });
    const { version } = cloud.record!;
    cloud.onCall = () => undefined;
    await invoke(schedule);
    expect(cloud.announced.map(({ id }) => id)).to.deep.equal(["confirming-request-1"]);
    expect(cloud.record?.outbox).to.deep.equal([]);
    expect(cloud.record!.version).to.be.greaterThan(version);
    await invoke(schedule);
    expect(cloud.announced, "never again").to.have.length(1);
  });

  it("lets other messages pass one that is refused", async () => {
    await invoke(schedule);
    const message = { severity: "info", subject: "-", body: "-" } as const;
    cloud.record = {
      ...cloud.record!,
      outbox: [
        { ...message, id: "refused" },
        { ...message, id: "sent" },
      ],
    };
    const announce = cloud.announce.bind(cloud);
    cloud.announce = (each) =>
      each.id === "refused" ? Promise.reject(new Error("no")) : announce(each);
    await invoke(schedule);
    expect(cloud.announced.map(({ id }) => id)).to.deep.equal(["sent"]);
    expect(cloud.record.outbox.map(({ id }) => id)).to.deep.equal(["refused"]);
  });

  it("says a message twice rather than never, where the emptied outbox is not stored", async () => {
    let count = 0;
    const save = cloud.save.bind(cloud);
    cloud.save = (record, expected) => {
      count += 1;
      return count === 2 ? Promise.resolve(false) : save(record, expected);
    };
    const { phase } = await invoke(person());
    expect(phase).to.equal("recovering");
    expect(cloud.record?.outbox).to.have.length(1);
    await invoke(schedule);
    expect(cloud.announced.map(({ id }) => id)).to.deep.equal([
      "confirming-request-1",
      "confirming-request-1",
    ]);
  });

  it("does not fail for its metrics", async () => {
    failing("measure");
    const { phase } = await invoke(schedule);
    expect(phase).to.equal("standby");
    expect(logged("notMeasured")[0]?.details).to.deep.equal({
      error: "TypeError: measure is down",
    });
  });

  it("fails, and acts on nothing, without its record", async () => {
    for (const call of ["load", "save"]) {
      failing(call);
      let error: unknown;
      await invoke(person()).catch((thrown: unknown) => (error = thrown));
      expect(error, call).to.have.property("message").that.includes(`${call} is down`);
    }
    expect(cloud.acted).to.deep.equal([]);
  });
});
