import { expect } from "chai";
import type { FailoverRecord, Observation } from "../../../failover/model";
import { reconcile } from "../../../failover/reconcile";
import { pageInterval, roundInterval } from "../../../failover/reconcile/decision";
import { settleFor } from "../../../failover/reconcile/resting";
import {
  allEmptied,
  allServing,
  allWaiting,
  emptied,
  groupNames,
  known,
  now,
  policy,
  recordOf,
  serving,
  unknown,
} from "./situations";

const decideOn = (record: FailoverRecord, seen: Observation, at = now) =>
  reconcile(record, seen, policy, at);

describe("a record at rest", () => {
  it("does nothing and asks for no further look while the alarm is quiet or unknown", () => {
    const record = recordOf();
    for (const alarm of [known("OK" as const), unknown("failed")]) {
      expect(decideOn(record, { alarm })).to.deep.equal({ record, actions: [], says: [] });
    }
    expect(decideOn(record, {}).record).to.equal(record);
  });

  it("takes up a standing alarm whose message was lost, and looks at once", () => {
    const { record, says, wakeAt, actions } = decideOn(recordOf(), { alarm: known("ALARM") });
    expect(actions).to.deep.equal([]);
    expect(record).to.include({ phase: "confirming", since: now });
    expect(record.trigger).to.deep.equal({
      kind: "alarm",
      id: `jenkins-region-down@${now}`,
      at: now,
      human: false,
      force: false,
    });
    expect(says).to.have.length(1);
    expect(wakeAt).to.equal(now);
  });

  describe("after an abort", () => {
    const settled = { phase: "aborted", settledAt: 1 } as const;

    it("ignores the alarm until it has cleared", () => {
      const record = recordOf({ ...settled, disarmed: { until: "alarmClears" } });
      expect(decideOn(record, { alarm: known("ALARM") }).record).to.equal(record);
      for (const alarm of [unknown("failed"), known("INSUFFICIENT_DATA" as const)]) {
        expect(decideOn(record, { alarm }).record.disarmed).to.deep.equal(record.disarmed);
      }
      expect(decideOn(record, {}).record.disarmed).to.deep.equal(record.disarmed);
      expect(decideOn(record, { alarm: known("OK") }).record).not.to.have.property("disarmed");
    });

    it("listens again at the given time, or sooner where the alarm cleared", () => {
      const record = recordOf({ ...settled, disarmed: { until: now } });
      expect(decideOn(record, { alarm: known("ALARM") }).record.phase).to.equal("confirming");
      expect(decideOn(record, { alarm: known("ALARM") }, now - 1).record.phase).to.equal("aborted");
      const early = decideOn(record, { alarm: known("OK") }, now - 1).record;
      expect(early).not.to.have.property("disarmed");
    });

    const aborted = recordOf({ phase: "aborted", since: now - settleFor });
    const tidy: Observation = {
      alarm: known("OK"),
      activeGroups: known(allServing),
      waitingGroups: known(allWaiting),
      traffic: known({ waitingOpen: false, activeClosed: false }),
    };

    it("gives back whatever the attempt took, group by group", () => {
      const [first = "", second = "", third = "", fourth = ""] = groupNames;
      const { actions, wakeAt } = decideOn(aborted, {
        ...tidy,
        activeGroups: known([
          serving(first, { launchSuspended: true }),
          serving(second, { max: 0 }),
          serving(third),
          serving("foreign", { max: 0 }),
        ]),
        waitingGroups: known([serving(third), emptied(fourth)]),
        traffic: known({ waitingOpen: true, activeClosed: false }),
      });
      expect(actions).to.deep.equal([
        { kind: "releaseGroups", groups: [first, second] },
        { kind: "lowerCapacity", groups: [third] },
        { kind: "reopenTraffic" },
      ]);
      expect(wakeAt).to.equal(now + roundInterval);
      const shut = { ...tidy, traffic: known({ waitingOpen: false, activeClosed: true }) };
      expect(decideOn(aborted, shut).actions).to.deep.equal([{ kind: "reopenTraffic" }]);
    });

    it("asks for nothing that it cannot see", () => {
      const blind = { activeGroups: unknown("unreachable"), traffic: unknown("failed") };
      expect(decideOn(aborted, { ...tidy, ...blind }).actions).to.deep.equal([]);
      expect(decideOn(aborted, { alarm: known("OK") }).actions).to.deep.equal([]);
    });

    it("gives nothing back once the attempt had committed", () => {
      const committed = { ...aborted, committedAt: 1 };
      const fenced = { ...tidy, activeGroups: known(allEmptied) };
      expect(decideOn(committed, fenced).actions).to.deep.equal([]);
    });

    it("gives nothing back once all was seen put back", () => {
      const fenced = { ...tidy, activeGroups: known(allEmptied) };
      expect(decideOn({ ...aborted, settledAt: 1 }, fenced).actions).to.deep.equal([]);
      expect(decideOn(recordOf(), fenced).actions).to.deep.equal([]);
    });

    it("is settled once all is back and no late request can come any more", () => {
      const paged = { ...aborted, unsettledPagedAt: 1 };
      const { record, says } = decideOn(paged, tidy);
      expect(record).to.include({ settledAt: now }).and.not.have.property("unsettledPagedAt");
      expect(says).to.deep.equal([]);
      expect(decideOn(aborted, tidy, now - 1).record).not.to.have.property("settledAt");
    });

    it("tells people what is not back, one sentence each, after the time that it should take", () => {
      const seen: Observation = {
        ...tidy,
        activeGroups: known(allEmptied),
        waitingGroups: known(allServing),
        traffic: known({ waitingOpen: true, activeClosed: true }),
      };
      const { record, says } = decideOn(aborted, seen);
      expect(record).to.include({ unsettledPagedAt: now }).and.not.have.property("settledAt");
      expect(says).to.have.length(1);
      expect(says[0]).to.include({ severity: "page", id: `unsettled-${now}` });
      expect(says[0]?.body).to.match(
        /^Some groups of us-east-1 do not .* Some groups of eu-west-1 do not .* edge is not open again/,
      );
      expect(decideOn(aborted, seen, now - 1).says).to.deep.equal([]);
    });

    it("tells people what cannot be read, and why", () => {
      const { says } = decideOn(aborted, {
        alarm: known("OK"),
        activeGroups: unknown("unreachable", "timeout"),
        waitingGroups: unknown("refused", "denied"),
      });
      expect(says[0]?.body).to.match(
        /groups of us-east-1 cannot be read \(unreachable, timeout\).*groups of eu-west-1 cannot be read \(refused, denied\).*edge cannot be read \(not observed\)/,
      );
    });

    it("repeats that each half hour", () => {
      const seen = { ...tidy, activeGroups: known(allEmptied) };
      const paged = (at: number) => ({ ...aborted, unsettledPagedAt: at });
      expect(decideOn(paged(now - pageInterval + 1), seen).says).to.deep.equal([]);
      expect(decideOn(paged(now - pageInterval), seen).says).to.have.length(1);
    });
  });

  describe("in a region that was the active one", () => {
    const record = recordOf({ edgeShut: true });
    const edge = (waitingShut: boolean) => ({
      alarm: known("OK" as const),
      traffic: known({ waitingOpen: false, activeClosed: false, waitingShut }),
    });

    it("gives its endpoints their weight back, until that was seen", () => {
      const shut = decideOn(record, edge(true));
      expect(shut.actions).to.deep.equal([{ kind: "reopenTraffic" }]);
      expect(shut.wakeAt).to.equal(now + roundInterval);
      expect(shut.record.edgeShut).to.equal(true);
      const open = decideOn(record, edge(false));
      expect(open).to.deep.include({ actions: [] }).and.not.have.property("wakeAt");
      expect(open.record).not.to.have.property("edgeShut");
    });

    it("leaves an edge alone that nobody can see, or that was never shut", () => {
      const blind = { alarm: known("OK" as const), traffic: unknown("failed") };
      expect(decideOn(record, blind)).to.deep.include({ record, actions: [] });
      expect(decideOn(record, {})).to.deep.include({ record, actions: [] });
      expect(decideOn(recordOf(), edge(true)).actions).to.deep.equal([]);
    });
  });
});

