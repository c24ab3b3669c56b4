import { expect } from "chai";
import type { Trigger } from "../../failover/model";
import { run, type RunResult } from "../../failover/run";
import {
  eachMinute,
  homelessPlan,
  minutes,
  samplePlan,
  SimulatedClock,
  SimulatedCloud,
} from "../support/simulatedCloud";

describe("a planned role change", () => {
  let clock: SimulatedClock;
  let cloud: SimulatedCloud;

  beforeEach(() => {
    clock = new SimulatedClock();
    cloud = new SimulatedCloud(clock);
  });

  const invoke = (trigger: Trigger): Promise<RunResult> => {
    const settings = { plan: cloud.plan, deadline: clock.now() + minutes(1) };
    // The teams go with their machines, and the probe sees it.
    cloud.active.teamsHealthy = cloud.active.groups.filter((group) => group.instances > 0).length;
    if (cloud.active.teamsHealthy > 0) cloud.lastAlive = clock.now();
    return run(cloud, clock, trigger, settings, () => undefined);
  };
  const schedule = (forMinutes: number): Promise<RunResult> =>
    eachMinute(clock, forMinutes, () => invoke({ kind: "schedule" }));
  const ask = (over: object = {}): Trigger => ({
    kind: "direct",
    id: "request-1",
    at: clock.now(),
    command: "failover",
    force: false,
    planned: true,
    generation: 1,
    ...over,
  });
  const fencedAt = (): number => cloud.record?.steps.fence?.endedAt ?? Number.NaN;

  it("moves machines that keep nothing by their database alone", async () => {
    cloud = new SimulatedCloud(clock, homelessPlan);
    await invoke(ask());
    await schedule(4);
    expect(cloud.requested("promoteReplica")).to.equal(0);
    cloud.replicaSyncedUntil = fencedAt();
    const { phase } = await schedule(10);
    expect(phase).to.equal("serving");
    expect(cloud.requested("freeHome")).to.equal(0);
    expect(cloud.record).not.to.have.property("homeFileSystemId");
    expect(cloud.record?.history.at(-1)?.lag).to.deep.equal({ database: 0 });
  });

  it("fences, then waits until replica and home have all that was written before", async () => {
    await invoke(ask());
    await schedule(4);
    expect(cloud.record?.steps.fence?.state).to.equal("done");
    expect(cloud.record?.phase).to.equal("recovering");
    expect(cloud.record?.steps.database?.waitsFor).to.include("does not say how far it is");
    cloud.replicaSyncedUntil = fencedAt();
    cloud.homeSyncedUntil = fencedAt() - 1;
    await schedule(4);
    expect(cloud.requested("promoteReplica"), "the home still lacks something").to.equal(0);
    expect(cloud.record?.steps.home?.waitsFor).to.include("is complete until");
    cloud.homeSyncedUntil = fencedAt();
    const { phase } = await schedule(10);
    expect(phase).to.equal("serving");
    expect(cloud.record).to.include({ generation: 2, homeFileSystemId: "fs-2" });
    const entry = cloud.record?.history.at(-1);
    expect(entry).to.deep.include({ fenced: true, lag: { database: 0, home: 0 } });
    expect(entry?.startedAt, "users were served until the fence").to.equal(
      cloud.record?.steps.fence?.startedAt,
    );
  });

  it("does not begin while replication is further behind than an unplanned one may be", async () => {
    cloud.homeLag = 1201;
    const { phase } = await invoke(ask());
    expect(phase).to.equal("blocked");
    expect(cloud.acted).to.deep.equal([]);
  });

  it("never goes on unfenced; blocked, it can be dropped, and everything goes back", async () => {
    await invoke(ask());
    cloud.active.controlPlaneAnswers = false;
    const { phase } = await schedule(40);
    expect(phase).to.equal("blocked");
    expect(cloud.record?.blockage?.step).to.equal("fence");
    expect(cloud.requested("promoteReplica")).to.equal(0);
    cloud.active.controlPlaneAnswers = true;
    await invoke(ask({ id: "request-2", command: "abort", planned: false }));
    await schedule(25);
    expect(cloud.record?.phase).to.equal("aborted");
    expect(
      cloud.active.groups.every(({ instances, max }) => instances === 1 && max === 1),
    ).to.equal(true);
  });

  it("becomes an ordinary failover when a person asks for that", async () => {
    await invoke(ask());
    await schedule(3);
    await invoke(ask({ id: "request-2", planned: false }));
    const { phase } = await schedule(10);
    expect(phase).to.equal("serving");
    expect(cloud.record?.history.at(-1)?.lag).to.deep.equal({ database: 5, home: 60 });
  });

  it("says what is missing when it waits for too long", async () => {
    await invoke(ask());
    cloud.replicaSyncedUntil = clock.now() + minutes(600);
    const { phase } = await schedule(40);
    expect(phase).to.equal("blocked");
    expect(cloud.record?.blockage).to.include({ step: "home" });
    expect(cloud.record?.blockage?.reason).to.include("does not say how far it is");
    expect(cloud.record?.blockage?.remedy).to.include("--stack dr --force");
  });
});

