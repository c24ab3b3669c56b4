import { expect } from "chai";
import type { FailoverRecord, Observation, Step, StepName } from "../../../failover/model";
import { obstacleOf } from "../../../failover/reconcile/obstacle";
import type { StepView } from "../../../failover/reconcile/steps";
import { known, lacking, lossSeen, now, policy, recordOf, unknown } from "./situations";

const recovering = (changes: Partial<FailoverRecord> = {}) =>
  recordOf({ phase: "recovering", committedAt: now - 1, ...changes });

const find = (record: FailoverRecord, seen: Observation, views: readonly StepView[] = []) =>
  obstacleOf(record, seen, policy, views, now);

describe("what keeps a failover from progressing", () => {
  it("is nothing while every step has its time", () => {
    expect(find(recovering(), lossSeen())).to.equal(undefined);
  });

  describe("before the commit", () => {
    const before = lacking(recovering(), "committedAt");
    const lagging = lossSeen({ home: known({ state: "replicating", lagSeconds: 9999 }) });
    const unread = lossSeen({ home: unknown("failed", "boom") });

    it("is first of all a loss of data that nobody accepted", () => {
      expect(find(before, lagging)).to.include({ step: "home" });
      expect(find(recovering(), lagging), "decided is decided").to.equal(undefined);
    });

    it("is a lag that cannot be read, once that has lasted for a step's time", () => {
      const since = (unreadSince: number) => find({ ...before, unreadSince }, unread);
      expect(find(before, unread)).to.equal(undefined);
      expect(since(now - policy.stepLimit + 1)).to.equal(undefined);
      expect(since(now - policy.stepLimit)).to.include({ step: "home" });
      expect(since(now - policy.stepLimit)?.reason).to.include("boom");
      const readAgain = find({ ...before, unreadSince: 0 }, lossSeen());
      expect(readAgain).to.equal(undefined);
      expect(find(recovering({ unreadSince: 0 }), unread)).to.equal(undefined);
    });

    it("is an old region that refuses the function, and what a person can do about it", () => {
      const refused = lossSeen({ activeGroups: unknown("refused", "AccessDenied") });
      const obstacle = find(before, refused);
      expect(obstacle).to.include({ step: "fence" });
      expect(obstacle?.reason).to.include("AccessDenied");
      expect(obstacle?.remedy).to.match(/permissions.*--stack dr --abort/);
      expect(find(recovering(), refused), "after it, it only goes on to fence").to.equal(undefined);
      for (const activeGroups of [unknown("failed"), unknown("unreachable"), known([])]) {
        expect(find(before, lossSeen({ activeGroups }))).to.equal(undefined);
      }
    });
  });

  it("is a step that waiting cannot help, with the step's own remedy or the usual one", () => {
    const views: StepView[] = [
      { name: "capacity", state: "running", actions: [] },
      { name: "database", state: "running", actions: [], obstacle: "storage-full" },
      { name: "home", state: "running", actions: [], obstacle: "later", remedy: "wait" },
    ];
    const usual = find(recovering(), lossSeen(), views);
    expect(usual).to.include({ step: "database", reason: "storage-full" });
    expect(usual?.remedy).to.include("RDS");
    expect(find(recovering(), lossSeen(), views.slice(2))).to.deep.equal({
      step: "home",
      reason: "later",
      remedy: "wait",
    });
  });

  describe("is a step that takes too long", () => {
    const running = (startedAt: number): Step => ({
      state: "running",
      startedAt,
      waitsFor: "a sign",
    });
    const late = now - policy.stepLimit;
    const remedies: Partial<Record<StepName, RegExp>> = {
      fence: /by hand.*--stack dr --abort/,
      capacity: /quota.*instance type/,
      database: /RDS/,
      home: /EFS/,
      controllers: /logs of the teams/,
      traffic: /us-west-2/,
    };
    for (const [name, remedy] of Object.entries(remedies) as [StepName, RegExp][]) {
      it(`such as ${name}: since when, for what, and what to do`, () => {
        const obstacle = find(recovering({ steps: { [name]: running(late) } }), lossSeen());
        expect(obstacle).to.include({ step: name });
        expect(obstacle?.reason).to.equal("It has waited 30 min for a sign.");
        expect(obstacle?.remedy).to.match(remedy);
      });
    }

    it("not before its time, and not once it has ended", () => {
      const steps = (step: Step) => find(recovering({ steps: { home: step } }), lossSeen());
      expect(steps(running(late + 1))).to.equal(undefined);
      expect(steps({ ...running(late), state: "done" })).to.equal(undefined);
      expect(steps({ ...running(late), state: "waiting" })).to.equal(undefined);
      expect(steps({ state: "running" })).to.equal(undefined);
      expect(steps({ state: "running", startedAt: late })?.reason).to.include("for its end");
    });

    it("the first one that others hang on", () => {
      const steps = { traffic: running(late), home: running(late), capacity: running(late) };
      expect(find(recovering({ steps }), lossSeen())).to.include({ step: "home" });
    });

    it("and says what its last request was answered", () => {
      const record = recovering({ steps: { home: running(late) } });
      const answered = (failures: Observation["failures"] & object) =>
        find(record, lossSeen({ failures }))?.reason;
      const promote = { action: "promoteReplica", error: "not this one" } as const;
      const free = { action: "freeHome", error: "Conflict" } as const;
      expect(answered([promote, free])).to.match(/a sign\. The last request failed: Conflict$/);
      expect(answered([promote])).to.match(/a sign\.$/);
    });
  });
});