describe("a region that serves after a failover", () => {
  const closed = known({ waitingOpen: true, activeClosed: true });
  const confirmed = recordOf({
    phase: "serving",
    generation: 2,
    committedAt: 1,
    steps: { fence: { state: "done", endedAt: 1 }, traffic: { state: "done", endedAt: 1 } },
  });
  const unconfirmed: FailoverRecord = {
    ...confirmed,
    silentSince: 1,
    steps: { ...confirmed.steps, fence: { state: "unconfirmed", startedAt: 1, endedAt: 2 } },
  };

  it("is left alone while the former one stays fenced and closed", () => {
    const decision = decideOn(confirmed, { activeGroups: known(allEmptied), traffic: closed });
    expect(decision).to.deep.equal({
      record: decision.record,
      actions: [],
      says: [],
    });
  });

  it("fences the former one again with whatever it comes back", () => {
    const [first = "", ...others] = groupNames;
    const groups = [serving(first), ...others.map((name) => emptied(name))];
    const seen = { activeGroups: known(groups), traffic: closed };
    expect(decideOn(confirmed, seen).actions).to.deep.equal([
      { kind: "fenceGroups", groups: [first] },
    ]);
    expect(decideOn(confirmed, seen).says).to.deep.equal([]);
  });

  it("tells once that the former one is fenced at last", () => {
    const seen = { activeGroups: known(allEmptied), traffic: closed };
    const { record, says } = decideOn(unconfirmed, seen);
    expect(record.steps.fence?.state).to.equal("done");
    expect(says.map(({ id, severity }) => [id, severity])).to.deep.equal([["fenced-2", "info"]]);
    expect(decideOn({ ...record, outbox: [] }, seen).says).to.deep.equal([]);
  });

  it("does not take silence, or a region that still runs, for a fence", () => {
    for (const activeGroups of [unknown("unreachable"), known(allServing)]) {
      const { record, says } = decideOn(unconfirmed, { activeGroups, traffic: closed });
      expect(record.steps.fence?.state).to.equal("unconfirmed");
      expect(says).to.deep.equal([]);
    }
    const silent = { activeGroups: unknown("unreachable"), traffic: closed };
    expect(decideOn(unconfirmed, silent).actions, "it is asked when it answers").to.deep.equal([]);
  });

  it("keeps the traffic (S4), and knows when it has seen it", () => {
    const groups = { activeGroups: known(allEmptied) };
    const unmoved: FailoverRecord = { ...confirmed, steps: { traffic: { state: "running" } } };
    const open = (waitingOpen: boolean) => ({
      ...groups,
      traffic: known({ waitingOpen, activeClosed: true }),
    });
    const move = { kind: "moveTraffic" };
    expect(decideOn(confirmed, open(false)).actions).to.deep.include(move);
    expect(decideOn(unmoved, open(false)).record.steps.traffic?.state).to.equal("running");
    expect(decideOn(unmoved, open(true)).record.steps.traffic?.state).to.equal("done");
    expect(decideOn(unmoved, open(true)).actions).to.deep.equal([]);
    const blind = { ...groups, traffic: unknown("unreachable") };
    expect(decideOn(unmoved, blind).actions).to.deep.include(move);
    expect(decideOn(confirmed, blind).actions).not.to.deep.include(move);
    expect(decideOn(confirmed, groups).actions, "nobody looked").to.deep.equal([]);
  });

  describe("after an attempt that was dropped", () => {
    const seen = { activeGroups: known(allEmptied), traffic: closed };
    const [first = "", ...others] = groupNames;
    const lowered = known([
      emptied(first, { launchSuspended: false }),
      ...others.map((name) => serving(name)),
    ]);

    it("raises again what a run that was left behind has lowered", () => {
      const { actions, record } = decideOn(confirmed, { ...seen, waitingGroups: lowered });
      expect(actions).to.deep.equal([{ kind: "raiseCapacity", groups: [first] }]);
      expect(record).not.to.have.property("settledAt");
    });

    it("leaves the sizes to people once no such run can live any more", () => {
      const groups = { ...seen, waitingGroups: known(allServing) };
      const servesSince = (since: number): FailoverRecord => ({ ...confirmed, since });
      const young = decideOn(servesSince(now - settleFor + 1), groups).record;
      expect(young).not.to.have.property("settledAt");
      const old = decideOn(servesSince(now - settleFor), groups).record;
      expect(old).to.include({ settledAt: now });
      expect(decideOn(old, { ...seen, waitingGroups: lowered }).actions).to.deep.equal([]);
    });

    it("goes on watching while the groups cannot be read, or were never seen at their sizes", () => {
      const late: FailoverRecord = { ...confirmed, since: now - settleFor };
      for (const waitingGroups of [unknown("unreachable"), lowered]) {
        const { record } = decideOn(late, { ...seen, waitingGroups });
        expect(record).not.to.have.property("settledAt");
      }
    });
  });
});
