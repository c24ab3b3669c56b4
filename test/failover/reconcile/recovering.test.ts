import { expect } from "chai";
import type { AcceptedTrigger, FailoverRecord, Observation } from "../../../failover/model";
import { reconcile } from "../../../failover/reconcile";
import { roundInterval, shortInterval } from "../../../failover/reconcile/decision";
import {
  allEmptied,
  allServing,
  groupNames,
  known,
  lacking,
  lossSeen,
  now,
  policy,
  recordOf,
  unknown,
} from "./situations";

const byAlarm: AcceptedTrigger = {
  kind: "alarm",
  id: "a",
  at: now - 700_000,
  human: false,
  force: false,
};
const byPerson: AcceptedTrigger = { ...byAlarm, kind: "direct", human: true };

const recovering = (changes: Partial<FailoverRecord> = {}): FailoverRecord =>
  recordOf({
    phase: "recovering",
    trigger: byAlarm,
    lostAt: now - 600_000,
    steps: { confirm: { state: "done", startedAt: now - 60_000, endedAt: now - 50_000 } },
    ...changes,
  });

/** The fence was asked for in an earlier round. */
const fencing = (changes: Partial<FailoverRecord> = {}): FailoverRecord =>
  recovering({
    ...changes,
    steps: {
      ...recovering().steps,
      fence: { state: "running", startedAt: now - 40_000 },
      ...changes.steps,
    },
  });

/** The world after the commit, with all done but what is changed. */
const taken = (changes: Partial<Observation> = {}): Observation =>
  lossSeen({
    waitingGroups: known(allServing),
    replica: known({ status: "available", replicates: false }),
    home: known({ state: "writable" }),
    waitingTeams: known({ teams: 4, healthy: 4 }),
    traffic: known({ waitingOpen: true, activeClosed: true }),
    ...changes,
  });

const committed = (changes: Partial<FailoverRecord> = {}): FailoverRecord =>
  fencing({
    generation: 2,
    activeRegion: "eu-west-1",
    committedAt: now - 30_000,
    lag: { database: 5, home: 60 },
    ...changes,
    steps: { fence: { state: "done", startedAt: 1, endedAt: now - 30_000 }, ...changes.steps },
  });

const decideOn = (record: FailoverRecord, seen: Observation, under = policy) =>
  reconcile(record, seen, under, now);
const kinds = ({ actions }: ReturnType<typeof decideOn>) => actions.map(({ kind }) => kind);