describe("a region that waits again after it was active", () => {
  it("goes on from the adopted generation, with its history", async () => {
    const clock = new SimulatedClock();
    const first = new SimulatedCloud(clock);
    first.loseActiveRegion();
    const alarm: Trigger = {
      kind: "alarm",
      id: "message-1",
      at: clock.now(),
      alarmName: samplePlan.alarmName,
      newState: "ALARM",
      authentic: true,
    };
    const settings = { plan: first.plan, deadline: clock.now() + minutes(60) };
    await run(first, clock, alarm, settings, () => undefined);
    expect(first.record).to.include({ phase: "serving", generation: 2 });

    const plan = { ...samplePlan, generation: 3 };
    const again = new SimulatedCloud(clock, plan);
    again.record = structuredClone(first.record!);
    await run(again, clock, { kind: "schedule" }, { plan, deadline: clock.now() }, () => undefined);
    expect(again.record).to.include({ phase: "standby", generation: 3, activeRegion: "us-east-1" });
    expect(again.record.version).to.equal(first.record!.version + 1);
    expect(again.record.history).to.deep.equal(first.record!.history);
    expect(again.record.steps).to.deep.equal({});
    expect(again.acted, "the former failover's fence is over").to.deep.equal([]);
  });

  it("gives its endpoints their weight back, held by the dial, and looks until it was seen", async () => {
    const clock = new SimulatedClock();
    const plan = { ...samplePlan, generation: 2 };
    const cloud = new SimulatedCloud(clock, plan);
    cloud.waitingShut = true;
    const round = () =>
      run(
        cloud,
        clock,
        { kind: "schedule" },
        { plan, deadline: clock.now() + minutes(1) },
        () => undefined,
      );
    cloud.onCall = (call) => {
      if (call === "act reopenTraffic") throw new Error("us-west-2 does not answer");
    };
    await round();
    expect(cloud.record?.edgeShut).to.equal(true);
    cloud.onCall = () => undefined;
    await round();
    expect(cloud.waitingShut).to.equal(false);
    expect(cloud.record).to.include({ phase: "standby" }).and.not.have.property("edgeShut");
    const asked = cloud.requested("reopenTraffic");
    await round();
    expect(cloud.requested("reopenTraffic"), "seen once, it is not asked again").to.equal(asked);
  });

  it("lets groups launch again that an earlier fence suspended", async () => {
    const clock = new SimulatedClock();
    const cloud = new SimulatedCloud(clock);
    for (const group of cloud.waiting.groups) group.suspended = true;
    cloud.loseActiveRegion();
    const request: Trigger = {
      kind: "direct",
      id: "request-1",
      at: clock.now(),
      command: "failover",
      force: false,
      generation: 1,
    };
    const settings = { plan: cloud.plan, deadline: clock.now() + minutes(60) };
    await run(cloud, clock, request, settings, () => undefined);
    const names = cloud.waiting.groups.map(({ name }) => name);
    expect(cloud.acted.map(({ action }) => action)).to.deep.include({
      kind: "raiseCapacity",
      groups: names,
      resume: names,
    });
    expect(cloud.record?.phase).to.equal("serving");
  });
});
