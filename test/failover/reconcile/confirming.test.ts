import { expect } from "chai";
import type { AcceptedTrigger, FailoverRecord, Observation, Policy } from "../../../failover/model";
import { reconcile } from "../../../failover/reconcile";
import { pageInterval, roundInterval } from "../../../failover/reconcile/decision";
import { known, lacking, lossSeen, now, policy, recordOf, unknown } from "./situations";

const byAlarm: AcceptedTrigger = { kind: "alarm", id: "a", at: now, human: false, force: false };
const byPerson: AcceptedTrigger = { ...byAlarm, kind: "direct", human: true };

const asked = (changes: Partial<FailoverRecord> = {}): FailoverRecord =>
  recordOf({
    phase: "confirming",
    trigger: byAlarm,
    steps: { confirm: { state: "running", startedAt: now - 60_000 } },
    ...changes,
  });

const decideOn = (record: FailoverRecord, seen: Observation, under: Policy = policy) =>
  reconcile(record, seen, under, now);

describe("a failover that is being confirmed", () => {
  const dwelt = asked({ downSince: now - policy.confirmFor });

  it("goes on once both signals have said so for long enough", () => {
    const decision = decideOn(dwelt, lossSeen());
    expect(decision).to.deep.include({ actions: [], wakeAt: now });
    expect(decision.record).to.include({ phase: "recovering", since: now });
    expect(decision.record.steps.confirm).to.include({ state: "done", endedAt: now });
  });

  it("not a moment earlier, and says how long it still takes", () => {
    const { record, wakeAt } = decideOn({ ...dwelt, downSince: dwelt.downSince! + 1 }, lossSeen());
    expect(record.phase).to.equal("confirming");
    expect(record.steps.confirm?.waitsFor).to.include("confirmed in 1 s");
    expect(wakeAt).to.equal(now + roundInterval);
  });

  it("keeps the moment from which both agreed, and the last sign of life", () => {
    const first = decideOn(asked(), lossSeen()).record;
    expect(first).to.include({ downSince: now, lostAt: now - 600_000, silentSince: now });
    const later = decideOn(asked({ downSince: 7, silentSince: 8 }), lossSeen()).record;
    expect(later).to.include({ downSince: 7, silentSince: 8 });
    const blind = decideOn(asked({ lostAt: 9 }), lossSeen({ lastAlive: unknown("failed") }));
    expect(blind.record.lostAt).to.equal(9);
    expect(decideOn(asked({ lostAt: 9 }), {}).record.lostAt).to.equal(9);
  });

  it("believes targets that are down as much as a control plane that is silent", () => {
    const targets = known({ teams: 4, healthy: 1 });
    expect(decideOn(dwelt, lossSeen({ targets })).record.phase).to.equal("recovering");
  });

  it("believes a control plane that answers with server errors as little as a silent one", () => {
    const { record } = decideOn(dwelt, lossSeen({ targets: unknown("faulty") }));
    expect(record).to.include({ phase: "recovering", silentSince: now, silentErrors: true });
  });

  const doubts: Record<string, [Partial<Observation>, RegExp]> = {
    "the control plane refuses": [{ targets: unknown("refused") }, /0 of 4 teams answer.*refused/],
    "the control plane fails": [{ targets: unknown("failed") }, /cannot be asked \(failed\)/],
    "the control plane reports enough teams": [
      { targets: known({ teams: 4, healthy: 2 }) },
      /control plane reports 2 of 4 healthy/,
    ],
    "the answers cannot be read": [{ answers: unknown("failed") }, /answers cannot be read/],
    "no team is known": [{ answers: known({ teams: 0, healthy: 0 }) }, /0 of 0 teams answer/],
  };
  for (const [what, [changes, text]] of Object.entries(doubts)) {
    it(`begins to count anew where ${what}`, () => {
      const { record } = decideOn(dwelt, lossSeen(changes));
      expect(record.phase).to.equal("confirming");
      expect(record).not.to.have.property("downSince");
      expect(record.steps.confirm?.waitsFor).to.match(text);
    });
  }

  it("says that a signal was not looked at", () => {
    const unseen = lacking(lossSeen(), "targets");
    expect(decideOn(asked(), unseen).record.steps.confirm?.waitsFor).to.include("not observed");
    const deaf = lacking(lossSeen(), "answers");
    expect(decideOn(asked(), deaf).record.steps.confirm?.waitsFor).to.include("cannot be read");
  });

  it("is dropped where enough teams answer", () => {
    const { record, wakeAt, actions } = decideOn(
      dwelt,
      lossSeen({ answers: known({ teams: 4, healthy: 2 }) }),
    );
    expect(record).to.include({ phase: "aborted" });
    expect(actions).to.deep.equal([]);
    expect(wakeAt).to.equal(now + roundInterval);
  });

  it("waits in manual mode, also when confirmed", () => {
    const manual: Policy = { ...policy, mode: "manual" };
    const { record } = decideOn(dwelt, lossSeen(), manual);
    expect(record.phase).to.equal("confirming");
    expect(record.steps.confirm?.waitsFor).to.include("a person decides");
  });

  it("on a person's word needs neither signal nor dwell", () => {
    const well = lossSeen({
      answers: known({ teams: 4, healthy: 4 }),
      targets: known({ teams: 4, healthy: 4 }),
    });
    expect(decideOn(asked({ trigger: byPerson }), well).record.phase).to.equal("recovering");
  });

  it("of nobody on record is judged like an alarm's", () => {
    const nobody = lacking(asked(), "trigger");
    expect(decideOn(nobody, lossSeen()).record.phase).to.equal("confirming");
  });

  describe("calls a person", () => {
    const late = (changes: Partial<FailoverRecord> = {}) =>
      asked({
        steps: { confirm: { state: "running", startedAt: now - policy.confirmLimit } },
        ...changes,
      });
    const torn = lossSeen({ targets: unknown("refused") });

    it("after the time that a verdict may take, not before", () => {
      const { record, says } = decideOn(late(), torn);
      expect(record.phase).to.equal("blocked");
      expect(record.blockage).to.deep.include({ step: "confirm", since: now, pagedAt: now });
      expect(record.blockage?.reason).to.match(/could not be confirmed\. The signals do not agree/);
      expect(record.blockage?.remedy).to.match(/--stack dr\. .*--stack dr --abort/);
      expect(says.map(({ severity }) => severity)).to.deep.equal(["page"]);
      const early = late({
        steps: { confirm: { state: "running", startedAt: now - policy.confirmLimit + 1 } },
      });
      expect(decideOn(early, torn).record.phase).to.equal("confirming");
      expect(decideOn(asked({ steps: {} }), torn).record.phase).to.equal("confirming");
    });

    it("in manual mode to decide; where nothing is confirmed, to look", () => {
      const manual: Policy = { ...policy, mode: "manual" };
      const since = { downSince: now - policy.confirmFor };
      const reason = (record: FailoverRecord, seen: Observation, under: Policy) =>
        decideOn(record, seen, under).record.blockage?.reason;
      expect(reason(late(since), lossSeen(), manual)).to.include("the mode is manual");
      expect(reason(late(), torn, manual)).to.include("could not be confirmed");
    });

    it("for a lag that cannot be read, on the lag's own step", () => {
      const unread = lossSeen({ home: unknown("refused", "denied") });
      const confirmed = { downSince: now - policy.confirmFor };
      const { record, wakeAt } = decideOn(asked(confirmed), unread);
      expect(record.phase).to.equal("confirming");
      expect(record.steps.confirm?.waitsFor).to.include("denied");
      expect(wakeAt).to.equal(now + roundInterval);
      expect(decideOn(late(confirmed), unread).record.blockage).to.include({ step: "home" });
    });

    it("at once for a loss that nobody accepted, and goes on when it is accepted", () => {
      const lagging = lossSeen({ home: known({ state: "replicating", lagSeconds: 9999 }) });
      const { record, actions, wakeAt } = decideOn(dwelt, lagging);
      expect(record).to.include({ phase: "blocked" });
      expect(record.blockage).to.include({ step: "home" });
      expect(actions).to.deep.equal([]);
      expect(wakeAt).to.equal(now + roundInterval);
      const forced = { ...record, trigger: { ...byPerson, force: true } };
      const next = decideOn(forced, lagging).record;
      expect(next).to.include({ phase: "recovering" }).and.not.have.property("blockage");
    });

    it("once, again after half an hour, and is done with it when the obstacle is gone", () => {
      const blocked = decideOn(late(), torn).record;
      const at = (pagedAt: number) =>
        decideOn({ ...blocked, blockage: { ...blocked.blockage!, since: 3, pagedAt } }, torn);
      expect(at(now - pageInterval + 1).says).to.deep.equal([]);
      expect(at(now - pageInterval + 1).record.blockage).to.include({
        since: 3,
        pagedAt: now - pageInterval + 1,
      });
      const again = decideOn(
        {
          ...blocked,
          outbox: [],
          blockage: { ...blocked.blockage!, since: 3, pagedAt: now - pageInterval },
        },
        torn,
      );
      expect(again.record.blockage).to.include({ since: 3, pagedAt: now });
      expect(again.says[0]?.body).to.include("Blocked since 1970-01-01");
      const fresh = {
        ...blocked,
        steps: { confirm: { state: "running", startedAt: now } },
      } as const;
      const calm = decideOn(fresh, torn).record;
      expect(calm).to.include({ phase: "confirming" }).and.not.have.property("blockage");
    });
  });
});
