import { expect } from "chai";
import { type HistoryEntry, historyLength } from "../../../failover/model";
import { decide, say, setStep, withHistory } from "../../../failover/reconcile/decision";
import { now, recordOf } from "./situations";

describe("what a decision leaves in the record", () => {
  it("a step's first start and first end, and what it waits for while it does", () => {
    const started = setStep(recordOf(), "home", "running", 10, "the file system");
    expect(started.steps.home).to.deep.equal({
      state: "running",
      startedAt: 10,
      waitsFor: "the file system",
    });
    const again = setStep(started, "home", "running", 20);
    expect(again.steps.home).to.deep.equal({ state: "running", startedAt: 10 });
    const ended = setStep(again, "home", "done", 30, "nothing any more");
    expect(ended.steps.home).to.deep.equal({ state: "done", startedAt: 10, endedAt: 30 });
    expect(setStep(ended, "home", "done", 40).steps.home).to.deep.equal(ended.steps.home);
    const unfenced = setStep(started, "fence", "unconfirmed", 50, "the region");
    expect(unfenced.steps.fence).to.deep.equal({
      state: "unconfirmed",
      startedAt: 50,
      endedAt: 50,
      waitsFor: "the region",
    });
    expect(setStep(recordOf(), "home", "waiting", 10, "the gate").steps.home).to.deep.equal({
      state: "waiting",
      waitsFor: "the gate",
    });
    expect(unfenced.steps.home, "the other steps stay").to.deep.equal(started.steps.home);
  });

  const message = { id: "a", severity: "info", subject: "A", body: "first" } as const;

  it("each message once, and tells which are new", () => {
    const before = say(recordOf(), message);
    expect(say(before, { ...message, body: "second" })).to.equal(before);
    const after = say(before, { ...message, id: "b" });
    expect(after.outbox.map(({ id }) => id)).to.deep.equal(["a", "b"]);
    expect(decide(before, after, []).says.map(({ id }) => id)).to.deep.equal(["b"]);
  });

  it("a look again only where there is something to wait for", () => {
    expect(decide(recordOf(), recordOf(), [])).not.to.have.property("wakeAt");
    expect(decide(recordOf(), recordOf(), [], now)).to.include({ wakeAt: now });
  });

  it("a history that forgets the oldest", () => {
    const trigger = { kind: "alarm", id: "a", at: 0, human: false, force: false } as const;
    let record = recordOf();
    for (let at = 0; at <= historyLength; at += 1) {
      const entry: HistoryEntry = {
        outcome: "aborted",
        generation: 1,
        trigger,
        startedAt: at,
        endedAt: at,
        fenced: false,
      };
      record = withHistory(record, entry);
    }
    expect(record.history).to.have.length(historyLength);
    expect(record.history[0]?.startedAt).to.equal(1);
    expect(record.history.at(-1)?.startedAt).to.equal(historyLength);
  });
});
