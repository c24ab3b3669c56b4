import { expect } from "chai";
import { readRehearsalTrigger } from "../../../failover/rehearsal/rehearsalFunction";

const read = (event: unknown) => readRehearsalTrigger(event, { prefix: "jenkins" });

const at = "2026-01-01T12:00:00Z";

const ruleEvent = (rule: string) => ({
  source: "aws.events",
  id: "event-1",
  time: at,
  resources: [`arn:aws:events:eu-west-1:123456789012:rule/${rule}`],
});

describe("what a rehearsal is asked for by", () => {
  it("is started by its own schedule and by no other rule", () => {
    expect(read(ruleEvent("jenkins-rehearsal-start"))).to.deep.equal({
      kind: "start",
      at: Date.parse(at),
      asked: { id: "event-1", by: "schedule" },
    });
    expect(read(ruleEvent("jenkins-rehearsal"))).to.deep.equal({ kind: "tick" });
    expect(read(ruleEvent("other-jenkins-rehearsal-start"))).to.deep.equal({ kind: "tick" });
  });

  it("is started or dropped by a person, with the reason that was given", () => {
    const request = { source: "direct", id: "p1", at, reason: "quarterly" };
    const asked = { id: "p1", by: "person", reason: "quarterly" } as const;
    const moment = Date.parse(at);
    expect(read({ ...request, command: "rehearse" })).to.deep.equal({
      kind: "start",
      at: moment,
      asked,
    });
    expect(read({ ...request, command: "abort" })).to.deep.equal({
      kind: "abort",
      at: moment,
      asked,
    });
  });

  it("refuses a command that it does not know, instead of to take it for a start", () => {
    expect(() => read({ source: "direct", command: "failover", id: "p1", at })).to.throw(
      /"failover".*rehearse.*abort/,
    );
  });

  it("refuses what is neither, with what to do instead", () => {
    for (const event of [undefined, "start", {}, { source: "sns" }]) {
      expect(() => read(event)).to.throw(/npm run failover .*--rehearse/);
    }
  });
});
