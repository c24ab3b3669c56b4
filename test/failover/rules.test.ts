import { expect } from "chai";
import type { Trigger } from "../../failover/model";
import { run, type RunResult } from "../../failover/run";
import {
  eachMinute,
  minutes,
  samplePlan,
  SimulatedClock,
  SimulatedCloud,
} from "../support/simulatedCloud";

const alarm = (clock: SimulatedClock, over: object = {}): Trigger => ({
  kind: "alarm",
  id: "message-1",
  at: clock.now(),
  alarmName: samplePlan.alarmName,
  newState: "ALARM",
  authentic: true,
  ...over,
});
const request = (clock: SimulatedClock, over: object = {}): Trigger => ({
  kind: "direct",
  id: "request-1",
  at: clock.now(),
  command: "failover",
  force: false,
  generation: 1,
  ...over,
});

describe("the safety rules", () => {
  let clock: SimulatedClock;
  let cloud: SimulatedCloud;

  beforeEach(() => {
    clock = new SimulatedClock();
    cloud = new SimulatedCloud(clock);
  });

  const invoke = (trigger: Trigger, forMinutes = 14): Promise<RunResult> => {
    const deadline = clock.now() + minutes(forMinutes);
    return run(cloud, clock, trigger, { plan: cloud.plan, deadline }, () => undefined);
  };

  const schedule = (forMinutes: number): Promise<RunResult> =>
    eachMinute(clock, forMinutes, () => invoke({ kind: "schedule" }, 1));
  const firstOf = (kind: string): number =>
    cloud.acted.find(({ action }) => action.kind === kind)?.at ?? Number.NaN;

  it("waste no time: the commit comes with the fence's timeout, traffic soon after the controllers", async () => {
    cloud.loseActiveRegion();
    clock.advance(minutes(3));
    // One long run, so that no gap between two runs hides how the function itself waits.
    await invoke(alarm(clock), 60);
    const { steps, committedAt, silentSince, phase } = cloud.record!;
    expect(phase).to.equal("serving");
    expect(committedAt! - silentSince!).to.equal(cloud.plan.limits.fenceTimeout);
    const seen = steps.traffic!.startedAt!;
    expect(steps.traffic!.endedAt! - seen).to.be.at.most(2_000);
  });

  it("serve from the waiting region after the active one is lost", async () => {
    cloud.loseActiveRegion();
    clock.advance(minutes(3));
    await invoke(alarm(clock));
    const { phase } = await schedule(15);
    expect(phase).to.equal("serving");
    expect(cloud.record).to.include({ generation: 2, activeRegion: "eu-west-1" });
    const entry = cloud.record?.history.at(-1);
    expect(entry).to.deep.include({ outcome: "serving", fenced: false });
    expect(entry?.lag).to.deep.equal({ database: 5, home: 60 });
    expect(entry?.rtoMs).to.be.within(minutes(10), minutes(20));
  });

  describe("S1 and S3: one writer, fence first", () => {
    it("promote and free nothing while an instance of the old region still runs", async () => {
      cloud.active.teamsHealthy = 0;
      cloud.onCall = (call) => {
        const old = cloud.active.groups.reduce((sum, group) => sum + group.instances, 0);
        if (call === "act promoteReplica" || call === "act freeHome") expect(old).to.equal(0);
      };
      await invoke(alarm(clock));
      await schedule(15);
      expect(cloud.record?.phase).to.equal("serving");
      expect(firstOf("fenceGroups")).to.be.lessThan(firstOf("promoteReplica"));
    });

    it("wait for fenceTimeout before they go on unfenced, and say so", async () => {
      cloud.loseActiveRegion();
      const asked = clock.now();
      await invoke(alarm(clock));
      await schedule(15);
      // The silence counts from the first question that the control plane did not answer.
      const waited = firstOf("promoteReplica") - asked;
      expect(waited).to.be.at.least(samplePlan.limits.fenceTimeout);
      expect(firstOf("fenceGroups")).to.be.lessThan(firstOf("promoteReplica"));
      expect(cloud.announced.map(({ subject }) => subject)).to.include(
        "the failover goes on UNFENCED",
      );
    });

    it("ask for the fence in a round before they go on unfenced, however long the silence was", async () => {
      // In manual mode the silence may last for hours before a person decides.
      cloud = new SimulatedCloud(clock, {
        ...samplePlan,
        limits: { ...samplePlan.limits, mode: "manual" },
      });
      cloud.loseActiveRegion();
      await invoke(alarm(clock));
      expect(cloud.acted).to.deep.equal([]);
      await invoke(request(clock));
      await schedule(10);
      expect(cloud.record?.phase).to.equal("serving");
      expect(firstOf("fenceGroups")).to.be.lessThan(firstOf("promoteReplica"));
    });

    it("never go on unfenced while the old control plane answers", async () => {
      cloud.active.teamsHealthy = 0;
      cloud.unreadable.set("activeGroups", "failed");
      await invoke(alarm(clock));
      await schedule(20);
      expect(cloud.requested("promoteReplica") + cloud.requested("freeHome")).to.equal(0);
      expect(cloud.record?.generation).to.equal(1);
    });

    it("fence a region that comes back after serving, with whatever sizes it has", async () => {
      cloud.loseActiveRegion();
      await invoke(alarm(clock));
      await schedule(15);
      cloud.active.controlPlaneAnswers = true;
      await schedule(3);
      expect(cloud.active.groups.every(({ max, suspended }) => max === 0 && suspended)).to.equal(
        true,
      );
      expect(cloud.record?.steps.fence?.state).to.equal("done");
      expect(cloud.announced.at(-1)?.subject).to.include("is fenced now");
    });
  });

  it("S2: move traffic only when database, home and controllers are ready", async () => {
    cloud.loseActiveRegion();
    cloud.onCall = (call) => {
      if (call !== "act moveTraffic") return;
      expect(cloud.replicates).to.equal(false);
      expect(cloud.homeState).to.equal("writable");
      expect(cloud.waiting.teamsHealthy).to.be.at.least(2);
    };
    await invoke(alarm(clock));
    await schedule(15);
    expect(cloud.requested("moveTraffic")).to.equal(1);
  });

  it("S4: stay in the new region when the old one revives healthy", async () => {
    cloud.loseActiveRegion();
    await invoke(alarm(clock));
    await schedule(15);
    cloud.active.controlPlaneAnswers = true;
    cloud.active.teamsHealthy = 4;
    await schedule(30);
    expect(cloud.record).to.include({ phase: "serving", activeRegion: "eu-west-1" });
    expect(cloud).to.include({ waitingOpen: true, activeClosed: true });
  });

  describe("S5: stale means no", () => {
    const cases: Record<string, () => Trigger> = {
      "an alarm that is 11 minutes old": () => alarm(clock, { at: clock.now() - minutes(11) }),
      "one that SNS redelivers after 23 days": () =>
        alarm(clock, { at: clock.now() - minutes(23 * 24 * 60) }),
      "one from the future": () => alarm(clock, { at: clock.now() + minutes(11) }),
      "an OK notification": () => alarm(clock, { newState: "OK" }),
      "another alarm": () => alarm(clock, { alarmName: "disk-full" }),
      "a message of another topic": () => alarm(clock, { authentic: false }),
      "a request for another generation": () => request(clock, { generation: 2 }),
      "a forced request without a reason": () => request(clock, { force: true }),
      "an abort when nothing runs": () => request(clock, { command: "abort" }),
    };
    for (const [what, trigger] of Object.entries(cases)) {
      it(`refuse ${what}`, async () => {
        const { phase } = await invoke(trigger());
        expect(phase).to.equal("standby");
        expect(cloud.acted).to.deep.equal([]);
        expect(cloud.announced).to.deep.equal([]);
      });
    }

    it("refuse the repeat of a trigger, also after it was aborted", async () => {
      await invoke(alarm(clock));
      expect(cloud.record?.phase).to.equal("aborted");
      clock.advance(minutes(1));
      const { trigger } = await invoke(alarm(clock, { at: clock.now() }));
      expect(trigger).to.include("seen before");
    });

    it("refuse a config flag that a provider's upgrade sends again a year later", async () => {
      const flag = request(clock, { kind: "config", id: "flag-g1" });
      await invoke(flag, 1);
      await invoke(request(clock, { id: "stop", command: "abort" }), 1);
      clock.advance(minutes(60 * 24 * 365));
      const { phase } = await invoke({ ...flag, at: clock.now() } as Trigger);
      expect(phase).to.equal("aborted");
    });

    it("change nothing while serving", async () => {
      cloud.loseActiveRegion();
      await invoke(alarm(clock));
      await schedule(15);
      const { trigger } = await invoke(alarm(clock, { id: "message-2" }));
      expect(trigger).to.include("serving already");
      expect(cloud.record?.generation).to.equal(2);
    });
  });

  describe("S6: the RPO gate", () => {
    const lags: Record<string, (c: SimulatedCloud) => void> = {
      "replica lag above the limit": (c) => (c.replicaLag = 301),
      "unknown replica lag": (c) => (c.replicaLag = undefined),
      "home lag above the limit": (c) => (c.homeLag = 1201),
      "unknown home lag": (c) => (c.homeLag = undefined),
    };
    for (const [what, set] of Object.entries(lags)) {
      it(`block on ${what} before anything is touched, and page`, async () => {
        set(cloud);
        cloud.loseActiveRegion();
        await invoke(alarm(clock));
        await schedule(5);
        expect(cloud.record?.phase).to.equal("blocked");
        expect(cloud.acted).to.deep.equal([]);
        expect(cloud.announced.at(-1)).to.include({ severity: "page" });
        expect(cloud.announced.at(-1)?.body).to.include("--force");
      });
    }

    it("let a person force it, with the reason on record", async () => {
      cloud.replicaLag = undefined;
      cloud.loseActiveRegion();
      await invoke(alarm(clock));
      await schedule(2);
      await invoke(request(clock, { force: true, reason: "losing 5 min is fine" }));
      await schedule(10);
      expect(cloud.record?.phase).to.equal("serving");
      expect(cloud.record?.history.at(-1)?.trigger.reason).to.equal("losing 5 min is fine");
      expect(cloud.record?.history.at(-1)?.lag).to.deep.equal({ home: 60 });
    });

    it("go on by themselves when the lag is known and small again", async () => {
      cloud.replicaLag = undefined;
      cloud.loseActiveRegion();
      await invoke(alarm(clock));
      await schedule(2);
      cloud.replicaLag = 1;
      await schedule(15);
      expect(cloud.record?.phase).to.equal("serving");
      expect(cloud.record).to.not.have.property("blockage");
    });
  });

  describe("S7: crash anywhere", () => {
    it("end the same wherever the function dies", async () => {
      const deaths = 60;
      for (let death = 0; death < deaths; death++) {
        clock = new SimulatedClock();
        cloud = new SimulatedCloud(clock);
        cloud.loseActiveRegion();
        let calls = 0;
        cloud.onCall = () => {
          calls += 1;
          if (calls === death) throw new Error("killed");
        };
        // The death of a run is what this is about; the schedule is what comes after it.
        await invoke(alarm(clock)).catch(() => undefined);
        cloud.alarm = "ALARM";
        await schedule(2).catch(() => undefined);
        await schedule(18);
        expect(cloud.record, `death at call ${death}`).to.include({
          phase: "serving",
          generation: 2,
          activeRegion: "eu-west-1",
        });
        expect(cloud).to.include({ waitingOpen: true, activeClosed: true });
      }
    });

    it("raise the waiting groups again that a run of before an abort lowers late", async () => {
      cloud.loseActiveRegion();
      await invoke(request(clock), 2);
      await schedule(3);
      expect(cloud.record?.steps.capacity?.state).to.equal("done");
      const groups = cloud.waiting.groups.map(({ name }) => name);
      await cloud.act({ kind: "lowerCapacity", groups });
      const { phase } = await schedule(15);
      expect(phase).to.equal("serving");
      expect(cloud.waiting.groups.map(({ instances }) => instances)).to.deep.equal(
        cloud.waiting.groups.map(({ desired }) => desired),
      );
      expect(cloud.requested("raiseCapacity")).to.be.at.least(2);
    });

    it("take up an alarm whose message was lost", async () => {
      cloud.loseActiveRegion();
      cloud.alarm = "ALARM";
      await schedule(20);
      expect(cloud.record?.phase).to.equal("serving");
    });
  });

  describe("S8: never silently stuck", () => {
    it("say which step waits, since when and what to do", async () => {
      cloud.loseActiveRegion();
      cloud.replicaStatus = "storage-full";
      await invoke(alarm(clock));
      await schedule(15);
      expect(cloud.record?.phase).to.equal("blocked");
      expect(cloud.record?.blockage).to.include({ step: "database" });
      const page = cloud.announced.at(-1);
      expect(page?.subject).to.equal("the failover is blocked at step database");
      expect(page?.body).to.match(/since 2026-.*storage-full.*What to do:/s);
    });

    it("page once for one obstacle and again after half an hour", async () => {
      cloud.replicaLag = undefined;
      cloud.loseActiveRegion();
      await invoke(alarm(clock), 1);
      await schedule(25);
      const pages = () => cloud.announced.filter(({ subject }) => subject.includes("blocked"));
      expect(pages()).to.have.length(1);
      await schedule(31);
      expect(pages()).to.have.length(2);
    });

    for (const fence of ["confirmed", "expired"] as const) {
      it(`say so when a lag cannot be read after the fence was ${fence}, and go on once it can`, async () => {
        cloud.active.teamsHealthy = 0;
        cloud.lastAlive = clock.now();
        if (fence === "expired") cloud.loseActiveRegion();
        await invoke(request(clock), 0.1);
        expect(cloud.record?.phase).to.equal("recovering");
        cloud.unreadable.set("replica", "failed");
        await schedule(20);
        expect(cloud.record?.phase).to.equal("recovering");
        expect(cloud.record?.steps.database?.waitsFor).to.include("The replica cannot be read");
        await schedule(20);
        expect(cloud.record?.phase).to.equal("blocked");
        expect(cloud.record?.blockage).to.include({ step: "database" });
        expect(cloud.record?.blockage?.reason).to.include("The replica cannot be read");
        expect(cloud.record?.committedAt).to.equal(undefined);
        cloud.unreadable.delete("replica");
        expect((await schedule(15)).phase).to.equal("serving");
      });
    }

    it("go on to put an aborted failover back until all of it is, and tell people meanwhile", async () => {
      cloud.loseActiveRegion();
      await invoke(alarm(clock), 3);
      await invoke(request(clock, { id: "stop", command: "abort" }), 1);
      expect(cloud.record?.phase).to.equal("aborted");
      const pages = () => cloud.announced.filter(({ subject }) => subject.includes("put back"));
      await schedule(15);
      expect(pages(), "not before it had its time").to.have.length(0);
      await schedule(45);
      expect(pages()).to.have.length(2);
      expect(pages()[0]).to.include({ severity: "page" });
      expect(pages()[0]?.body).to.match(/groups of us-east-1 cannot be read .*unreachable/);
      cloud.active.controlPlaneAnswers = true;
      cloud.active.teamsHealthy = 4;
      await schedule(3);
      expect(cloud.active.groups.every(({ max, suspended }) => max === 1 && !suspended)).to.equal(
        true,
      );
      expect(cloud.activeClosed).to.equal(false);
      await schedule(40);
      expect(pages(), "all is back: nothing more to say").to.have.length(2);
      expect(cloud.record?.settledAt).to.be.a("number");
    });

    it("call a person when the signals go on to disagree", async () => {
      cloud.unreadable.set("answers", "failed");
      await invoke(alarm(clock));
      await schedule(20);
      expect(cloud.record?.blockage?.step).to.equal("confirm");
      expect(cloud.acted).to.deep.equal([]);
    });
  });

  describe("S10: one signal is not enough", () => {
    it("abort when the teams answer", async () => {
      const { phase } = await invoke(alarm(clock));
      expect(phase).to.equal("aborted");
      expect(cloud.acted).to.deep.equal([]);
    });

    it("abort while recovering, and put everything back, when the teams answer again", async () => {
      cloud.loseActiveRegion();
      await invoke(alarm(clock), 3);
      expect(cloud.record?.phase).to.equal("recovering");
      cloud.active.controlPlaneAnswers = true;
      cloud.active.teamsHealthy = 4;
      await schedule(5);
      expect(cloud.record).to.include({ phase: "aborted", generation: 1 });
      expect(cloud.active.groups.every(({ max, suspended }) => max === 1 && !suspended)).to.equal(
        true,
      );
      expect(cloud.waiting.groups.every(({ max }) => max === 0)).to.equal(true);
    });

    it("do not take a refusal of the control plane for its death", async () => {
      cloud.active.teamsHealthy = 0;
      cloud.unreadable.set("targets", "refused");
      await invoke(alarm(clock));
      await schedule(10);
      expect(cloud.record?.downSince).to.equal(undefined);
      expect(cloud.acted).to.deep.equal([]);
    });
  });

  describe("people", () => {
    it("decide in manual mode", async () => {
      cloud = new SimulatedCloud(clock, {
        ...samplePlan,
        limits: { ...samplePlan.limits, mode: "manual" },
      });
      cloud.loseActiveRegion();
      await invoke(alarm(clock), 5);
      expect(cloud.record?.steps.confirm?.waitsFor).to.include("a person decides");
      expect(cloud.acted).to.deep.equal([]);
      await invoke(request(clock));
      await schedule(10);
      expect(cloud.record?.phase).to.equal("serving");
    });

    it("can abort before the irreversible part, and everything goes back", async () => {
      cloud.replicaLag = 5;
      await invoke(request(clock), 0.5);
      expect(cloud.record?.phase).to.equal("recovering");
      await invoke(request(clock, { id: "stop", command: "abort" }), 1);
      await schedule(5);
      expect(cloud.record).to.include({ phase: "aborted", generation: 1 });
      expect(cloud.active.groups.map(({ instances }) => instances)).to.deep.equal([1, 1, 1, 1]);
      expect(cloud.active.groups.some(({ suspended }) => suspended)).to.equal(false);
      expect(cloud.waiting.groups.every(({ max }) => max === 0)).to.equal(true);
      expect(cloud).to.include({ waitingOpen: false, activeClosed: false });
    });

    it("can abort while the old region is silent: it is put back whenever it answers again", async () => {
      await invoke(request(clock), 0.5);
      await invoke(request(clock, { id: "stop", command: "abort" }), 0.1);
      // The fence arrived late, and what would take it back does not arrive.
      await cloud.act({ kind: "fenceGroups", groups: cloud.active.groups.map(({ name }) => name) });
      cloud.loseActiveRegion();
      // Another attempt, which is dropped before it touches anything, does not make it forgotten.
      await invoke(request(clock, { id: "again", generation: 1 }), 0.01);
      await invoke(request(clock, { id: "stop again", command: "abort" }), 0.1);
      await schedule(60);
      cloud.active.controlPlaneAnswers = true;
      await schedule(5);
      expect(cloud.record).to.include({ phase: "aborted", generation: 1 });
      expect(cloud.active.groups.map(({ instances }) => instances)).to.deep.equal([1, 1, 1, 1]);
      expect(cloud.active.groups.some(({ suspended }) => suspended)).to.equal(false);
    });

    it("cannot abort after it", async () => {
      cloud.loseActiveRegion();
      await invoke(alarm(clock), 10);
      expect(cloud.record?.committedAt).to.be.a("number");
      const { trigger } = await invoke(request(clock, { command: "abort", generation: 2 }), 1);
      expect(trigger).to.include("only forward is safe");
    });
  });
});
