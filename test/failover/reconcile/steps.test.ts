import { expect } from "chai";
import type { GroupState, ReplicaState, Step } from "../../../failover/model";
import {
  viewCapacity,
  viewControllers,
  viewDatabase,
  viewHome,
  viewTraffic,
} from "../../../failover/reconcile/steps";
import {
  homeless,
  allServing,
  allWaiting,
  groupNames,
  known,
  policy,
  recordOf,
  serving,
  unknown,
} from "./situations";

const done: Step = { state: "done", startedAt: 1, endedAt: 2 };

describe("how a step stands", () => {
  describe("capacity", () => {
    const rising = recordOf({ phase: "recovering" });
    const risen = recordOf({ phase: "recovering", steps: { capacity: done } });
    const [first = "", ...others] = groupNames;
    const seen = (changes: Partial<GroupState>) => ({
      waitingGroups: known([serving(first, changes), ...others.map((name) => serving(name))]),
    });

    it("is asked for in every group that lacks it", () => {
      const view = viewCapacity(rising, { waitingGroups: known(allWaiting) }, policy);
      expect(view.state).to.equal("running");
      expect(view.actions).to.deep.equal([{ kind: "raiseCapacity", groups: groupNames }]);
      expect(view.waitsFor).to.include(groupNames.join(", "));
    });

    for (const lacking of ["min", "max"] as const) {
      it(`is asked for where ${lacking} alone is below the serving size`, () => {
        const { actions, state } = viewCapacity(rising, seen({ [lacking]: 0 }), policy);
        expect(state).to.equal("running");
        expect(actions).to.deep.equal([{ kind: "raiseCapacity", groups: [first] }]);
      });
    }

    it("lets launch again where an earlier fence suspended it, and nowhere else", () => {
      const groups = known([
        serving(first, { launchSuspended: true }),
        serving(others[0]!, { max: 0 }),
      ]);
      expect(viewCapacity(rising, { waitingGroups: groups }, policy).actions).to.deep.equal([
        { kind: "raiseCapacity", groups: [first, others[0]], resume: [first] },
      ]);
    });

    it("waits for machines that were asked for, and names their groups", () => {
      const view = viewCapacity(rising, seen({ inService: 0 }), policy);
      expect(view).to.deep.include({ state: "running", actions: [] });
      expect(view.waitsFor).to.equal(`instances in service for ${first}`);
    });

    it("is there once every group has its instances", () => {
      const view = viewCapacity(rising, { waitingGroups: known(allServing) }, policy);
      expect(view).to.deep.include({ state: "done", actions: [] });
    });

    it("once there, is not lost with an instance; a size that was lowered is asked for again", () => {
      const smaller = viewCapacity(risen, seen({ inService: 0 }), policy);
      expect(smaller).to.deep.include({ state: "done", actions: [] });
      const lowered = viewCapacity(risen, seen({ max: 0 }), policy);
      expect(lowered.actions).to.deep.equal([{ kind: "raiseCapacity", groups: [first] }]);
    });

    it("once there, needs nobody to look again", () => {
      expect(viewCapacity(risen, {}, policy)).to.deep.include({ state: "done", actions: [] });
      expect(viewCapacity(rising, {}, policy)).to.deep.include({ state: "running", actions: [] });
    });

    it("does not concern itself with groups of which the plan knows no size", () => {
      const groups = known([
        ...allServing,
        serving("foreign", { max: 0, min: 0, instances: 0, inService: 0 }),
      ]);
      expect(viewCapacity(rising, { waitingGroups: groups }, policy).state).to.equal("done");
    });

    it("names five groups at the most", () => {
      const names = ["a", "b", "c", "d", "e", "f", "g"];
      const servingSizes = Object.fromEntries(
        names.map((name) => [name, { min: 1, max: 1, desired: 1 }]),
      );
      const late = (count: number) => {
        const groups = names.slice(0, count).map((name) => serving(name, { inService: 0 }));
        return viewCapacity(rising, { waitingGroups: known(groups) }, { ...policy, servingSizes })
          .waitsFor;
      };
      expect(late(5)).to.equal("instances in service for a, b, c, d, e");
      expect(late(7)).to.equal("instances in service for a, b, c, d, e and 2 more");
    });
  });

  describe("the database", () => {
    const view = (status: string, replicates: boolean) =>
      viewDatabase({ replica: known<ReplicaState>({ status, replicates }) }, policy);

    it("is promoted when it is a replica that can be", () => {
      expect(view("available", true).actions).to.deep.equal([{ kind: "promoteReplica" }]);
      expect(view("modifying", true).actions).to.deep.equal([]);
      expect(view("modifying", true).waitsFor).to.include("the replica is modifying");
    });

    it("is done when it is available and has no source, not before", () => {
      expect(view("available", false)).to.deep.include({ state: "done", actions: [] });
      expect(view("available", true).state).to.equal("running");
      expect(view("rebooting", false)).to.deep.include({ state: "running", actions: [] });
      expect(view("rebooting", false).waitsFor).to.match(/promoted database.*it is rebooting/);
    });

    for (const status of ["storage-full", "failed", "stopped", "incompatible-parameters"]) {
      it(`calls a person where it is ${status}, promoted or not`, () => {
        expect(view(status, true).obstacle).to.include(status);
        expect(view(status, true).actions).to.deep.equal([]);
        expect(view(status, false).obstacle).to.include(status);
      });
    }

    it("is not stuck for a status that only contains such a word", () => {
      expect(view("configuring-failed-over", true).obstacle).to.equal(undefined);
    });

    it("is done where there is none", () => {
      const none = viewDatabase({}, { ...policy, hasDatabase: false });
      expect(none).to.deep.include({ state: "done", actions: [] });
    });
  });

  describe("the home", () => {
    it("is freed while it replicates, waited for while it is being freed", () => {
      const view = (state: "replicating" | "freeing" | "writable") =>
        viewHome(recordOf(), { home: known({ state }) }, policy);
      const free = { kind: "freeHome", localOnly: false };
      expect(view("replicating")).to.deep.include({ state: "running", actions: [free] });
      expect(view("freeing")).to.deep.include({ state: "running", actions: [] });
      expect(view("writable")).to.deep.include({ state: "done", actions: [] });
    });

    it("is freed on this side alone while the other one is silent", () => {
      const record = recordOf({ silentSince: 1 });
      const { actions } = viewHome(record, { home: known({ state: "replicating" }) }, policy);
      expect(actions).to.deep.equal([{ kind: "freeHome", localOnly: true }]);
    });
  });

  it("has no home to free where machines keep nothing", () => {
    expect(viewHome(recordOf(), {}, homeless)).to.deep.include({ state: "done", actions: [] });
  });

  describe("the controllers", () => {
    const view = (healthy: number, teams = 4) =>
      viewControllers({ waitingTeams: known({ teams, healthy }) }, policy);

    it("are ready with the required share of teams, rounded up", () => {
      expect(view(2).state).to.equal("done");
      expect(view(1)).to.deep.include({ state: "running", actions: [] });
      expect(view(2, 5).waitsFor).to.equal("healthy teams: 2 of the required 3");
      expect(view(3, 5).state).to.equal("done");
    });
  });

  describe("traffic", () => {
    const seen = (waitingOpen: boolean, activeClosed: boolean) => ({
      traffic: known({ waitingOpen, activeClosed }),
    });

    it("waits for the steps before it (S2)", () => {
      expect(viewTraffic(seen(true, true), false)).to.deep.include({
        state: "waiting",
        actions: [],
      });
    });

    it("is moved until both sides read back as set", () => {
      expect(viewTraffic(seen(true, true), true)).to.deep.include({ state: "done", actions: [] });
      for (const half of [seen(true, false), seen(false, true)]) {
        const view = viewTraffic(half, true);
        expect(view).to.deep.include({ state: "running", actions: [{ kind: "moveTraffic" }] });
        expect(view.waitsFor).to.include("read back");
      }
    });

    it("is moved also where the edge cannot be read, and says why it waits", () => {
      const unread = viewTraffic({ traffic: unknown("unreachable", "no route") }, true);
      expect(unread.actions).to.deep.equal([{ kind: "moveTraffic" }]);
      expect(unread.waitsFor).to.include("no route");
      expect(viewTraffic({}, true).waitsFor).to.include("not observed");
    });
  });

  it("is unknown while its call fails, and needs a permission where it was refused", () => {
    const failed = viewHome(recordOf(), { home: unknown("failed", "boom") }, policy);
    expect(failed).to.deep.include({ state: "running", waitsFor: "an answer (boom)", actions: [] });
    expect(failed).not.to.have.property("obstacle");
    const refused = viewHome(recordOf(), { home: unknown("refused", "AccessDenied") }, policy);
    expect(refused.obstacle).to.include("AccessDenied");
    expect(refused.remedy).to.include("permission");
    expect(viewHome(recordOf(), {}, policy).waitsFor).to.include("not observed");
    const unread = { replica: unknown("failed", "boom"), waitingTeams: unknown("failed", "boom") };
    for (const view of [viewDatabase(unread, policy), viewControllers(unread, policy)]) {
      expect(view).to.deep.include({ state: "running", waitsFor: "an answer (boom)", actions: [] });
    }
    for (const view of [viewDatabase({}, policy), viewControllers({}, policy)]) {
      expect(view).to.include({ state: "running", waitsFor: "an answer (not observed)" });
    }
  });
});
