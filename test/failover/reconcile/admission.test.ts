import { expect } from "chai";
import type { FailoverRecord, Phase, Trigger } from "../../../failover/model";
import { abort, admit, begin, triggerMaxAge } from "../../../failover/reconcile/admission";
import { lacking, now, policy, recordOf } from "./situations";

type Alarm = Extract<Trigger, { kind: "alarm" }>;
type Human = Extract<Trigger, { kind: "config" | "direct" }>;

const alarm = (changes: Partial<Alarm> = {}): Alarm => ({
  kind: "alarm",
  id: "message-1",
  at: now,
  alarmName: policy.alarmName,
  newState: "ALARM",
  authentic: true,
  ...changes,
});

const person = (changes: Partial<Human> = {}): Human => ({
  kind: "direct",
  id: "request-1",
  at: now,
  command: "failover",
  force: false,
  generation: 1,
  ...changes,
});

const judge = (trigger: Trigger, record: FailoverRecord = recordOf()) =>
  admit(record, trigger, policy, now);

describe("a trigger", () => {
  it("of the schedule asks for nothing", () => {
    const record = recordOf();
    expect(judge({ kind: "schedule" }, record)).to.deep.include({ record, accepted: false });
  });

  describe("is taken", () => {
    it("from the alarm, and told", () => {
      const { record, accepted, because } = judge(alarm());
      expect(accepted).to.equal(true);
      expect(because).to.include("message-1");
      expect(record).to.deep.include({
        phase: "confirming",
        since: now,
        trigger: { kind: "alarm", id: "message-1", at: now, human: false, force: false },
        seenTriggers: [{ id: "message-1", at: now }],
      });
      expect(Object.keys(record.steps)).to.deep.equal(["confirm"]);
      expect(record.steps.confirm).to.deep.include({ state: "running", startedAt: now });
      expect(record.outbox.map(({ id, severity }) => ({ id, severity }))).to.deep.equal([
        { id: "confirming-message-1", severity: "page" },
      ]);
      expect(record.outbox[0]?.body).to.match(/alarm message-1\).*--stack dr --abort/);
    });

    it("from a person, with what was said", () => {
      const { record } = judge(person({ force: true, reason: "incident 4711", planned: true }));
      expect(record.trigger).to.deep.equal({
        kind: "direct",
        id: "request-1",
        at: now,
        human: true,
        force: true,
        planned: true,
        reason: "incident 4711",
      });
      expect(record.outbox[0]?.body).to.include("direct request-1: incident 4711");
      const plain = judge(person({ planned: false })).record.trigger;
      expect(plain).not.to.have.any.keys("planned", "reason");
    });

    it("up to ten minutes late, and as early, for clocks differ", () => {
      for (const at of [now - triggerMaxAge, now + triggerMaxAge]) {
        expect(judge(alarm({ at })).accepted).to.equal(true);
        expect(judge(person({ at })).accepted).to.equal(true);
      }
    });

    it("while an aborted attempt rests and the alarm has cleared since", () => {
      expect(judge(alarm(), recordOf({ phase: "aborted" })).accepted).to.equal(true);
    });
  });

  describe("changes nothing but what was seen", () => {
    const underWay: Phase[] = ["confirming", "recovering", "blocked", "serving"];
    const refused: Record<string, [Trigger, FailoverRecord, RegExp]> = {
      "after an abort, until the alarm has cleared": [
        alarm(),
        recordOf({ phase: "aborted", disarmed: { until: "alarmClears" } }),
        /alarm has not cleared/,
      ],
      "an abort while nothing is under way": [
        person({ command: "abort" }),
        recordOf(),
        /nothing to abort/,
      ],
      "an abort of what was aborted": [
        person({ command: "abort" }),
        recordOf({ phase: "aborted" }),
        /nothing to abort/,
      ],
      "an abort after the commit": [
        person({ command: "abort" }),
        recordOf({ phase: "recovering", committedAt: now - 1 }),
        /only forward/,
      ],
      "a request while serving": [person(), recordOf({ phase: "serving" }), /serving already/],
      "an abort while serving": [
        person({ command: "abort" }),
        recordOf({ phase: "serving" }),
        /serving already/,
      ],
      "a force without a reason": [person({ force: true }), recordOf(), /needs a reason/],
      "a force with an empty reason": [
        person({ force: true, reason: "  " }),
        recordOf(),
        /needs a reason/,
      ],
      "a request for a later generation": [
        person({ generation: 2 }),
        recordOf(),
        /generation 2; this is 1/,
      ],
      ...Object.fromEntries(
        underWay.map((phase): [string, [Trigger, FailoverRecord, RegExp]] => [
          `an alarm while ${phase}`,
          [alarm(), recordOf({ phase }), new RegExp(`is ${phase} already`)],
        ]),
      ),
    };
    for (const [what, [trigger, record, because]] of Object.entries(refused)) {
      it(`by ${what}`, () => {
        const admission = judge(trigger, record);
        expect(admission.accepted).to.equal(false);
        expect(admission.because).to.match(because);
        const before = lacking(record, "seenTriggers");
        expect(lacking(admission.record, "seenTriggers")).to.deep.equal(before);
        expect(admission.record.seenTriggers).to.have.length(1);
      });
    }
  });

  describe("changes nothing at all", () => {
    const refused: Record<string, [Trigger, RegExp]> = {
      "from another topic": [alarm({ authentic: false }), /expected topic/],
      "of another alarm": [alarm({ alarmName: "disk" }), /disk is not jenkins-region-down/],
      "that the alarm is over": [alarm({ newState: "OK" }), /OK asks for nothing/],
      "that is stale": [alarm({ at: now - triggerMaxAge - 1 }), /10 min old/],
      "that is of long ago": [person({ at: now - 3 * 3_600_000 }), /180 min old/],
      "of the future": [person({ at: now + triggerMaxAge + 1 }), /limit is 10 min/],
    };
    for (const [what, [trigger, because]] of Object.entries(refused)) {
      it(`${what}: nobody can fill the list of what was seen`, () => {
        const record = recordOf();
        const admission = judge(trigger, record);
        expect(admission).to.include({ record, accepted: false });
        expect(admission.because).to.match(because);
      });
    }

    it("that was seen before", () => {
      const seen = { id: "other", at: now };
      const record = recordOf({ seenTriggers: [seen, { id: "message-1", at: now }] });
      const admission = judge(alarm(), record);
      expect(admission).to.include({ record, accepted: false });
      expect(admission.because).to.include("message-1 was seen before");
    });
  });

  it("is remembered for as long as its age could let it pass, the config flag for ever", () => {
    const seenTriggers = [
      { id: "gone", at: now - 2 * triggerMaxAge - 1 },
      { id: "kept", at: now - 2 * triggerMaxAge },
      { id: "flag", at: 0, forever: true },
    ];
    const ids = (trigger: Trigger) =>
      judge(trigger, recordOf({ seenTriggers })).record.seenTriggers;
    expect(ids(alarm()).map(({ id }) => id)).to.deep.equal(["kept", "flag", "message-1"]);
    expect(ids(alarm()).at(-1)).not.to.have.property("forever");
    expect(ids(person({ kind: "config" })).at(-1)).to.include({ forever: true });
  });

  describe("of a person who takes over", () => {
    const underWay = recordOf({
      phase: "blocked",
      since: 7,
      trigger: { kind: "alarm", id: "message-1", at: 5, human: false, force: false },
      downSince: 5,
      steps: { confirm: { state: "running", startedAt: 5 } },
    });

    it("goes on with the attempt instead of beginning another", () => {
      const { record } = judge(person(), underWay);
      expect(record.trigger).to.include({ id: "request-1", human: true, force: false });
      const before = lacking(underWay, "trigger", "seenTriggers");
      expect(lacking(record, "trigger", "seenTriggers")).to.deep.equal(before);
    });

    it("keeps the force that somebody gave before", () => {
      const forced = { ...underWay, trigger: { ...underWay.trigger!, force: true } };
      expect(judge(person(), forced).record.trigger?.force).to.equal(true);
      const given = judge(person({ force: true, reason: "yes" }), underWay);
      expect(given.record.trigger?.force).to.equal(true);
      const nobody = lacking(underWay, "trigger");
      expect(judge(person(), nobody).record.trigger?.force).to.equal(false);
    });
  });

  it("begins an attempt that knows nothing of the one before", () => {
    const old = recordOf({
      phase: "aborted",
      downSince: 1,
      lostAt: 1,
      silentSince: 1,
      silentErrors: true,
      unreadSince: 1,
      settledAt: 1,
      unsettledPagedAt: 1,
      committedAt: 1,
      lag: { home: 1 },
      blockage: { step: "home", since: 1, reason: "-", remedy: "-", pagedAt: 1 },
      disarmed: { until: "alarmClears" },
      edgeShut: true,
      steps: { fence: { state: "done" }, confirm: { state: "done", startedAt: 1 } },
    });
    const trigger = { kind: "alarm", id: "b", at: now, human: false, force: false } as const;
    const record = begin(old, trigger, policy, now);
    expect(Object.keys(record).sort()).to.deep.equal(
      [...Object.keys(recordOf()), "trigger"].sort(),
    );
    expect(record.steps).to.have.all.keys("confirm");
    expect(record.steps.confirm?.startedAt).to.equal(now);
  });

  describe("that ends an attempt", () => {
    const trigger = { kind: "alarm", id: "a", at: 5, human: false, force: false } as const;
    const underWay = recordOf({
      phase: "blocked",
      trigger,
      downSince: 1,
      silentSince: 1,
      silentErrors: true,
      unreadSince: 1,
      blockage: { step: "home", since: 1, reason: "-", remedy: "-", pagedAt: 1 },
      steps: { fence: { state: "done" } },
    });

    it("leaves what the rounds after it undo, and tells why", () => {
      const record = judge(person({ command: "abort", reason: "false alarm" }), underWay).record;
      expect(record).to.include({ phase: "aborted", since: now });
      expect(record).not.to.have.any.keys(
        "blockage",
        "downSince",
        "silentSince",
        "silentErrors",
        "unreadSince",
      );
      expect(record.disarmed).to.deep.equal({ until: "alarmClears" });
      expect(record.history).to.deep.equal([
        { outcome: "aborted", generation: 1, trigger, startedAt: 5, endedAt: now, fenced: true },
      ]);
      expect(record.outbox).to.have.length(1);
      expect(record.outbox[0]).to.include({ id: `aborted-${now}`, severity: "info" });
      expect(record.outbox[0]?.body).to.match(/by a person: false alarm\). us-east-1 stays/);
      const mute = judge(person({ command: "abort" }), underWay).record;
      expect(mute.outbox[0]?.body).to.include("(by a person)");
    });

    it("of its own accord listens to the alarm again after ten minutes", () => {
      const record = abort({ ...underWay, steps: {} }, "recovered", now);
      expect(record.disarmed).to.deep.equal({ until: now + triggerMaxAge });
      expect(record.history[0]).to.include({ fenced: false });
      expect(record.outbox[0]?.body).to.include("(the region is healthy)");
    });

    it("that nobody asked for leaves no history", () => {
      const nobody = lacking(underWay, "trigger");
      expect(abort(nobody, "recovered", now).history).to.deep.equal([]);
    });
  });
});