describe("a failover under way", () => {
  it("begins with the fence and, meanwhile, the machines", () => {
    const decision = decideOn(recovering(), lossSeen());
    expect(decision.actions).to.deep.equal([
      { kind: "fenceGroups", groups: groupNames },
      { kind: "closeTraffic" },
      { kind: "raiseCapacity", groups: groupNames },
    ]);
    const { steps } = decision.record;
    expect(steps.fence).to.deep.include({ state: "running", startedAt: now });
    expect(steps.fence?.waitsFor).to.match(/control plane \(it was unreachable\)/);
    expect(steps.database).to.deep.equal({ state: "waiting" });
    expect(decision.wakeAt, "soon after something moved").to.equal(now + shortInterval);
  });

  it("says how many instances are left to end, or that nobody looked", () => {
    const waitsFor = (seen: Observation) => decideOn(fencing(), seen).record.steps.fence?.waitsFor;
    expect(waitsFor(lossSeen({ activeGroups: known(allServing) }))).to.equal(
      "4 instances of the old region to end",
    );
    const blind = lacking(lossSeen(), "activeGroups");
    expect(waitsFor(blind)).to.include("not observed");
  });

  it("dates the loss by the first sign that the probe has, and not again", () => {
    const undated = lacking(recovering(), "lostAt");
    expect(decideOn(undated, lossSeen()).record.lostAt).to.equal(now - 600_000);
    expect(decideOn(recovering({ lostAt: 3 }), lossSeen()).record.lostAt).to.equal(3);
    const mute = lacking(lossSeen(), "lastAlive");
    expect(decideOn(undated, mute).record).not.to.have.property("lostAt");
    const unread = lossSeen({ lastAlive: unknown("failed") });
    expect(decideOn(undated, unread).record).not.to.have.property("lostAt");
  });

  describe("looks again", () => {
    const steady = decideOn(fencing(), lossSeen({ activeGroups: known(allServing) })).record;

    it("after the usual time where nothing moved", () => {
      const seen = lossSeen({ activeGroups: known(allServing) });
      expect(decideOn(steady, seen).wakeAt).to.equal(now + roundInterval);
    });

    it("when the silence has lasted long enough, if that is sooner", () => {
      const left = (milliseconds: number) => {
        const silentSince = now - policy.fenceTimeout + milliseconds;
        return decideOn({ ...steady, silentSince }, lossSeen()).wakeAt;
      };
      expect(left(1_000)).to.equal(now + 1_000);
      expect(left(60_000)).to.equal(now + roundInterval);
    });

    it("as usual after the commit, however long the silence", () => {
      const after = decideOn(committed({ silentSince: now - 1 }), lossSeen()).record;
      const silentSince = now - policy.fenceTimeout + 1_000;
      expect(decideOn({ ...after, silentSince }, lossSeen()).wakeAt).to.equal(now + roundInterval);
      const first = decideOn(
        recovering({ silentSince: now - policy.fenceTimeout }),
        lossSeen(),
      ).wakeAt;
      expect(first).to.equal(now + shortInterval);
    });
  });

  describe("is dropped where the region is well again", () => {
    const well = lossSeen({ answers: known({ teams: 4, healthy: 4 }) });

    it("before the commit, and is undone at once", () => {
      const decision = decideOn(fencing(), well);
      expect(decision.record.phase).to.equal("aborted");
      expect(decision).to.deep.include({ actions: [], wakeAt: now });
    });

    it("but not after it", () => {
      expect(decideOn(committed(), well).record.phase).to.equal("recovering");
    });

    it("but not when a person asked for it", () => {
      expect(decideOn(fencing({ trigger: byPerson }), well).record.phase).to.equal("recovering");
    });

    it("but not for answers of no team, of too few, or that nobody has", () => {
      const deaf = lacking(lossSeen(), "answers");
      const seen: Observation[] = [
        deaf,
        lossSeen({ answers: unknown("failed") }),
        lossSeen({ answers: known({ teams: 0, healthy: 0 }) }),
        lossSeen({ answers: known({ teams: 4, healthy: 1 }) }),
      ];
      for (const each of seen) {
        expect(decideOn(fencing(), each).record.phase).to.equal("recovering");
      }
    });

    it("also when nobody is on record for having asked", () => {
      const nobody = lacking(fencing(), "trigger");
      expect(decideOn(nobody, well).record.phase).to.equal("aborted");
    });
  });

  describe("commits", () => {
    const fenced = lossSeen({ activeGroups: known(allEmptied) });

    it("on a fence that is seen to stand: all that controllers read in one write", () => {
      const { record, actions, says } = decideOn(fencing(), fenced);
      expect(record).to.deep.include({
        committedAt: now,
        generation: 2,
        activeRegion: "eu-west-1",
        homeFileSystemId: "fs-2",
        lag: { database: 5, home: 60 },
      });
      expect(record.steps.fence).to.include({ state: "done", endedAt: now });
      expect(actions.map(({ kind }) => kind)).to.include.members(["promoteReplica", "freeHome"]);
      expect(says).to.deep.equal([]);
    });

    it("unfenced after the silence, and says whose writes are lost", () => {
      const silentSince = now - policy.fenceTimeout;
      const { record, says } = decideOn(fencing({ silentSince }), lossSeen());
      expect(record).to.include({ committedAt: now, generation: 2 });
      expect(record.steps.fence).to.include({ state: "unconfirmed", endedAt: now });
      expect(says.map(({ id, severity }) => [id, severity])).to.deep.equal([
        ["unfenced-2", "page"],
      ]);
      expect(says[0]?.body).to.match(/us-east-1 .* 5 min.*lost.*stop them now/s);
    });

    it("unfenced after server errors alone, and says that the region is there", () => {
      const silentSince = now - policy.fenceTimeout;
      const record = fencing({ silentSince, silentErrors: true });
      const body = (seen: Observation) => decideOn(record, seen).says[0]?.body;
      const errors = /answered with server errors, or not at all, for 5 min.*there and broken/;
      expect(body(lossSeen({ activeGroups: unknown("faulty") }))).to.match(errors);
      expect(body(lossSeen()), "though the last question came to nothing").to.match(errors);
      const answered = lossSeen({ activeGroups: unknown("failed", "Throttling") });
      const { record: open } = decideOn(record, answered);
      expect(open).not.to.have.any.keys("committedAt", "silentSince", "silentErrors");
    });

    it("never unfenced when it was planned", () => {
      const trigger = { ...byPerson, planned: true } as const;
      const record = fencing({ silentSince: 0, trigger });
      const decision = decideOn(record, lossSeen());
      expect(decision.record).not.to.have.property("committedAt");
      expect(decision.record.steps.fence?.state).to.equal("running");
    });

    it("once: what was decided is not decided again", () => {
      const { record } = decideOn(committed(), fenced);
      expect(record).to.include({ committedAt: now - 30_000, generation: 2 });
    });

    it("not over a loss that nobody accepted, fenced or not", () => {
      const home = known({ state: "replicating", lagSeconds: 9999 } as const);
      const { record } = decideOn(fencing(), { ...fenced, home });
      expect(record).to.include({ phase: "blocked" }).and.not.have.property("committedAt");
      expect(record.blockage).to.include({ step: "home" });
    });

    it("not while the lag cannot be read: waits, says for what, and since when", () => {
      const unread = { ...fenced, home: unknown("failed", "boom") };
      const { record } = decideOn(fencing(), unread);
      expect(record).to.include({ unreadSince: now, phase: "recovering" });
      expect(record).not.to.have.property("committedAt");
      expect(record.steps.home).to.deep.equal({
        state: "waiting",
        waitsFor: "The home cannot be read (boom).",
      });
      expect(record.steps.database).not.to.have.property("waitsFor");
      expect(decideOn(fencing({ unreadSince: 3 }), unread).record.unreadSince).to.equal(3);
      const read = decideOn(fencing({ unreadSince: 3 }), fenced).record;
      expect(read).not.to.have.property("unreadSince");
      const open = lossSeen({ activeGroups: known(allServing), home: unknown("failed") });
      expect(decideOn(fencing({ unreadSince: 3 }), open).record).not.to.have.property(
        "unreadSince",
      );
      const after = committed({ unreadSince: 3 });
      expect(decideOn(after, unread).record).not.to.have.property("unreadSince");
    });
  });

  describe("after the commit", () => {
    it("moves users last: each step before it holds them back (S2)", () => {
      const held: Partial<Observation>[] = [
        { replica: known({ status: "available", replicates: true }) },
        { home: known({ state: "freeing" }) },
        { waitingTeams: known({ teams: 4, healthy: 1 }) },
      ];
      for (const changes of held) {
        const open = { waitingOpen: false, activeClosed: true };
        const decision = decideOn(committed(), taken({ traffic: known(open), ...changes }));
        expect(kinds(decision)).not.to.include("moveTraffic");
        expect(decision.record.steps.traffic?.state).to.equal("waiting");
      }
    });

    it("moves them once, closing the old edge in the same request", () => {
      const traffic = known({ waitingOpen: false, activeClosed: false });
      const decision = decideOn(committed(), taken({ traffic }));
      expect(kinds(decision).filter((kind) => kind.endsWith("Traffic"))).to.deep.equal([
        "moveTraffic",
      ]);
      expect(decision.record.phase).to.equal("recovering");
    });

    it("closes the old edge also while users cannot be moved yet", () => {
      const traffic = known({ waitingOpen: false, activeClosed: false });
      const seen = taken({ traffic, home: known({ state: "freeing" }) });
      expect(kinds(decideOn(committed(), seen))).to.include("closeTraffic");
    });

    it("confirms a fence that it went on without", () => {
      const unconfirmed = committed({ steps: { fence: { state: "unconfirmed", startedAt: 1 } } });
      const seen = lossSeen({ activeGroups: known(allEmptied) });
      expect(decideOn(unconfirmed, seen).record.steps.fence?.state).to.equal("done");
      const silent = decideOn(unconfirmed, lossSeen()).record.steps.fence;
      expect(silent).to.deep.equal({ state: "unconfirmed", startedAt: 1 });
    });

    it("serves, and remembers what it cost", () => {
      const { record, says, wakeAt } = decideOn(committed(), taken());
      expect(record).to.include({ phase: "serving", since: now });
      expect(wakeAt).to.equal(undefined);
      expect(record.history).to.deep.equal([
        {
          outcome: "serving",
          generation: 2,
          trigger: byAlarm,
          startedAt: now - 600_000,
          endedAt: now,
          rtoMs: 600_000,
          lag: { database: 5, home: 60 },
          fenced: true,
        },
      ]);
      expect(says).to.have.length(1);
      expect(says[0]).to.include({ id: "serving-2", severity: "page" });
      expect(says[0]?.body).to.match(
        /generation 2 is complete after 10\.0 min.*database 5 s, home 60 s.*region is fenced/s,
      );
    });

    it("says of an unknown loss that it is unknown, and of an open fence that it is open", () => {
      const unfenced = committed({ lag: {}, steps: { fence: { state: "unconfirmed" } } });
      const { record, says } = decideOn(unfenced, taken());
      expect(record.history[0]).to.deep.include({ fenced: false, lag: {} });
      expect(says[0]?.body).to.match(/database unknown, home unknown.*NOT fenced yet/s);
      const unnoted = lacking(unfenced, "lag");
      expect(decideOn(unnoted, taken()).record.history[0]).to.deep.include({ lag: {} });
    });

    it("counts the outage from the last sign of life, else the request, else the present", () => {
      const startedAt = (record: FailoverRecord) => {
        const seen = taken({ lastAlive: unknown("failed") });
        return decideOn(record, seen).record.history[0]?.startedAt;
      };
      const undated = lacking(committed(), "lostAt");
      expect(startedAt(committed())).to.equal(now - 600_000);
      expect(startedAt(undated)).to.equal(byAlarm.at);
      const planned = { ...byPerson, planned: true } as const;
      expect(startedAt(committed({ trigger: planned })), "served until the fence").to.equal(1);
      const nobody = lacking(undated, "trigger");
      const { record, says } = decideOn(nobody, taken({ lastAlive: unknown("failed") }));
      expect(record.history).to.deep.equal([]);
      expect(says[0]?.body).to.include("after 0.0 min");
    });

    it("is no longer blocked when it serves", () => {
      const blockage = { step: "home", since: 1, reason: "-", remedy: "-", pagedAt: 1 } as const;
      const { record } = decideOn(committed({ phase: "blocked", blockage }), taken());
      expect(record).to.include({ phase: "serving" }).and.not.have.property("blockage");
    });

    describe("does not wait for ever for an edge whose control plane is silent", () => {
      const asked = (age: number) =>
        committed({ steps: { traffic: { state: "running", startedAt: now - age } } });
      const silent = taken({ traffic: unknown("unreachable") });

      it("but leaves users to its health checks after fenceTimeout", () => {
        expect(decideOn(asked(policy.fenceTimeout), silent).record.phase).to.equal("serving");
        expect(decideOn(asked(policy.fenceTimeout - 1), silent).record.phase).to.equal(
          "recovering",
        );
        expect(decideOn(committed(), silent).record.phase).to.equal("recovering");
        const faulty = taken({ traffic: unknown("faulty") });
        expect(decideOn(asked(policy.fenceTimeout), faulty).record.phase).to.equal("serving");
      });

      it("unless it answers, with an error or unchanged", () => {
        const seen = [
          taken({ traffic: unknown("refused") }),
          taken({ traffic: known({ waitingOpen: false, activeClosed: true }) }),
        ];
        for (const each of seen) {
          expect(decideOn(asked(policy.fenceTimeout), each).record.phase).to.equal("recovering");
        }
      });

      it("unless something before it went back", () => {
        const again = { ...silent, home: known({ state: "freeing" } as const) };
        expect(decideOn(asked(policy.fenceTimeout), again).record.phase).to.equal("recovering");
      });
    });

    it("goes on by itself once the obstacle is gone", () => {
      const full = taken({ replica: known({ status: "storage-full", replicates: true }) });
      const blocked = decideOn(committed(), full).record;
      expect(blocked).to.include({ phase: "blocked" });
      const rid = taken({ replica: known({ status: "available", replicates: true }) });
      const { record, actions } = decideOn(blocked, rid);
      expect(record).to.include({ phase: "recovering", since: now });
      expect(record).not.to.have.property("blockage");
      expect(actions).to.deep.include({ kind: "promoteReplica" });
    });
  });
});
